"""RGB-D to colour and height maps along gravity: an orthographic picture of the table from above.

A cell holds the mean of its top layer (points within LAYER of its highest one), which is as sharp as a maximum at the
edge of an object but does not ride on the noise. Cells that the camera did not see are filled from the lower of the
two surfaces before and behind them on the line through the camera's foot point: a gap beside a tall object is its
occlusion shadow, and what lies in it is taken to be as low as the lowest point seen where the shadow ends.
"""

from __future__ import annotations

from functools import lru_cache

import cv2
import numpy as np
from numpy.typing import NDArray

from pg4da.hardware.cell import CameraFrame
from pg4da.policies.types import Array, MapGrid, Mask

Floats = NDArray[np.float32]
Bytes = NDArray[np.uint8]
Maps = tuple[Bytes, Floats, Mask]

LAYER = 0.010  # m, points this far below a cell's highest one belong to the same surface
OUTLIER = 0.015  # m, a pixel this far from its neighbours is a flying pixel
MAX_HEIGHT = 0.40  # m, anything higher is an arm in the picture, not an object
MIN_SEEN = 0.02  # share of the grid's cells that must be measured
MAX_GAP = 0.15  # m, widest gap that is filled from its sides; beyond it the table is assumed


class FrameError(ValueError):
    """A camera frame that nothing can be read from."""


def check_frame(frame: CameraFrame) -> None:
    """Raise FrameError for a frame that is empty, misshapen, or without a single valid depth."""
    depth, rgb = frame.depth, frame.rgb
    if depth.ndim != 2 or depth.size == 0:
        raise FrameError(f"camera frame {frame.sequence}: depth has shape {depth.shape}; expected (height, width)")
    if rgb.shape != (*depth.shape, 3):
        raise FrameError(f"camera frame {frame.sequence}: colour has shape {rgb.shape} for a depth of {depth.shape}")
    if not (np.isfinite(frame.K).all() and np.isfinite(frame.T_world_camera).all()):
        raise FrameError(f"camera frame {frame.sequence}: the calibration holds NaN or infinite numbers")
    nan = int(np.isnan(depth).sum())
    if not np.any((depth > 0) & np.isfinite(depth)):
        what = f"{nan} of {depth.size} pixels are NaN" if nan else "every pixel is 0, negative or infinite"
        raise FrameError(f"camera frame {frame.sequence}: no valid depth ({what}); is the camera covered or unplugged?")


def clean_depth(depth: Floats) -> Floats:
    """Depth (H, W) with flying pixels and numbers that are not finite set to 0."""
    depth = np.nan_to_num(depth, nan=0.0, posinf=0.0, neginf=0.0).astype(np.float32)
    odd = (depth > 0) & (np.abs(depth - cv2.medianBlur(depth, 3)) > OUTLIER)
    v, u = np.divmod(np.flatnonzero(odd), depth.shape[1])
    padded = np.pad(depth, 1)
    agree = np.zeros(len(v), int)
    for dv, du in ((0, 0), (0, 1), (0, 2), (1, 0), (1, 2), (2, 0), (2, 1), (2, 2)):
        agree += np.abs(padded[v + dv, u + du] - depth[v, u]) < OUTLIER
    depth[v[agree < 2], u[agree < 2]] = 0.0
    return depth


@lru_cache(maxsize=8)
def _directions(K: bytes, T: bytes, shape: tuple[int, int]) -> Floats:
    """Direction of each pixel in world, (3, H, W), of length 1 along the optical axis."""
    matrix, pose = np.frombuffer(K).reshape(3, 3), np.frombuffer(T).reshape(4, 4)
    v, u = np.mgrid[0 : shape[0], 0 : shape[1]]
    pixels = np.stack([u.ravel(), v.ravel(), np.ones(u.size)])
    directions = pose[:3, :3] @ np.linalg.solve(matrix, pixels)
    return np.asarray(directions.reshape(3, *shape), np.float32)


def points_in_world(depth: Floats, K: Array, T_world_camera: Array) -> Floats:
    """Points (3, H, W) in `world` [m] of a depth picture (H, W); those of invalid pixels are the camera's position."""
    K, T = np.asarray(K, np.float64), np.asarray(T_world_camera, np.float64)
    directions = _directions(K.tobytes(), T.tobytes(), depth.shape)
    return np.asarray(directions * depth + T[:3, 3].astype(np.float32)[:, None, None], np.float32)


def _upsampling(frame: CameraFrame, grid: MapGrid) -> int:
    """How often a pixel must be repeated so that a surface on the table leaves no cell without a point."""
    footprint = abs(float(frame.T_world_camera[2, 3])) / float(min(frame.K[0, 0], frame.K[1, 1]))
    return int(min(4, max(1, np.ceil(1.5 * footprint / grid.resolution))))


def _repeat(depth: Floats, rgb: Bytes, K: Array, factor: int) -> tuple[Floats, Bytes, Array]:
    """The same picture with every pixel repeated factor x factor times, and its intrinsics."""
    if factor == 1:
        return depth, rgb, K
    size = (depth.shape[1] * factor, depth.shape[0] * factor)
    big = np.array(K, float)
    big[:2] *= factor
    big[:2, 2] += (factor - 1) / 2
    large = cv2.resize(depth, size, interpolation=cv2.INTER_NEAREST)
    return (
        np.asarray(large, np.float32),
        np.asarray(cv2.resize(rgb, size, interpolation=cv2.INTER_NEAREST), np.uint8),
        big,
    )


