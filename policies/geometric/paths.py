"""From strokes to push paths: points at an even spacing, smoothed by Savitzky-Golay in 3D, an arm each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache

import numpy as np
from scipy.signal import savgol_filter

from pg4da.policies.geometric.lookahead import Stroke
from pg4da.policies.geometric.outlines import Array
from pg4da.policies.geometric.settings import Bounds
from pg4da.policies.types import PushPath

EDGE = 0.02  # m from the edge that the points of a path stay, its first one excepted


def path_points(stroke: Stroke, height: float, spacing: float, bounds: Bounds) -> Array:
    """Fingertip path of a stroke at `height` [m], shape (n, 3), n >= 2; none but its first point lies outside."""
    count = max(2, int(np.ceil(stroke.length / spacing)) + 1)
    share = np.linspace(0.0, 1.0, count)[:, None]
    points = np.column_stack([stroke.start + share * (stroke.end - stroke.start), np.full(count, height)])
    points = smoothed(points)
    keep = bounds.contain(points[:, :2], EDGE)
    keep[[0, -1]] = True
    return points[keep]


def smoothed(points: Array, window: int = 5, order: int = 2) -> Array:
    """Savitzky-Golay along the path in x, y and z; short paths stay as they are (paper, section on dual-arm pushes)."""
    if len(points) < window:
        return points
    return np.asarray(_smoothing(len(points), window, order) @ points)


@lru_cache(maxsize=64)
def _smoothing(count: int, window: int, order: int) -> Array:
    """The filter as a matrix, (count, count): it is linear, and setting it up costs more than using it."""
    return np.asarray(savgol_filter(np.eye(count), window, order, axis=0))


def push_paths(
    strokes: Sequence[Stroke],
    height: float,
    spacing: float,
    arm_bases: Mapping[str, tuple[float, float]],
    bounds: Bounds,
) -> tuple[PushPath, ...]:
    """A path for each stroke; two strokes get an arm each (least total distance), one gets the nearer arm."""
    points = [path_points(s, height, spacing, bounds) for s in strokes]
    names = sorted(arm_bases)
    middle = [p[:, :2].mean(axis=0) for p in points]
    away = [[float(np.linalg.norm(m - np.array(arm_bases[n]))) for n in names] for m in middle]
    if len(points) == 1:
        chosen = [names[int(np.argmin(away[0]))]]
    else:
        straight = away[0][0] + away[1][1] <= away[0][1] + away[1][0]
        chosen = [names[0], names[1]] if straight else [names[1], names[0]]
    return tuple(PushPath(p, s.yaw, arm) for p, s, arm in zip(points, strokes, chosen, strict=True))
