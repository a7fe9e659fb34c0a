"""From a camera frame to what a policy sees, with what earlier frames of the same mission showed."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from pg4da.hardware.cell import CameraFrame
from pg4da.policies.types import Array, MapGrid, Mask, Observation
from pg4da.skills.perception.heightmap import project
from pg4da.skills.perception.hiding import hiding_map, update_looked
from pg4da.skills.perception.target import target_mask, visible_share

Floats = NDArray[np.float32]

BASE_RADIUS = 0.14  # m
MIN_TARGET_SIZE = 0.022  # m, smallest edge of the blocks


@dataclass(frozen=True)
class Memory:
    """What a mission remembers of its target from look to look.

    looked (n, n): see hiding.update_looked. largest_area [m²]: of the target's mask so far. last_seen (2,) [m]: centre
    of its mask when it was last seen, None before.
    """

    looked: Floats
    largest_area: float = 0.0
    last_seen: Array | None = None


def _centre(mask: Mask, grid: MapGrid) -> Array:
    """Centre of a mask in `world` (2,)."""
    rows, cols = np.nonzero(mask)
    return np.asarray(grid.to_world(rows, cols).mean(axis=0))


def _remember(memory: Memory | None, mask: Mask, height: Floats, seen: Mask, grid: MapGrid) -> Memory:
    """Memory after this look."""
    looked = update_looked(None if memory is None else memory.looked, height, seen)
    area = float(mask.sum()) * grid.resolution**2
    if mask.any():
        last_seen: Array | None = _centre(mask, grid)
    else:
        last_seen = memory.last_seen if memory else None
    return Memory(looked, max(area, memory.largest_area if memory else 0.0), last_seen)


@lru_cache(maxsize=8)
def _robot(grid: MapGrid, bases: tuple[tuple[float, float], ...]) -> Mask:
    """Cells under the foot of an arm, (n, n), of arms whose bases stand at these x, y."""
    xy = grid.to_world(*np.indices((grid.cells, grid.cells)))
    feet = [np.linalg.norm(xy - np.array(base), axis=-1) < BASE_RADIUS for base in bases]
    return np.any(feet, axis=0) if feet else np.zeros((grid.cells, grid.cells), bool)


def make_observation(
    frame: CameraFrame,
    grid: MapGrid,
    target_colour: str,
    memory: Memory | None = None,
    table_tolerance: float = 0.006,
    bases: Iterable[Array] = (),
) -> tuple[Observation, Memory]:
    """Maps, target mask and hiding places of one frame, and the memory for the next call.

    bases: T_world_base of the arms; what stands within BASE_RADIUS of one is the robot and not in the height map.
    Raises FrameError for a frame that nothing can be read from, ValueError for an unknown colour. A memory of another
    grid is dropped.
    """
    if memory is not None and memory.looked.shape != (grid.cells, grid.cells):
        memory = None
    color, height, seen = project(frame, grid, table_tolerance)
    height[_robot(grid, tuple((float(base[0, 3]), float(base[1, 3])) for base in bases))] = 0.0
    mask = target_mask(color, height, seen, target_colour, grid.resolution)
    share = visible_share(mask, height, grid, memory.largest_area if memory else None)
    hiding = np.zeros_like(height)
    if not mask.any():
        looked, last_seen = (memory.looked, memory.last_seen) if memory else (None, None)
        hiding, _ = hiding_map(height, seen, looked, MIN_TARGET_SIZE, grid=grid, last_seen=last_seen)
    observation = Observation(grid, color, height, seen, mask, share, hiding, frame, frame.stamp)
    return observation, _remember(memory, mask, height, seen, grid)
