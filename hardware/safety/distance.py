"""Distances between straight segments, many at once (Ericson, Real-Time Collision Detection, 5.1.9)."""

from __future__ import annotations

import numpy as np

from pg4da.hardware.frames import Array

POINT = 1e-12  # m², of a segment that is a point


def between_segments(first: Array, second: Array) -> Array:
    """Shortest distances [m] between segments given by their end points, (..., 2, 3) each, broadcast: (...)."""
    d1, d2 = first[..., 1, :] - first[..., 0, :], second[..., 1, :] - second[..., 0, :]
    r = first[..., 0, :] - second[..., 0, :]
    a, e = _dot(d1, d1), _dot(d2, d2)
    b, c, f = _dot(d1, d2), _dot(d1, r), _dot(d2, r)
    cross = a * e - b * b
    s = np.where(cross > POINT, (b * f - c * e) / np.maximum(cross, POINT), 0.0).clip(0.0, 1.0)
    t = np.where(e > POINT, (b * s + f) / np.maximum(e, POINT), 0.0).clip(0.0, 1.0)
    s = np.where(a > POINT, (b * t - c) / np.maximum(a, POINT), 0.0).clip(0.0, 1.0)
    t = np.where(e > POINT, (b * s + f) / np.maximum(e, POINT), 0.0).clip(0.0, 1.0)
    gap = r + s[..., None] * d1 - t[..., None] * d2
    return np.asarray(np.sqrt(_dot(gap, gap)))


def _dot(a: Array, b: Array) -> Array:
    return np.asarray(np.einsum("...i,...i->...", a, b))
