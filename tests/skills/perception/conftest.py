"""Camera frames of plain boxes on a table."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import mujoco
import numpy as np
import pytest

from pg4da.hardware.cell import CameraFrame
from pg4da.hardware.frames import Array
from pg4da.sim.camera import T_WORLD_CAMERA, RayCamera


@dataclass(frozen=True)
class Box:
    """centre (x, y) and size (x, y, z) [m]; base: height of its lower side."""

    centre: tuple[float, float]
    size: tuple[float, float, float]
    color: tuple[float, float, float] = (0.6, 0.3, 0.3)
    base: float = 0.0


class ZeroClock:
    def now(self) -> float:
        return 0.0


Photograph = Callable[..., CameraFrame]


@pytest.fixture(scope="session")
def photograph() -> Photograph:
    """photograph(boxes, noise=False, seed=0, T_world_camera=overhead): what the camera sees."""

    def take(
        boxes: Sequence[Box], noise: bool = False, seed: int = 0, T_world_camera: Array = T_WORLD_CAMERA
    ) -> CameraFrame:
        spec = mujoco.MjSpec()
        spec.worldbody.add_geom(type=mujoco.mjtGeom.mjGEOM_PLANE, size=[2, 2, 0.1], rgba=[0.6, 0.58, 0.55, 1])
        for box in boxes:
            half = np.array(box.size) / 2
            spec.worldbody.add_geom(
                type=mujoco.mjtGeom.mjGEOM_BOX, size=half, pos=[*box.centre, box.base + half[2]], rgba=[*box.color, 1]
            )
        model = spec.compile()
        data = mujoco.MjData(model)
        mujoco.mj_forward(model, data)
        rng = np.random.default_rng(seed)
        camera = RayCamera(model, data, ZeroClock(), noise=noise, rng=rng, T_world_camera=T_world_camera)
        return camera.capture()

    return take


@pytest.fixture(scope="session")
def box() -> type[Box]:
    """The Box class, for tests that cannot import this file."""
    return Box
