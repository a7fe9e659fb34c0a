"""Everything that the fingers must not touch, as solid columns on a fine map seen from above."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

CELL = 0.0025  # m, about one pixel of the camera on the table
REACH = 0.20  # m round the target
FILLED = 3  # cells next to something seen that are taken to be as high where the camera could not look


@dataclass(frozen=True)
class Columns:
    """height (n, n) float32 [m] over x (rows) and y (columns) from `origin` (2,), metres in `world`."""

    height: NDArray[np.float32]
    origin: NDArray[np.float32]

    def clearance(self, points: NDArray[np.float32]) -> NDArray[np.float32]:
        """How far points (..., 3) lie above what stands under them [m], negative inside; the table beyond the map."""
        cells = ((points[..., :2] - self.origin) * np.float32(1 / CELL)).astype(np.int32)
        n = self.height.shape[0]
        np.clip(cells, 0, n - 1, out=cells)
        flat = cells[..., 0] * n + cells[..., 1]
        return np.asarray(points[..., 2] - self.height.ravel()[flat], np.float32)


def columns_of(xyz: NDArray[np.float32], taken: NDArray[np.bool_], centre: NDArray[np.float64]) -> Columns:
    """Columns from the `taken` pixels of a picture of points (h, w, 3) within REACH of `centre` (2,).

    Cells without a pixel lie in the shadow of something tall: near what is seen they are filled up to its height.
    """
    n = int(2 * REACH / CELL)
    origin = (centre - REACH).astype(np.float32)
    inside = np.ones(taken.shape, bool)
    for axis in (0, 1):
        inside &= np.abs(xyz[..., axis] - np.float32(centre[axis])) < REACH - CELL
    points, solid = xyz[inside], taken[inside]
    cells = ((points[:, :2] - origin) * np.float32(1 / CELL)).astype(np.int32)
    flat = cells[:, 0] * n + cells[:, 1]
    height = np.zeros(n * n, np.float32)
    np.maximum.at(height, flat[solid], points[solid, 2])
    seen = np.zeros(n * n, bool)
    seen[flat] = True
    high, known = height.reshape(n, n), seen.reshape(n, n)
    high[[0, -1]] = high[:, [0, -1]] = 0.0
    grown = cv2.dilate(high, np.ones((2 * FILLED + 1, 2 * FILLED + 1), np.uint8))
    return Columns(np.where(known, high, np.asarray(grown, np.float32)), origin)
