"""What of the map is the robot itself: the feet of arms that stand on the table."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache

import numpy as np

from pg4da.policies.types import Array, MapGrid, Mask

BASE_RADIUS = 0.14  # m


def feet_of(grid: MapGrid, bases: Iterable[Array]) -> Mask:
    """Cells (n, n) within BASE_RADIUS of an arm's base; bases: T_world_base (4, 4) each. Not to be written to."""
    return _feet(grid, tuple((float(base[0, 3]), float(base[1, 3])) for base in bases))


@lru_cache(maxsize=8)
def _feet(grid: MapGrid, bases: tuple[tuple[float, float], ...]) -> Mask:
    xy = grid.to_world(*np.indices((grid.cells, grid.cells)))
    feet = [np.linalg.norm(xy - np.array(base), axis=-1) < BASE_RADIUS for base in bases]
    return np.any(feet, axis=0) if feet else np.zeros((grid.cells, grid.cells), bool)
