"""A scene: which objects lie where, and which one is the target."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class SceneObject:
    """shape: one of the seven block names ("cube", "rect", "half-cube", "cylinder", "half-cylinder", "triangle",
    "concave"), a thing of a household ("mug", …) or the path of a URDF. color: RGB 0..1. position (3,) [m] in `world`;
    quaternion (4,) xyzw."""

    shape: str
    color: tuple[float, float, float]
    position: NDArray[np.float64]
    quaternion: NDArray[np.float64]


@dataclass(frozen=True)
class Scene:
    """objects in file order; target is an index into them. case: name of the folder it was read from or made for."""

    name: str
    case: str
    objects: tuple[SceneObject, ...]
    target: int
