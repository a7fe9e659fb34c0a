"""Small geometry of convex solids: prisms, volumes, mass properties."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import ConvexHull

from pg4da.hardware.frames import Array

Faces = NDArray[np.int32]


def prism(polygon: Array, z_min: float, z_max: float) -> tuple[Array, Faces]:
    """Extrude a polygon, shape (n, 2), anticlockwise and simple, along z [m].

    Returns vertices (2n, 3) and triangles (m, 3) with outward normals. The caps are cut into triangles by ears, so the
    polygon may be concave.
    """
    n = len(polygon)
    low = np.column_stack([polygon, np.full(n, z_min)])
    high = np.column_stack([polygon, np.full(n, z_max)])
    caps = np.array(_ears(polygon), dtype=np.int32)
    i = np.arange(n, dtype=np.int32)
    j = (i + 1) % n
    sides = np.concatenate([np.stack([i, j, j + n], 1), np.stack([i, j + n, i + n], 1)])
    faces = np.concatenate([caps[:, ::-1], caps + n, sides]).astype(np.int32)
    return np.concatenate([low, high]), faces


def _ears(polygon: Array) -> list[tuple[int, int, int]]:
    """Cut a simple anticlockwise polygon into triangles, given as indices."""
    left = list(range(len(polygon)))
    triangles: list[tuple[int, int, int]] = []
    while len(left) > 3:
        k = next(k for k in range(len(left)) if _is_ear(polygon, left, k))
        triangles.append((left[k - 1], left[k], left[(k + 1) % len(left)]))
        del left[k]
    triangles.append((left[0], left[1], left[2]))
    return triangles


def _is_ear(polygon: Array, left: list[int], k: int) -> bool:
    a, b, c = (polygon[left[(k + d) % len(left)]] for d in (-1, 0, 1))
    if _turn(a, b, c) <= 0:
        return False
    corners = {left[k - 1], left[k], left[(k + 1) % len(left)]}
    rest = [polygon[i] for i in left if i not in corners]
    return not any(_turn(a, b, p) >= 0 and _turn(b, c, p) >= 0 and _turn(c, a, p) >= 0 for p in rest)


def _turn(a: Array, b: Array, c: Array) -> float:
    return float((b[0] - a[0]) * (c[1] - b[1]) - (b[1] - a[1]) * (c[0] - b[0]))


def arc(radius: float, start: float, end: float, segments: int) -> Array:
    """Points on a circle about the origin, shape (segments + 1, 2); angles in degrees."""
    angles = np.radians(np.linspace(start, end, segments + 1))
    return radius * np.column_stack([np.cos(angles), np.sin(angles)])


def mass_properties(parts: Sequence[Array], mass: float) -> tuple[Array, Array]:
    """Centre of mass (3,) and inertia about it (3, 3) [kg m²] of convex parts of one uniform density.

    Each part is a vertex array (n, 3); parts are taken not to overlap.
    """
    volume, first, second = 0.0, np.zeros(3), np.zeros((3, 3))
    for part in parts:
        v, f, s = _moments(part)
        volume, first, second = volume + v, first + f, second + s
    centre = first / volume
    covariance = (second / volume - np.outer(centre, centre)) * mass
    return centre, np.trace(covariance) * np.eye(3) - covariance


def _moments(points: Array) -> tuple[float, Array, Array]:
    """Volume, first and second moments about the origin of a convex hull, by tetrahedra from an inner point."""
    hull = ConvexHull(points)
    inner = points[hull.vertices].mean(axis=0)
    corners = points[hull.simplices]
    volumes = np.abs(np.linalg.det(corners - inner)) / 6.0
    total = corners.sum(axis=1) + inner
    first = (volumes[:, None] * total / 4.0).sum(axis=0)
    squares = np.einsum("nki,nkj->nij", corners, corners) + np.outer(inner, inner)
    second = (volumes[:, None, None] / 20.0 * (squares + np.einsum("ni,nj->nij", total, total))).sum(axis=0)
    return float(volumes.sum()), first, second
