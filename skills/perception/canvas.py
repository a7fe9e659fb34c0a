"""A square of the map, enlarged, to draw on in metres."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from pg4da.policies.types import Array, MapGrid, Mask, Observation

Bytes = NDArray[np.uint8]
Floats = NDArray[np.float32]
Color = tuple[int, int, int]

FONT = cv2.FONT_HERSHEY_SIMPLEX
OBJECT_HEIGHT = 0.01  # m
BORDER = 0.05  # m, the arms' plinths reach this far into the map
MARGIN = 0.06  # m round the clutter
MIN_VIEW = 0.40  # m
SUBPIXEL = 4  # bits of OpenCV's fixed-point coordinates


@dataclass(frozen=True)
class View:
    """rows and columns [top, top + n) x [left, left + n) of the grid, shown on size x size pixels."""

    grid: MapGrid
    top: int
    left: int
    n: int
    size: int

    def crop(self, image: NDArray[np.generic]) -> NDArray[np.generic]:
        """The view's part of a map (cells, cells, …), enlarged without blur."""
        part = np.ascontiguousarray(image[self.top : self.top + self.n, self.left : self.left + self.n])
        return np.asarray(cv2.resize(part, (self.size, self.size), interpolation=cv2.INTER_NEAREST))

    def pixels(self, xy: Array) -> NDArray[np.int32]:
        """Fixed-point pixels (n, 2) of points (n, 2) in `world`."""
        scale = self.size / (self.n * self.grid.resolution)
        x = (xy[:, 0] - self.grid.x_min - self.left * self.grid.resolution) * scale
        y = (self.grid.y_min + self.grid.size - self.top * self.grid.resolution - xy[:, 1]) * scale
        return np.asarray(np.rint((np.stack([x, y], axis=1) - 0.5) * (1 << SUBPIXEL)), np.int32)


def clutter_view(observation: Observation, size: int, way: Array | None = None) -> View:
    """The smallest square that holds every object and the points `way` (n, 2) [m], in `world`, with a margin, at least
    MIN_VIEW wide, inside the grid."""
    grid = observation.grid
    border = round(BORDER / grid.resolution)
    objects = np.zeros(observation.seen.shape, bool)
    inner = np.s_[border : grid.cells - border, border : grid.cells - border]
    objects[inner] = observation.height[inner] > OBJECT_HEIGHT
    if way is not None and len(way):
        on = np.clip(grid.to_cell(np.asarray(way)), 0, grid.cells - 1)
        objects[on[:, 0], on[:, 1]] = True
    rows, cols = np.nonzero(objects | observation.target_mask)
    if not len(rows):
        return View(grid, 0, 0, grid.cells, size)
    extent = max(np.ptp(rows), np.ptp(cols)) * grid.resolution + 2 * MARGIN
    n = min(grid.cells, int(np.ceil(max(extent, MIN_VIEW) / grid.resolution)))
    top, left = (int(np.clip((a.min() + a.max() - n) // 2 + 1, 0, grid.cells - n)) for a in (rows, cols))
    return View(grid, top, left, n, size)


def polyline(image: Bytes, view: View, points: Array, color: Color, thickness: int = 2) -> None:
    """Lines through points (n, 2 or 3) in `world`, with a dark rim so that they show on any colour."""
    pixels = view.pixels(np.asarray(points)[:, :2])[:, None]
    for ink, width in (((20, 20, 20), thickness + 2), (color, thickness)):
        cv2.polylines(image, [pixels], False, ink, width, cv2.LINE_AA, SUBPIXEL)


def dot(image: Bytes, view: View, point: Array, color: Color, radius: int = 5) -> None:
    """A filled circle at a point (2 or 3) in `world`."""
    x, y = (int(v) for v in view.pixels(np.asarray(point)[None, :2])[0])
    for ink, r in (((20, 20, 20), radius + 1), (color, radius)):
        cv2.circle(image, (x, y), r << SUBPIXEL, ink, -1, cv2.LINE_AA, SUBPIXEL)


def outline(image: Bytes, view: View, mask: Mask, color: Color, thickness: int = 2) -> None:
    """The border of a mask (cells, cells)."""
    big = np.ascontiguousarray(view.crop(mask.astype(np.uint8)), np.uint8)
    contours, _ = cv2.findContours(big, cv2.RETR_LIST, cv2.CHAIN_APPROX_SIMPLE)
    cv2.drawContours(image, contours, -1, (20, 20, 20), thickness + 2, cv2.LINE_AA)
    cv2.drawContours(image, contours, -1, color, thickness, cv2.LINE_AA)


def write(
    image: Bytes, lines: Sequence[str], origin: tuple[int, int], scale: float = 0.45, ink: Color = (40, 40, 40)
) -> None:
    """Lines of text downwards from origin (x, y)."""
    x, y = origin
    for k, text in enumerate(lines):
        cv2.putText(image, text, (x, y + round(40 * scale * k)), FONT, scale, ink, 1, cv2.LINE_AA)


def title(image: Bytes, text: str) -> None:
    """White words on a dark strip in the upper left corner."""
    (width, height), _ = cv2.getTextSize(text, FONT, 0.5, 1)
    cv2.rectangle(image, (0, 0), (width + 12, height + 12), (30, 30, 30), -1)
    cv2.putText(image, text, (6, height + 5), FONT, 0.5, (255, 255, 255), 1, cv2.LINE_AA)


def heat(values: Floats, top: float) -> Bytes:
    """Colours (…, 3) of values from 0 (dark blue) to top (dark red)."""
    scaled = np.clip(values / max(top, 1e-9), 0, 1) * 255
    return np.asarray(cv2.cvtColor(cv2.applyColorMap(scaled.astype(np.uint8), cv2.COLORMAP_TURBO), cv2.COLOR_BGR2RGB))
