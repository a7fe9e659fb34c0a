"""The seven toy blocks of the paper, built from their dimensions.

Sizes and masses are those of the block files that the paper's authors publish (mm and g): cube 45³, rect 45x90x45,
half-cube 22.5x45x45, cylinder Ø44x45, half-cylinder 44x22x45 (flat side at +y), triangle 45x90x45 (its tip at -x),
concave 90x45x45 with a Ø47 notch open towards +y. The origin is the middle of the bounding box.
"""

from __future__ import annotations

import numpy as np

from pg4da.hardware.frames import Array
from pg4da.sim.objects.shape_types import Box, Shape
from pg4da.sim.objects.solids import arc, prism
from pg4da.sim.physics import OBJECT_FRICTION

HALF = 0.0225  # half of the blocks' 45 mm module
RADIUS = 0.022
NOTCH_RADIUS = 0.0235
# The notch has two flat segments a quarter in collision; corners a little outside the circle share the error (± 1 mm)
# between corners and middles, and keep a cylinder able to lie in it.
NOTCH_CORNER_RADIUS = 0.0244

MASSES = {
    "cube": 0.050,
    "rect": 0.100,
    "half-cube": 0.025,
    "cylinder": 0.040,
    "half-cylinder": 0.020,
    "triangle": 0.070,
    "concave": 0.075,
}
BLOCK_NAMES = tuple(MASSES)


def block(name: str) -> Shape:
    """The block of that name. Raises KeyError for any other."""
    if name in ("cube", "rect", "half-cube"):
        return _box(name)
    return {"cylinder": _cylinder, "half-cylinder": _half_cylinder, "triangle": _triangle, "concave": _concave}[name]()


def _shape(name: str, outline: Array, parts: list[Array], boxes: list[Box | None]) -> Shape:
    vertices, faces = prism(outline, -HALF, HALF)
    return Shape(name, tuple(parts), vertices, faces, MASSES[name], OBJECT_FRICTION[0], tuple(boxes))


def _rectangle(x_min: float, x_max: float, y_min: float, y_max: float) -> Array:
    return np.array([[x_min, y_min], [x_max, y_min], [x_max, y_max], [x_min, y_max]])


def _solid(outline: Array) -> Array:
    return prism(outline, -HALF, HALF)[0]


def _box(name: str) -> Shape:
    x, y = {"cube": (HALF, HALF), "rect": (HALF, 2 * HALF), "half-cube": (HALF / 2, HALF)}[name]
    outline = _rectangle(-x, x, -y, y)
    return _shape(name, outline, [_solid(outline)], [Box((x, y, HALF), (0.0, 0.0, 0.0))])


def _cylinder() -> Shape:
    # Not MuJoCo's own cylinder, whose several contacts are wrong by centimetres in one of a thousand pairs with a box
    # or a mesh (for a step, and that throws the block); as a prism they agree with exact geometry to 0.3 mm.
    outline = arc(RADIUS, 0, 360, 32)[:-1]
    return _shape("cylinder", outline, [_solid(outline)], [None])


def _half_cylinder() -> Shape:
    outline = arc(RADIUS, 180, 360, 16) + np.array([0.0, RADIUS / 2])
    return _shape("half-cylinder", outline, [_solid(outline)], [None])


def _triangle() -> Shape:
    outline = np.array([[HALF, 2 * HALF], [-HALF, 0.0], [HALF, -2 * HALF]])
    return _shape("triangle", outline, [_solid(outline)], [None])


def _concave() -> Shape:
    end = 2 * HALF
    notch = arc(NOTCH_RADIUS, 0, -180, 16) + np.array([0.0, HALF])
    outline = np.concatenate([[[-end, HALF], [-end, -HALF], [end, -HALF], [end, HALF]], notch])
    corner = NOTCH_CORNER_RADIUS * np.sqrt(0.5)
    floor = HALF - NOTCH_CORNER_RADIUS
    wedge = np.array([[0.0, floor], [corner, floor], [corner, HALF - corner]])
    flank = np.array([[corner, floor], [end, floor], [end, HALF], [NOTCH_RADIUS, HALF], [corner, HALF - corner]])
    mirror = np.array([-1.0, 1.0])
    base = Box((end, (floor + HALF) / 2, HALF), (0.0, (floor - HALF) / 2, 0.0))
    outlines = [_rectangle(-end, end, -HALF, floor), wedge, flank, (wedge * mirror)[::-1], (flank * mirror)[::-1]]
    return _shape("concave", outline, [_solid(o) for o in outlines], [base, None, None, None, None])
