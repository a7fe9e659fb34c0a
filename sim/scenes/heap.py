"""The heap of case 5: blocks dropped in layers over a patch of the table."""

from __future__ import annotations

import math

import numpy as np

from pg4da.sim.objects.shape import BLOCK_NAMES, load_shape
from pg4da.sim.scenes.packing import Placement

COUNT = 35
LAYERS = np.arange(0.05, 0.36, 0.06)  # m, heights at the start
PATCH = (0.32, 0.15)  # m, where middles may be


def drop_heap(target: str, rng: np.random.Generator) -> list[tuple[Placement, float]]:
    """Placements with the height [m] that each falls from; hardly any overlap at the start.

    The target is in the lowest layer.
    """
    names = [target, *(str(name) for name in rng.choice(BLOCK_NAMES, COUNT - 1))]
    heap: list[tuple[Placement, float]] = []
    levels = np.arange(COUNT) % len(LAYERS)
    for name, level in zip(names, levels, strict=True):
        height = float(LAYERS[level])
        beside = [placement for placement, z in heap if z == height]
        heap.append((_free_place(name, beside, rng, first=not heap), height))
    return heap


def _free_place(name: str, beside: list[Placement], rng: np.random.Generator, first: bool) -> Placement:
    """A place clear of the others' circles, which shrink while none is found: the fall repairs small overlaps."""
    reach = {other: _radius(other) for other in {name, *(p.name for p in beside)}}
    shrink = 1.0
    while True:
        for _ in range(50):
            x, y = (0.0, 0.0) if first else rng.uniform(-0.5, 0.5, 2) * PATCH
            if all(math.hypot(p.x - x, p.y - y) > shrink * (reach[p.name] + reach[name]) for p in beside):
                return Placement(name, float(x), float(y), float(rng.uniform(0, 2 * math.pi)))
        shrink *= 0.95


def _radius(name: str) -> float:
    return float(np.linalg.norm(load_shape(name).vertices[:, :2], axis=1).max())
