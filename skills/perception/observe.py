"""From a camera frame to what a policy sees, with what earlier frames of the same mission showed."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pg4da.hardware.cell import CameraFrame
from pg4da.policies.types import Array, MapGrid, Mask, Observation
from pg4da.skills.perception.feet import feet_of
from pg4da.skills.perception.heightmap import project
from pg4da.skills.perception.hiding import hiding_map, unsearched_area, update_looked
from pg4da.skills.perception.target import target_mask, visible_share

Floats = NDArray[np.float32]

MIN_TARGET_SIZE = 0.022  # m, smallest edge of the blocks


@dataclass(frozen=True)
class Memory:
    """What a mission remembers of its target from look to look.

    looked (n, n): see hiding.update_looked. largest_area [m²]: of the target's mask so far. last_seen (2,) [m]: centre
    of its mask when it was last seen, None before. unsearched [m²]: see hiding.unsearched_area, 0 while it is seen.
    """

    looked: Floats
    largest_area: float = 0.0
    last_seen: Array | None = None
    unsearched: float = 0.0


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
    unsearched = 0.0
    if not mask.any():
        unsearched = unsearched_area(height, seen, memory.looked if memory else None, MIN_TARGET_SIZE, grid.resolution)
    return Memory(looked, max(area, memory.largest_area if memory else 0.0), last_seen, unsearched)


def make_observation(
    frame: CameraFrame,
    grid: MapGrid,
    target_colour: str,
    memory: Memory | None = None,
    table_tolerance: float = 0.006,
    bases: Iterable[Array] = (),
) -> tuple[Observation, Memory]:
    """Maps, target mask and hiding places of one frame, and the memory for the next call.

    bases: T_world_base of the arms; what stands at the foot of one is the robot and not in the height map.
    Raises FrameError for a frame that nothing can be read from, ValueError for an unknown colour. A memory of another
    grid is dropped.
    """
    if memory is not None and memory.looked.shape != (grid.cells, grid.cells):
        memory = None
    color, height, seen = project(frame, grid, table_tolerance)
    height[feet_of(grid, bases)] = 0.0
    mask = target_mask(color, height, seen, target_colour, grid.resolution)
    share = visible_share(mask, height, grid, memory.largest_area if memory else None)
    hiding = np.zeros_like(height)
    if not mask.any():
        looked, last_seen = (memory.looked, memory.last_seen) if memory else (None, None)
        hiding, _ = hiding_map(height, seen, looked, MIN_TARGET_SIZE, grid=grid, last_seen=last_seen)
    observation = Observation(grid, color, height, seen, mask, share, hiding, frame, frame.stamp)
    return observation, _remember(memory, mask, height, seen, grid)
