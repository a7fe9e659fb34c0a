"""From the feature map to the key points of a push, in the order in which the fingers visit them."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from pg4da.policies.types import Array, MapGrid, Mask

APART = 0.020  # m between two key points
LEAST_APART = 2.0  # radii of the target between the middles of two groups, one an arm


def key_points(scores: NDArray[np.floating], allowed: Mask, grid: MapGrid, count: int) -> Array:
    """The best cells (k, 2) in `world`, k <= count, none nearer than APART to a better one; best first."""
    rows, cols = np.nonzero(allowed)
    order = np.argsort(-scores[rows, cols], kind="stable")
    points = grid.to_world(rows[order], cols[order])
    chosen: list[Array] = []
    for point in points:
        if len(chosen) == count:
            break
        if all(np.linalg.norm(point - other) >= APART for other in chosen):
            chosen.append(point)
    return np.array(chosen).reshape(-1, 2)


def by_angle(points: Array, centre: Array) -> Array:
    """Points (k, 2) in order of their angle about the centre, cut open at the widest gap."""
    if len(points) < 2:
        return points
    away = points - centre
    angle = np.arctan2(away[:, 1], away[:, 0])
    order = np.argsort(angle, kind="stable")
    turn = angle[order]
    gaps = np.diff(turn, append=turn[0] + 2 * np.pi)
    return points[np.roll(order, -(int(np.argmax(gaps)) + 1))]


def two_groups(ordered: Array, body: float) -> tuple[Array, Array] | None:
    """The points (k, 2) cut in two where their middles come to lie farthest apart, at least two in each group.

    None where the middles are less than LEAST_APART times the target's radius `body` [m] from each other.
    """
    best, widest = None, LEAST_APART * body
    for cut in range(2, len(ordered) - 1):
        first, second = ordered[:cut], ordered[cut:]
        apart = float(np.linalg.norm(first.mean(axis=0) - second.mean(axis=0)))
        if apart >= widest:
            best, widest = (first, second), apart
    return best
