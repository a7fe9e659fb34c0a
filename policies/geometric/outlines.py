"""Small operations on planar outlines and points, shape (n, 2), metres."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


def direction(angle: float) -> Array:
    """Unit vector at an angle [rad]."""
    return np.array([np.cos(angle), np.sin(angle)])


def hull(points: Array, simplify: float = 0.0008) -> Array:
    """Convex hull, counter-clockwise; vertices within `simplify` [m] of the line between their neighbours left out."""
    corners = cv2.convexHull((points * 1e3).astype(np.float32))
    corners = np.asarray(cv2.approxPolyDP(corners, simplify * 1e3, True), np.float64)[:, 0] * 1e-3
    if len(corners) < 3:
        centre = points.mean(axis=0)
        return np.asarray(centre + 0.002 * np.array([[-1.0, -1.0], [1.0, -1.0], [1.0, 1.0], [-1.0, 1.0]]))
    if signed_area(corners) < 0:
        corners = corners[::-1]
    return np.asarray(corners)


def signed_area(polygon: Array) -> float:
    """Area [m²], positive when counter-clockwise."""
    ends = following(polygon)
    return float(0.5 * (polygon[:, 0] * ends[:, 1] - ends[:, 0] * polygon[:, 1]).sum())


def following(polygon: Array) -> Array:
    """For each point the next one, the first after the last."""
    return np.concatenate([polygon[1:], polygon[:1]])


def centroid(parts: Sequence[Array]) -> Array:
    """Centre of area, (2,), of convex polygons that do not overlap."""
    areas, middles = [], []
    for part in parts:
        ends = following(part)
        cross = part[:, 0] * ends[:, 1] - ends[:, 0] * part[:, 1]
        areas.append(max(float(cross.sum()) / 2, 1e-9))
        middles.append(((part + ends) * cross[:, None]).sum(axis=0) / (6 * areas[-1]))
    weight = np.array(areas)
    return np.asarray((np.array(middles) * weight[:, None]).sum(axis=0) / weight.sum())


def densify(polygon: Array, spacing: float = 0.002) -> Array:
    """Points along the closed outline no further apart than `spacing`, shape (m, 2)."""
    edges = following(polygon) - polygon
    counts = np.maximum(1, np.ceil(np.linalg.norm(edges, axis=1) / spacing)).astype(int)
    edge = np.repeat(np.arange(len(polygon)), counts)
    share = (np.arange(len(edge)) - (np.cumsum(counts) - counts)[edge]) / counts[edge]
    return np.asarray(polygon[edge] + edges[edge] * share[:, None])


def moved(points: Array, centre: Array, shift: Array, angle: float) -> Array:
    """Points turned by angle [rad] about `centre`, then shifted."""
    c, s = np.cos(angle), np.sin(angle)
    return np.asarray((points - centre) @ np.array([[c, s], [-s, c]]) + centre + shift)


def split_concave(outline: Array, solidity: float = 0.88, depth: int = 3) -> tuple[Array, ...]:
    """Convex parts that cover an outline: cut at the deepest notch until each part fills its hull to `solidity`."""
    corners = hull(outline)
    if depth == 0 or len(outline) < 8 or abs(signed_area(outline)) >= solidity * signed_area(corners):
        return (corners,)
    chord, notch = _deepest_notch(outline, corners)
    outline = np.roll(outline, -notch, axis=0)
    along = (outline - outline[0]) @ chord
    left, right = outline[along <= 0], outline[along >= 0]
    if min(len(left), len(right)) < 6:
        return (corners,)
    return tuple(part for half in (left, right) for part in split_concave(half, solidity, depth - 1))


def _deepest_notch(outline: Array, corners: Array) -> tuple[Array, int]:
    """Direction (2,) of the hull's edge over the outline's deepest notch, and which point lies at its bottom."""
    edges = following(corners) - corners
    edges = edges / np.maximum(np.linalg.norm(edges, axis=1, keepdims=True), 1e-9)
    away = outline[:, None] - corners[None]
    depth = edges[None, :, 0] * away[..., 1] - edges[None, :, 1] * away[..., 0]
    notch = int(np.argmax(depth.min(axis=1)))
    return edges[int(np.argmin(depth[notch]))], notch
