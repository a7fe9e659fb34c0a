"""Blocks packed side by side on a grid, layer upon layer: where does the next one fit, as near as can be."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from functools import lru_cache

import cv2
import numpy as np
from numpy.typing import NDArray

from pg4da.hardware.frames import Array
from pg4da.sim.objects.shape import load_shape
from pg4da.sim.scenes.plan_view import outside_hull

Mask = NDArray[np.bool_]

CELL = 0.001  # m
CELLS = 380  # a layer is 0.38 m wide
REACH = 56  # cells from the middle of an outline to its edge: 56 mm holds every block


def outline(name: str, yaw: float, margin: float = 0.0) -> Mask:
    """Footprint of a block turned by yaw [rad] and widened by margin [m], shape (2 REACH + 1, 2 REACH + 1)."""
    return np.asarray(_outside(name, yaw) <= margin)


@lru_cache(maxsize=128)
def _outside(name: str, yaw: float) -> Array:
    """How far [m] each cell lies outside a block's footprint, negative within; blocks are tried in few yaws."""
    ticks = np.arange(-REACH, REACH + 1) * CELL
    x, y = np.meshgrid(ticks, ticks)
    turn = np.array([[math.cos(yaw), math.sin(yaw)], [-math.sin(yaw), math.cos(yaw)]])
    return np.asarray(np.min([outside_hull(part[:, :2] @ turn, x, y) for part in load_shape(name).parts], axis=0))


@dataclass(frozen=True)
class Placement:
    """A block on the grid: x, y [m] from the middle of the layer, yaw [rad], layer 0 on the table."""

    name: str
    x: float
    y: float
    yaw: float
    layer: int = 0


@dataclass
class Layer:
    """One layer of blocks. `support`: what lies below, None on the table; like `filled` of shape (CELLS, CELLS)."""

    level: int = 0
    support: Mask | None = None
    filled: Mask = field(default_factory=lambda: np.zeros((CELLS, CELLS), dtype=bool))

    def free(self, name: str, yaw: float, gap: float, forbidden: Mask | None = None) -> Mask:
        """Middles where the block fits, `gap` [m] from others and off forbidden cells; (CELLS, CELLS)."""
        allowed = overlap(self.filled, outline(name, yaw, gap)) < 0.5
        plain = outline(name, yaw)
        if forbidden is not None:
            allowed &= overlap(forbidden, plain) < 0.5
        if self.support is not None:
            allowed &= _supported(self.support, name, yaw, plain)
        return np.asarray(allowed)

    def put(self, name: str, yaw: float, row: int, col: int) -> Placement:
        """Fill the block's cells."""
        rows, cols = (slice(i - REACH, i + REACH + 1) for i in (row, col))
        self.filled[rows, cols] |= outline(name, yaw)
        half = CELLS // 2
        return Placement(name, (col - half) * CELL, (row - half) * CELL, yaw, self.level)


def overlap(cells: Mask, mask: Mask) -> NDArray[np.float32]:
    """For each middle, how many of the cells the mask, square and odd, covers."""
    counts = np.zeros(cells.shape, np.float32)
    half = mask.shape[0] // 2
    reach = int(np.abs(np.argwhere(mask) - half).max(initial=0))
    kernel = mask[half - reach : half + reach + 1, half - reach : half + reach + 1].astype(np.float32)
    window = _extent(cells, reach)  # beyond it the mask covers none
    if cells[window].any():
        within = cells[window].astype(np.float32)
        counts[window] = cv2.filter2D(within, cv2.CV_32F, kernel, borderType=cv2.BORDER_CONSTANT)
    return counts


def _extent(cells: Mask, margin: int) -> tuple[slice, slice]:
    """Rows and columns that hold all set cells, and so many more on every side."""
    found = [np.flatnonzero(cells.any(axis=axis)) for axis in (1, 0)]
    rows, cols = (slice(max(int(f[0]) - margin, 0), int(f[-1]) + margin + 1) if len(f) else slice(0) for f in found)
    return rows, cols


def _supported(support: Mask, name: str, yaw: float, plain: Mask) -> Mask:
    """Middles where the block rests on most of its area, all round its centre of mass."""
    centre = load_shape(name).centre_of_mass[:2]
    ahead = np.array([[math.cos(yaw), -math.sin(yaw)], [math.sin(yaw), math.cos(yaw)]]) @ centre / CELL
    rows, cols = np.indices(plain.shape) - REACH
    steady = overlap(support, plain) > 0.6 * plain.sum()
    for half in (cols > ahead[0], cols < ahead[0], rows > ahead[1], rows < ahead[1]):
        side = plain & half
        steady &= overlap(support, side) > 0.4 * side.sum()
    return np.asarray(steady)


def distance_from(x: float, y: float) -> Array:
    """Distance of every cell from a place given from the middle of the layer [m], shape (CELLS, CELLS)."""
    ticks = (np.arange(CELLS) - CELLS // 2) * CELL
    return np.asarray(np.hypot(ticks[None, :] - x, ticks[:, None] - y))


def best_cell(allowed: Mask, cost: Array) -> tuple[int, int, float] | None:
    """Row, column and cost of the cheapest allowed cell, away from the layer's rim; None when there is none."""
    inner = np.full_like(cost, np.inf)
    window = np.s_[REACH:-REACH, REACH:-REACH]
    inner[window] = np.where(allowed[window], cost[window], np.inf)
    row, col = np.unravel_index(int(np.argmin(inner)), inner.shape)
    value = float(inner[row, col])
    return None if math.isinf(value) else (int(row), int(col), value)
