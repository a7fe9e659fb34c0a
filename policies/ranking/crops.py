"""The piece of the height map that a push is judged by: round the target, turned so that the push goes along +x."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from pg4da.policies.types import Array, MapGrid, Observation

WIDE = 128  # cells of the kept window; turned crops of SIDE cells lie well inside
SCALE = 0.0015  # m a step of a stored height
SIDE = 64  # cells of a turned crop
CHANNELS = 6
TIP_THICK, TIP_DEEP = 0.014, 0.027  # m, of a fingertip across the travel and along it


@dataclass(frozen=True)
class Window:
    """The map's cells round a place, (WIDE, WIDE): height in steps of SCALE uint8, target bool, hiding uint8 (255: 1).

    The place lies at the middle of the window to within half a cell; beyond the map all is zero.
    """

    height: NDArray[np.uint8]
    target: NDArray[np.bool_]
    hiding: NDArray[np.uint8]


def window_of(observation: Observation, middle: Array) -> Window:
    """The window of an observation round `middle` (2,) [m]."""
    steps = np.clip(np.rint(observation.height / SCALE), 0, 255).astype(np.uint8)
    row, col = observation.grid.to_cell(np.asarray(middle)).tolist()
    hiding = np.clip(255 * observation.hiding, 0, 255).astype(np.uint8)
    return Window(_cut(steps, row, col), _cut(observation.target_mask, row, col), _cut(hiding, row, col))


def _cut(picture: NDArray, row: int, col: int) -> NDArray:  # type: ignore[type-arg]
    half = WIDE // 2
    padded = np.pad(picture, half)
    return np.ascontiguousarray(padded[row : row + WIDE, col : col + WIDE])


@dataclass(frozen=True)
class Way:
    """A push as its crop shows it, in metres: unit vector of travel (2,); for each gripper its middle line's start and
    end, (k, 2, 2); width of the open jaw, height of the fingertips."""

    d: Array
    ends: Array
    width: float
    height: float

    def past(self, middle: Array) -> float:
        """How far beyond `middle` (2,) the push ends, along its travel [m]."""
        return float(((self.ends[:, 1] - middle) @ self.d).max())


def crop(window: Window, middle: Array, grid: MapGrid, way: Way) -> NDArray[np.float32]:
    """What a push meets, (CHANNELS, SIDE, SIDE): column = along the travel, row 0 = farthest to its left.

    Channels: height [dm]; height above the fingertips [half dm], −1..1; target; where it may hide; what the fingers
    sweep over; out of the workspace. The middle (2,) that the window was cut round lies in the middle.
    """
    turned = _turned(window, middle, grid, way.d)
    height = turned[0] * np.float32(10)
    above = np.clip((turned[0] - np.float32(way.height)) * np.float32(20), -1, 1)
    swept = swept_over(middle, grid.resolution, way)
    return np.stack([height, above, turned[1], turned[2], swept, turned[3]])


def crops(window: Window, middle: Array, grid: MapGrid, ways: Sequence[Way]) -> NDArray[np.float32]:
    """`crop` of several pushes of one state, (n, CHANNELS, SIDE, SIDE); what is turned alike is turned once."""
    out = np.empty((len(ways), CHANNELS, SIDE, SIDE), np.float32)
    kept: dict[tuple[float, float], NDArray[np.float32]] = {}
    for i, way in enumerate(ways):
        key = (round(float(way.d[0]), 6), round(float(way.d[1]), 6))
        if key not in kept:
            kept[key] = _turned(window, middle, grid, way.d)
        turned = kept[key]
        np.multiply(turned[0], 10, out=out[i, 0])
        np.clip((turned[0] - np.float32(way.height)) * np.float32(20), -1, 1, out=out[i, 1])
        out[i, 2:4], out[i, 5] = turned[1:3], turned[3]
        out[i, 4] = swept_over(middle, grid.resolution, way)
    return out


def _turned(window: Window, middle: Array, grid: MapGrid, d: Array) -> NDArray[np.float32]:
    """Height [m], target, hiding, outside the map, (4, SIDE, SIDE), turned so that d points along the columns."""
    cell = grid.to_cell(np.asarray(middle))
    centre = grid.to_world(cell[0], cell[1])
    off = (np.asarray(middle) - centre) / grid.resolution
    half, mid = WIDE // 2, 0.5 * (SIDE - 1)
    # column and row of the window for a crop's column j and row i: right is +x, down is −y; left of d is (−dy, dx)
    a = np.array([[d[0], d[1], 0.0], [-d[1], d[0], 0.0]])
    a[0, 2] = half + off[0] - a[0, 0] * mid - a[0, 1] * mid
    a[1, 2] = half - off[1] - a[1, 0] * mid - a[1, 1] * mid
    flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    inside = _inside(cell, grid)
    layers = np.dstack([window.height, window.target.astype(np.uint8) * 255, window.hiding, inside])
    turned = cv2.warpAffine(layers, a, (SIDE, SIDE), flags=flags).astype(np.float32).transpose(2, 0, 1)
    scale = np.array([SCALE, 1 / 255, 1 / 255, -1 / 255], np.float32)[:, None, None]
    out = np.asarray(turned * scale, np.float32)
    out[3] += 1
    return out


def _inside(cell: NDArray[np.intp], grid: MapGrid) -> NDArray[np.uint8]:
    """255 where the window's cells lie on the map."""
    half = WIDE // 2
    index = np.arange(WIDE) - half
    rows, cols = ((index + int(c) >= 0) & (index + int(c) < grid.cells) for c in cell)
    return np.asarray(np.outer(rows, cols), np.uint8) * np.uint8(255)


def swept_over(middle: Array, resolution: float, way: Way) -> NDArray[np.float32]:
    """Share of each cell of a crop that the fingertips pass over, (SIDE, SIDE)."""
    left = np.array([-way.d[1], way.d[0]])
    out = np.zeros((SIDE, SIDE), np.float32)
    inner = 0.5 * way.width
    for start, end in way.ends:
        u0, u1 = (start - middle) @ way.d - TIP_DEEP / 2, (end - middle) @ way.d + TIP_DEEP / 2
        v = float((start - middle) @ left)
        along = _covered(u0, u1, resolution)
        bars = (
            ((v - TIP_THICK, v + TIP_THICK),)
            if inner < 0.002
            else ((v + inner, v + inner + TIP_THICK), (v - inner - TIP_THICK, v - inner))
        )
        for low, high in bars:
            out = np.maximum(out, _covered(low, high, resolution)[::-1, None] * along[None])
    return out


def _covered(low: float, high: float, resolution: float) -> NDArray[np.float32]:
    """Share of each of SIDE cells in a row, the middle at 0, between low and high [m]."""
    edges = (np.arange(SIDE + 1) - SIDE / 2) * resolution
    return np.asarray(
        np.clip(np.minimum(edges[1:], high) - np.maximum(edges[:-1], low), 0, None) / resolution, np.float32
    )
