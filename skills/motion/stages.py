"""What is asked of the planner."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pg4da.hardware.frames import Array
from pg4da.policies.types import MapGrid


@dataclass(frozen=True)
class Clutter:
    """What the camera saw. height: (n, n) metres above the table, on `grid`; outside the grid the table is bare."""

    grid: MapGrid
    height: NDArray[np.float32]

    def __post_init__(self) -> None:
        expected = (self.grid.cells, self.grid.cells)
        if self.height.shape != expected:
            raise ValueError(f"heights of shape {self.height.shape} on a grid of {expected}")
        if not np.isfinite(self.height).all():
            raise ValueError("heights must be finite; fill the gaps first")


@dataclass(frozen=True)
class Transit:
    """Joint motion, clear of clutter, table and the other arm.

    goals: arm name to tool pose in `world`, (4, 4), or to a configuration, (dof,).
    """

    goals: Mapping[str, Array]


@dataclass(frozen=True)
class Line:
    """Straight tool motion from where the stage before ended, through every pose in turn.

    poses: arm name to (n, 4, 4) in `world`. speed: of the tool [m/s]. contact: the fingers may touch the clutter;
    table, arms and everything above the fingers are still checked, and the fingertips stay inside the workspace.
    """

    poses: Mapping[str, Array]
    speed: float
    contact: bool = False


Stage = Transit | Line
