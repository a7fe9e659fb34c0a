"""What only the simulator knows: for evaluation and tests. Nothing that decides may read this."""

from __future__ import annotations

import mujoco
import numpy as np
from numpy.typing import NDArray

from pg4da.hardware.cell import Workspace
from pg4da.hardware.description.bin import BIN_HALF
from pg4da.hardware.description.robot import ARM_BASES
from pg4da.hardware.frames import Array
from pg4da.sim.world import BIN_CENTRE

GRAVITY = 9.81  # m/s²
STILL = 0.01  # m/s


class GroundTruth:
    """The objects' true state, in scene order; positions are of their bodies' frames in `world` [m]."""

    def __init__(
        self, model: mujoco.MjModel, data: mujoco.MjData, names: tuple[str, ...], target: int, workspace: Workspace
    ) -> None:
        self._data = data
        self._target = target
        self._workspace = workspace
        self._bodies = np.array([model.body(name).id for name in names], int)
        number = np.full(model.nbody, -1)
        number[self._bodies] = np.arange(len(names))
        self._object_of = number[model.geom_bodyid]
        joints = model.body_jntadr[self._bodies]
        self._dof = model.jnt_dofadr[joints][:, None] + np.arange(3)
        owner = [model.body(int(body)).name.split("/")[0] for body in model.geom_bodyid]
        self._is_object = np.array([name == "object" for name in owner])
        self._is_arm = np.isin(owner, list(ARM_BASES))
        self._fell_from = data.xpos[self._bodies][:, 2]
        self._touched = np.zeros(len(names), bool)
        self._max_speed = 0.0
        self._max_launch = 0.0
        self._overlap = 0.0

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
        """Largest speed [m/s] of any object so far, carried and dropped ones included."""
        return self._max_speed

    @property
    def max_launch_speed(self) -> float:
        """Largest speed [m/s] of an object that no arm touches, without what its own fall explains.

        It fell from the highest point since it last stood still or was in an arm's grip.
        """
        return self._max_launch

    @property
    def max_overlap(self) -> float:
        """How deep [m] a part of an arm, fingers first of all, ever was in an object."""
        return self._overlap

    def unwatched(self) -> None:
        """Physics is stepped elsewhere, and nobody looks in between: speeds and overlaps are NaN from now on."""
        self._max_speed = self._max_launch = self._overlap = float("nan")

    def watch(self) -> None:
        """Called by the cell between physics steps."""
        if len(self._dof) == 0:
            return
        squared = np.sum(self._data.qvel[self._dof] ** 2, axis=1)
        self._max_speed = max(self._max_speed, float(np.sqrt(squared.max())))
        if squared.max() > STILL**2:
            self._look_for_launch(squared)
        self._look_for_overlap()

    def _look_for_launch(self, squared: Array) -> None:
        z, touched = self._data.xpos[self._bodies, 2], self._touched_by_arms()
        held = touched & self._touched  # twice running: one that falls onto an arm still fell
        self._fell_from = np.where((squared < STILL**2) | held, z, np.maximum(self._fell_from, z))
        self._touched = touched
        launch = np.where(touched, 0.0, squared - 2 * GRAVITY * (self._fell_from - z)).max()
        self._max_launch = max(self._max_launch, float(np.sqrt(max(launch, 0.0))))

    def _touched_by_arms(self) -> NDArray[np.bool_]:
        one, other = self._data.contact.geom.T
        touched = np.zeros(len(self._bodies), bool)
        touched[self._object_of[one[self._is_object[one] & self._is_arm[other]]]] = True
        touched[self._object_of[other[self._is_object[other] & self._is_arm[one]]]] = True
        return touched

    def _look_for_overlap(self) -> None:
        contact = self._data.contact
        deeper = contact.dist < -self._overlap
        if not deeper.any():
            return
        one, other = contact.geom[deeper].T
        between = (self._is_object[one] & self._is_arm[other]) | (self._is_arm[one] & self._is_object[other])
        if between.any():
            self._overlap = -float(contact.dist[deeper][between].min())
