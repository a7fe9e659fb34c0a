"""What only the simulator knows: for evaluation and tests. Nothing that decides may read this."""

from __future__ import annotations

import mujoco
import numpy as np

from pg4da.hardware.cell import Workspace
from pg4da.hardware.frames import Array
from pg4da.sim.world import BIN_CENTRE, BIN_HALF

NEAR_TOOL = 0.08  # m


class GroundTruth:
    """The objects' true state, in scene order; positions are of their bodies' frames in `world` [m]."""

    def __init__(
        self, model: mujoco.MjModel, data: mujoco.MjData, names: tuple[str, ...], target: int, workspace: Workspace
    ) -> None:
        self._data = data
        self._target = target
        self._workspace = workspace
        self._bodies = np.array([model.body(name).id for name in names], int)
        joints = model.body_jntadr[self._bodies]
        self._dof = model.jnt_dofadr[joints][:, None] + np.arange(3)
        self._tools = [i for i in range(model.nsite) if model.site(i).name.endswith("/tool")]
        self._max_speed = 0.0

    @property
    def positions(self) -> Array:
        """Shape (n, 3)."""
        return np.array(self._data.xpos[self._bodies])

    @property
    def target_position(self) -> Array:
        """Shape (3,)."""
        return np.array(self._data.xpos[self._bodies[self._target]])

    @property
    def outside(self) -> tuple[int, ...]:
        """Indices of objects outside the workspace; the target in the bin is where it should be."""
        out = [i for i, (x, y, _) in enumerate(self.positions) if not self._workspace.contains(x, y)]
        return tuple(i for i in out if not (i == self._target and self.target_in_bin))

    @property
    def target_in_bin(self) -> bool:
        """Whether the target lies between the bin's walls."""
        offset = np.abs(self.target_position[:2] - BIN_CENTRE)
        return bool(np.all(offset < BIN_HALF) and self.target_position[2] < 0.12)

    @property
    def target_lifted(self) -> bool:
        """Whether the target is more than 0.1 m above the table."""
        return bool(self.target_position[2] > 0.1)

    @property
    def retrieved(self) -> bool:
        """Lifted, or in the bin."""
        return self.target_lifted or self.target_in_bin

    @property
    def max_object_speed(self) -> float:
        """Largest speed [m/s] of any object that moved by itself over the workspace so far.

        A drop into the bin does not count, nor does what an arm carries: objects within 8 cm of a tool. What is
        thrown from there is still fast when it has left.
        """
        return self._max_speed

    def watch(self) -> None:
        """Called by the cell between physics steps."""
        if len(self._dof) == 0:
            return
        speed = np.sqrt(np.sum(self._data.qvel[self._dof] ** 2, axis=1))
        for i in np.flatnonzero(speed > self._max_speed):
            if self._moves_by_itself(int(i)):
                self._max_speed = max(self._max_speed, float(speed[i]))

    def _moves_by_itself(self, i: int) -> bool:
        position = self._data.xpos[self._bodies[i]]
        away = np.linalg.norm(self._data.site_xpos[self._tools] - position, axis=1)
        return bool(position[1] > self._workspace.y_min and np.all(away > NEAR_TOOL))
