"""The emulated camera: a copy of the world's state at one moment, drawn while the world goes on."""

from __future__ import annotations

import threading

import mujoco
import numpy as np

from pg4da.hardware.cell import CameraFrame
from pg4da.sim.camera import RayCamera
from pg4da.sim.cell import MujocoCell
from pg4da.sim.clock import SimClock


class Sight:
    """Hold `drawing` through `look` and `draw`."""

    def __init__(self, cell: MujocoCell, seed: int, noise: bool) -> None:
        self.drawing = threading.Lock()
        self._seen = mujoco.MjData(cell.model)
        rng = np.random.default_rng(seed)
        self._camera = RayCamera(cell.model, self._seen, SimClock(self._seen), noise=noise, rng=rng, sharp=cell.sharp)

    def look(self, cell: MujocoCell) -> None:
        """Take the state; some tens of microseconds."""
        mujoco.mj_copyData(self._seen, cell.model, cell.data)

    def draw(self) -> CameraFrame:
        """A picture of the state that was taken."""
        return self._camera.capture()
