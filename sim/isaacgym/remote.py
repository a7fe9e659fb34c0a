"""What is known here of the physics in the sidecar: the last it measured, and what it is told next."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pg4da.hardware.frames import Array
from pg4da.sim.isaacgym.describing import Plain
from pg4da.sim.isaacgym.process import SidecarProcess


class Remote:
    """W worlds with D degrees of freedom each, named "actor/joint"; all arrays in that order.

    q, dq (W, D): measured. targets, speeds (W, D) and efforts (W, D, 2): of the coming step. time [s]: simulated.
    """

    def __init__(self, process: SidecarProcess, description: Plain) -> None:
        """Builds the worlds. Raises DeviceError."""
        self.process, self.description = process, description
        dofs = [(f"{actor['name']}/{dof['joint']}", dof) for actor in description["actors"] for dof in actor["dofs"]]
        self.index: dict[str, int] = {name: i for i, (name, _) in enumerate(dofs)}
        worlds = int(description["worlds"])
        self._start = np.array([dof["start"] for _, dof in dofs])
        self._effort = np.array([dof["effort"] for _, dof in dofs])
        self.targets = np.tile(self._start, (worlds, 1))
        self.speeds = np.zeros_like(self.targets)
        self.efforts = np.tile(np.stack([-self._effort, self._effort], axis=1), (worlds, 1, 1))
        self._heard(process.ask("build", description=description))

    def step(self, rows: list[tuple[Array, Array]]) -> None:
        """A physics step for each row of targets and speeds, each (W, D). Raises DeviceError."""
        targets, speeds = (np.stack(column) for column in zip(*rows, strict=True))
        self._heard(
            self.process.ask("step", {"targets": targets, "velocities": speeds, "efforts": np.array(self.efforts)})
        )

    def rest(self, steps: int) -> None:
        """So many steps with the last targets. Raises DeviceError."""
        self._heard(self.process.ask("rest", steps=steps))

    def picture(self, world: int = 0) -> Mapping[str, NDArray[Any]]:
        """rgb (H, W, 3) uint8, depth (H, W) float32 [m], 0 where nothing is, K (3, 3). Raises DeviceError."""
        return self.process.ask("picture", world=world)[1]

    def objects(self) -> Array:
        """Poses of all objects, shape (W, N, 7): for evaluation and training labels only. Raises DeviceError."""
        return np.array(self.process.ask("objects")[1]["poses"], float)

    def place(self, world: int, poses: Array) -> None:
        """Objects of one world to poses (N, 7), its joints to their start, all at rest. Raises DeviceError."""
        self.targets[world], self.speeds[world] = self._start, 0.0
        self.efforts[world] = np.stack([-self._effort, self._effort], axis=1)
        self._heard(self.process.ask("place", {"poses": np.asarray(poses, float)}, world=world))

    def _heard(self, reply: tuple[dict[str, Any], Mapping[str, NDArray[Any]]]) -> None:
        fields, arrays = reply
        self.time = float(fields["time"])
        self.q, self.dq = np.array(arrays["q"], float), np.array(arrays["dq"], float)


class RemoteClock:
    """hardware.cell.Clock: the simulated time."""

    def __init__(self, remote: Remote) -> None:
        self._remote = remote

    def now(self) -> float:
        """Seconds since the cell started."""
        return self._remote.time