def _inside(points: Floats, depth: Floats, grid: MapGrid) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Flat pixel and flat cell of every valid point over the grid and below MAX_HEIGHT."""
    x, y, z = points.reshape(3, -1)
    scale, n = np.float32(1.0 / grid.resolution), np.float32(grid.cells)
    col, row = (x - np.float32(grid.x_min)) * scale, (np.float32(grid.y_min + grid.size) - y) * scale
    inside = (depth.ravel() > 0) & (col >= 0) & (col < n) & (row >= 0) & (row < n) & (z < MAX_HEIGHT)
    pixel = np.flatnonzero(inside)
    return pixel, row[pixel].astype(np.intp) * grid.cells + col[pixel].astype(np.intp)


def _lowest(cell: NDArray[np.intp], z: Floats, cells: int) -> Floats:
    """Height of the lowest point of each cell (n, n), infinite where there is none."""
    bottom = np.full(cells * cells, np.inf, np.float32)
    np.minimum.at(bottom, cell, z)
    return bottom.reshape(cells, cells)


def _top_layer(cell: NDArray[np.intp], z: Floats, pixel: NDArray[np.intp], rgb: Bytes, cells: int) -> Maps:
    """Mean height and colour of each cell's top layer; the points' colours are those of `pixel` (n,) of a picture."""
    n = cells * cells
    top = np.full(n, -np.inf, np.float32)
    np.maximum.at(top, cell, z)
    layer = np.flatnonzero(z > top[cell] - np.float32(LAYER))
    cell, z, pixel = cell[layer], z[layer], pixel[layer]
    count = np.bincount(cell, minlength=n)
    share = 1.0 / np.maximum(count, 1)
    height = (np.bincount(cell, z, n) * share).astype(np.float32).reshape(cells, cells)
    color = np.stack([np.bincount(cell, plane.ravel()[pixel], n) * share for plane in cv2.split(rgb)], axis=-1)
    return np.round(color).astype(np.uint8).reshape(cells, cells, 3), height, (count > 0).reshape(cells, cells)


def _first_seen(
    rows: NDArray[np.intp], cols: NDArray[np.intp], step: Floats, seen: Mask, reach: int
) -> tuple[NDArray[np.intp], NDArray[np.bool_]]:
    """Flat index of the first measured cell from each of (rows, cols) along step (2, n) [cells], if there is one."""
    found = np.zeros(len(rows), np.intp)
    open_ = np.arange(len(rows))
    hit = np.zeros(len(rows), bool)
    for k in range(1, reach + 1):
        r = np.rint(rows[open_] + k * step[0, open_]).astype(np.intp)
        c = np.rint(cols[open_] + k * step[1, open_]).astype(np.intp)
        inside = (r >= 0) & (r < seen.shape[0]) & (c >= 0) & (c < seen.shape[1])
        r, c, open_ = r[inside], c[inside], open_[inside]
        now = seen[r, c]
        found[open_[now]], hit[open_[now]] = r[now] * seen.shape[1] + c[now], True
        open_ = open_[~now]
        if not len(open_):
            break
    return found, hit


def fill_gaps(
    color: Bytes, height: Floats, bottom: Floats, seen: Mask, foot: tuple[float, float], resolution: float
) -> None:
    """Fill cells that were not seen, in place, from the lower side of the line to the camera's foot (row, column).

    bottom (n, n): the lowest point of each cell; outwards it tells how deep the camera saw where a shadow ends.
    """
    rows, cols = np.nonzero(~seen)
    if not len(rows):
        return
    step = np.stack([rows - foot[0], cols - foot[1]]).astype(np.float32)
    step /= np.maximum(np.abs(step).max(axis=0), 1e-6)
    reach = max(2, round(MAX_GAP / resolution))
    outward, has_out = _first_seen(rows, cols, step, seen, reach)
    inward, has_in = _first_seen(rows, cols, -step, seen, reach)
    a = np.where(has_out, bottom.ravel()[outward], np.inf)
    b = np.where(has_in, height.ravel()[inward], np.inf)
    source = np.where(a <= b, outward, inward)
    known = has_out | has_in
    height[rows, cols] = np.where(known, np.minimum(a, b), 0.0)
    color[rows[known], cols[known]] = color.reshape(-1, 3)[source[known]]


def project(frame: CameraFrame, grid: MapGrid, table_tolerance: float = 0.006, fill: bool = True) -> Maps:
    """Maps of what the camera saw: color (n, n, 3) uint8, height (n, n) float32 [m], seen (n, n) bool; n = grid.cells.

    Heights within table_tolerance [m] of the table, and below it, become 0. `seen` tells measured cells from filled
    ones, which without `fill` are left black and flat. Raises FrameError when the frame is empty, all invalid, or sees
    next to nothing of the grid.
    """
    check_frame(frame)
    depth, rgb, K = _repeat(clean_depth(frame.depth), frame.rgb, frame.K, _upsampling(frame, grid))
    points = points_in_world(depth, K, frame.T_world_camera)
    pixel, cell = _inside(points, depth, grid)
    z = points[2].ravel()[pixel]
    color, height, seen = _top_layer(cell, z, pixel, rgb, grid.cells)
    if seen.mean() < MIN_SEEN:
        raise FrameError(
            f"camera frame {frame.sequence}: only {100 * seen.mean():.1f} % of the map was measured; "
            "check the camera's view and its calibration"
        )
    if fill:
        x, y = frame.T_world_camera[:2, 3]
        foot = ((grid.y_min + grid.size - y) / grid.resolution - 0.5, (x - grid.x_min) / grid.resolution - 0.5)
        fill_gaps(color, height, _lowest(cell, z, grid.cells), seen, foot, grid.resolution)
    height[height < table_tolerance] = 0.0
    return color, height, seen
