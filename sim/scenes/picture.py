"""A picture of a scene's objects on the bare table."""

from __future__ import annotations

import math
from pathlib import Path

import cv2
import mujoco
import numpy as np
from numpy.typing import NDArray

from pg4da.sim.camera import intrinsics, look_at, render
from pg4da.sim.objects.shape import load_shape
from pg4da.sim.scenes.scene import Scene
from pg4da.sim.scenes.settle import free_model

SIZE = (480, 360)
EYE, LOOK_AT = (-0.03, 0.38, 0.98), (0.0, 0.5, 0.0)
VIEW = math.radians(23)


def scene_picture(scene: Scene, objects_dir: Path | None = None) -> NDArray[np.uint8]:
    """Oblique view of the scene as it stands (not settled first), RGB, shape (360, 480, 3)."""
    shapes = [load_shape(obj.shape, objects_dir) for obj in scene.objects]
    model = free_model(scene, shapes)
    data = mujoco.MjData(model)
    mujoco.mj_forward(model, data)
    return render(model, data, look_at(EYE, LOOK_AT), intrinsics(SIZE, VIEW), SIZE, shadows=True).rgb


def save_picture(scene: Scene, path: Path) -> None:
    """Write the picture as PNG. Raises OSError."""
    if not cv2.imwrite(str(path), cv2.cvtColor(scene_picture(scene), cv2.COLOR_RGB2BGR)):
        raise OSError(f"{path} can't be written")
