"""Things of a household, simplified, and blocks of other sizes: nothing here is trained or tuned on.

They show how a policy does on shapes that it was not made for. The origin is the middle of the bounding box.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from pg4da.hardware.frames import Array
from pg4da.sim.objects.shape_types import Shape
from pg4da.sim.objects.solids import Faces, arc, prism
from pg4da.sim.physics import OBJECT_FRICTION

Solid = tuple[Array, Faces]
ROUND = 24  # corners of a circle


def household(name: str) -> Shape:
    """The thing of that name. Raises KeyError for any other."""
    solids, mass = THINGS[name]()
    parts = [vertices for vertices, _ in solids]
    every = np.concatenate(parts)
    middle = 0.5 * (every.min(axis=0) + every.max(axis=0))
    parts = [part - middle for part in parts]
    starts = np.cumsum([0, *(len(part) for part in parts[:-1])])
    faces = np.concatenate([f + start for (_, f), start in zip(solids, starts, strict=True)]).astype(np.int32)
    return Shape(name, tuple(parts), np.concatenate(parts), faces, mass, OBJECT_FRICTION[0], (None,) * len(parts))


def _box(x: float, y: float, z: float, mass: float) -> tuple[list[Solid], float]:
    return [prism(_rectangle(-x / 2, x / 2, -y / 2, y / 2), 0.0, z)], mass


def _round(diameter: float, z: float, mass: float, corners: int = ROUND) -> tuple[list[Solid], float]:
    return [prism(_circle(diameter, corners), 0.0, z)], mass


def _soap() -> tuple[list[Solid], float]:
    outline = np.array([[-0.045, -0.018], [-0.033, -0.03], [0.033, -0.03], [0.045, -0.018]])
    return [prism(np.concatenate([outline, -outline]), 0.0, 0.032)], 0.11


def _bottle() -> tuple[list[Solid], float]:
    return [prism(_circle(0.060), 0.0, 0.075), prism(_circle(0.028), 0.075, 0.105)], 0.16


def _mug() -> tuple[list[Solid], float]:
    handle = [_rectangle(0.035, 0.058, -0.006, 0.006)]
    low, high = (prism(handle[0], z, z + 0.012) for z in (0.012, 0.056))
    return [
        prism(_circle(0.076), 0.0, 0.080),
        low,
        high,
        prism(_rectangle(0.052, 0.062, -0.006, 0.006), 0.012, 0.068),
    ], 0.22


def _bracket() -> tuple[list[Solid], float]:
    legs = (_rectangle(0.0, 0.030, 0.0, 0.090), _rectangle(0.030, 0.090, 0.0, 0.030))
    return [prism(leg, 0.0, 0.036) for leg in legs], 0.10


def _banana() -> tuple[list[Solid], float]:
    outer, inner = arc(0.095, 30, 150, 6), arc(0.062, 30, 150, 6)
    pieces = [np.array([outer[k], outer[k + 1], inner[k + 1], inner[k]]) for k in range(6)]
    return [prism(piece, 0.0, 0.034) for piece in pieces], 0.12


def _wedge() -> tuple[list[Solid], float]:
    return [prism(np.array([[0.035, 0.035], [-0.035, 0.0], [0.035, -0.035]]), 0.0, 0.055)], 0.06


def _rectangle(x_min: float, x_max: float, y_min: float, y_max: float) -> Array:
    return np.array([[x_min, y_min], [x_max, y_min], [x_max, y_max], [x_min, y_max]])


def _circle(diameter: float, corners: int = ROUND) -> Array:
    return arc(diameter / 2, 0, 360, corners)[:-1]


THINGS: dict[str, Callable[[], tuple[list[Solid], float]]] = {
    "can": lambda: _round(0.066, 0.100, 0.20),
    "tuna-tin": lambda: _round(0.084, 0.036, 0.15),
    "hexagon": lambda: _round(0.058, 0.030, 0.05, 6),
    "tea-box": lambda: _box(0.065, 0.110, 0.060, 0.08),
    "matchbox": lambda: _box(0.036, 0.055, 0.022, 0.02),
    "carton": lambda: _box(0.068, 0.068, 0.105, 0.18),
    "marker": lambda: _box(0.022, 0.130, 0.022, 0.03),
    "cube-30": lambda: _box(0.030, 0.030, 0.030, 0.018),
    "cube-60": lambda: _box(0.060, 0.060, 0.060, 0.110),
    "soap": _soap,
    "bottle": _bottle,
    "mug": _mug,
    "bracket": _bracket,
    "banana": _banana,
    "wedge": _wedge,
}
HOUSEHOLD_NAMES = tuple(THINGS)
