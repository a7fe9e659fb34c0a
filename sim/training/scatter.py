"""Tables of blocks strewn about, some alone, some side by side: quick to make, unlike the settled heaps of a case."""

from __future__ import annotations

import numpy as np
from scipy.spatial.transform import Rotation

from pg4da.hardware.frames import Array
from pg4da.sim.objects.shape import BLOCK_NAMES, load_shape
from pg4da.sim.scenes.scene import Scene, SceneObject

FEWEST, MOST = 3, 25
SPREAD = (0.04, 0.20)  # m, standard deviation of the blocks about the middle of a table's clutter
MIDDLES = (np.array([-0.25, 0.25]), np.array([0.25, 0.75]))  # where that middle may be
EDGE = 0.07  # m from the edge of the workspace
LAID = 0.15  # share of blocks that lie on a side
TRIES = 40
GAP = 0.0008  # m
GREEN = (0.0, 1.0, 0.0)


def scattered(seed: int) -> Scene:
    """FEWEST to MOST blocks that do not touch each other; the first is green and the target. Same seed, same scene."""
    rng = np.random.default_rng([seed, 77])
    middle, spread = rng.uniform(*MIDDLES), float(rng.uniform(*SPREAD))
    placed: list[Array] = []
    objects: list[SceneObject] = []
    for _ in range(int(rng.integers(FEWEST, MOST + 1))):
        name, turn = str(rng.choice(BLOCK_NAMES)), _turn(rng)
        points = load_shape(name).placed(np.zeros(3), turn.as_quat())
        corners = points[:, :2]
        place = _free_place(corners, placed, middle, spread, rng)
        if place is None:
            continue
        placed.append(corners + place)
        position = np.array([*place, 0.0002 - float(points[:, 2].min())])
        color = _color(rng) if objects else GREEN
        objects.append(SceneObject(name, color, position, turn.as_quat()))
    return Scene(f"scattered-{seed}", "scattered", tuple(objects), 0)


def _turn(rng: np.random.Generator) -> Rotation:
    """Any turn about the vertical, of some blocks after a quarter about a horizontal axis."""
    upright = Rotation.from_euler("z", rng.uniform(0, 2 * np.pi))
    return upright * Rotation.from_euler("x", np.pi / 2) if rng.random() < LAID else upright


def _free_place(
    corners: Array, placed: list[Array], middle: Array, spread: float, rng: np.random.Generator
) -> Array | None:
    """Where a block with these corners (n, 2) overlaps none of the others; None where no try succeeds."""
    for _ in range(TRIES):
        place = rng.normal(middle, spread)
        inside = (np.abs(place - [0.0, 0.5]) < 0.5 - EDGE).all()
        if inside and all(apart(corners + place, other) > GAP for other in placed):
            return np.asarray(place)
    return None


def apart(a: Array, b: Array) -> float:
    """A lower bound [m] of the gap between two convex outlines (n, 2), (m, 2); not above 0 where they may overlap.

    The widest gap over 24 directions: it misses slim gaps, never an overlap.
    """
    angle = np.arange(24) * np.pi / 24
    axes = np.stack([np.cos(angle), np.sin(angle)])
    u, v = a @ axes, b @ axes
    return float(np.maximum(v.min(axis=0) - u.max(axis=0), u.min(axis=0) - v.max(axis=0)).max())


def _color(rng: np.random.Generator) -> tuple[float, float, float]:
    """Any colour without much green, not too dark."""
    r, g, b = rng.uniform((0.0, 0.0, 0.0), (1.0, 0.25, 1.0))
    return (float(max(r, 0.4)), float(g), float(b)) if b < 0.4 else (float(r), float(g), float(b))
