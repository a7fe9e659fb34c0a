"""Structured scenes: a lower layer packed round the target, and an upper one that hides it in part or wholly."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import cv2
import numpy as np
from numpy.typing import NDArray

from pg4da.sim.objects.shape import BLOCK_NAMES
from pg4da.sim.scenes.packing import CELL, CELLS, Layer, Placement, best_cell, distance_from, outline, overlap

Mask = NDArray[np.bool_]

RING = 0.02  # m round the target that is filled first, before the rest lies round the scene's middle
RING_FILL = 0.85  # share of the ring that is enough
# Quarter turns after which a block looks the same; trying them again costs time.
PERIOD = {"cube": 1, "cylinder": 1, "rect": 2, "half-cube": 2}
ODD_ANGLE = 0.1  # share of blocks at 45 degrees
HIDDEN_MARGIN = 0.002  # m round a buried target that is covered too, for a camera that looks a little from the side


@dataclass(frozen=True)
class Recipe:
    """Blocks in the lower layer (with the target) and in the upper; gaps between them from low to high [m].

    bury: the upper layer hides the target wholly, else it leaves a given share to be seen.
    """

    lower: int
    upper: int
    gaps: tuple[float, float]
    bury: bool = False


def lay_out(
    target: str, recipe: Recipe, visible: tuple[float, float], rng: np.random.Generator
) -> list[Placement] | None:
    """Placements, the target's first; None when the upper layer can't be laid as asked."""
    half = CELLS // 2
    ground = Layer()
    row, col = (half + int(rng.integers(-10, 11)) for _ in range(2))
    placed = [ground.put(target, _quarter_turn(rng), row, col)]
    hidden = ground.filled.copy()
    middle = rng.uniform(-0.025, 0.025, 2)
    ring = _widened(hidden, RING) & ~hidden
    wanted = RING_FILL * ring.sum()
    for name in _mixture(recipe.lower - 1, rng):
        tight = (ring & ground.filled).sum() < wanted
        found = _most_covering(ground, name, ring & ~ground.filled, placed[0], recipe, rng) if tight else None
        if found is not None:
            placed.append(ground.put(name, *found))
        else:
            placed += _nearest(ground, name, (middle[0], middle[1]), recipe, rng)
    if recipe.upper == 0:
        return placed
    top = Layer(1, _closed(ground.filled))
    names = _mixture(recipe.upper, rng)
    upper = _bury(top, names, hidden, recipe, rng) if recipe.bury else _veil(top, names, hidden, visible, recipe, rng)
    return placed + upper if upper is not None and len(placed) == recipe.lower else None


def _mixture(count: int, rng: np.random.Generator) -> list[str]:
    """Every shape about equally often, in random order."""
    repeated = BLOCK_NAMES * (count // len(BLOCK_NAMES) + 1)
    return [str(name) for name in rng.permutation(repeated)[:count]]


def _quarter_turn(rng: np.random.Generator) -> float:
    return float(rng.integers(4)) * math.pi / 2


def _turns(name: str, rng: np.random.Generator) -> list[float]:
    """Yaws to try: all four quarter turns, or now and then the diagonals."""
    start = math.pi / 4 if rng.random() < ODD_ANGLE else 0.0
    return [start + k * math.pi / 2 for k in range(PERIOD.get(name, 4))]


def _nearest(
    layer: Layer, name: str, goal: tuple[float, float], recipe: Recipe, rng: np.random.Generator,
    forbidden: Mask | None = None,
) -> list[Placement]:  # fmt: skip
    """The block put where it fits nearest to the goal, as a list of one, or empty when it fits nowhere."""
    gap, cost = float(rng.uniform(*recipe.gaps)), distance_from(*goal)
    found = []
    for yaw in _turns(name, rng):
        cell = best_cell(layer.free(name, yaw, gap, forbidden), cost)
        if cell is not None:
            found.append((cell[2] + rng.uniform(0.0, 0.006), yaw, cell[0], cell[1]))
    if not found:
        return []
    _, yaw, row, col = min(found)
    return [layer.put(name, yaw, row, col)]


def _widened(cells: Mask, margin: float) -> Mask:
    reach = 2 * round(margin / CELL) + 1
    disc = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (reach, reach))
    return np.asarray(cv2.dilate(cells.astype(np.uint8), disc) > 0)


def _closed(filled: Mask) -> Mask:
    """Without the narrow gaps between blocks, which carry as well as blocks do."""
    kernel = np.ones((7, 7), dtype=np.uint8)
    return np.asarray(cv2.morphologyEx(filled.astype(np.uint8), cv2.MORPH_CLOSE, kernel) > 0)


def _bury(
    top: Layer, names: list[str], hidden: Mask, recipe: Recipe, rng: np.random.Generator
) -> list[Placement] | None:
    """Each block covers as much of the target as is left; then the rest lies near."""
    left = _widened(hidden, HIDDEN_MARGIN)
    centre = Placement("target", *_middle(hidden), 0.0)
    flush = replace(recipe, gaps=(0.0, 0.0))
    placed: list[Placement] = []
    for name in sorted(names, key=lambda n: n not in ("rect", "concave", "triangle", "cube")):
        found = _most_covering(top, name, left, centre, flush, rng) if left.any() else None
        if found is not None:
            placed.append(top.put(name, *found))
            left = left & ~top.filled
        else:
            placed += _nearest(top, name, (centre.x, centre.y), recipe, rng)
    return placed if len(placed) == len(names) and not (hidden & left).any() else None


def _most_covering(
    layer: Layer, name: str, left: Mask, centre: Placement, recipe: Recipe, rng: np.random.Generator
) -> tuple[float, int, int] | None:
    """Yaw, row and column where the block covers most of what is left, with a little chance in it."""
    best: tuple[float, float, int, int] | None = None
    distance, gap = distance_from(centre.x, centre.y), float(rng.uniform(*recipe.gaps))
    for yaw in _turns(name, rng):
        covers = overlap(left, outline(name, yaw))
        cell = best_cell(layer.free(name, yaw, gap), distance - covers * CELL * rng.uniform(0.9, 1.0))
        if cell is not None and covers[cell[0], cell[1]] > 0.5 and (best is None or cell[2] < best[0]):
            best = (cell[2], yaw, cell[0], cell[1])
    return None if best is None else best[1:]


def _veil(
    top: Layer, names: list[str], hidden: Mask, visible: tuple[float, float], recipe: Recipe, rng: np.random.Generator
) -> list[Placement] | None:
    """The first block covers a share of the target; the others keep off the rest of it."""
    share = float(rng.uniform(visible[0] + 0.03, visible[1] - 0.03))
    yaw = _quarter_turn(rng)
    covers = overlap(hidden, outline(names[0], yaw)) / hidden.sum()
    fits = top.free(names[0], yaw, 0.0) & (np.abs(1.0 - covers - share) < 0.02)
    cells = np.argwhere(fits)
    if not len(cells):
        return None
    row, col = cells[int(rng.integers(len(cells)))]
    placed = [top.put(names[0], yaw, int(row), int(col))]
    seen = hidden & ~top.filled
    for name in names[1:]:
        placed += _nearest(top, name, _middle(hidden), recipe, rng, forbidden=seen)
    return placed if len(placed) == len(names) else None


def _middle(cells: Mask) -> tuple[float, float]:
    row, col = np.argwhere(cells).mean(axis=0) - CELLS // 2
    return float(col * CELL), float(row * CELL)
