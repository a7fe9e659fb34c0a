"""The ChArUco board: a chessboard whose white squares hold markers, so that a part of it tells where all of it is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pg4da.hardware.frames import Array, transform

CELLS = 6  # along a marker, its black rim included
DICTIONARY = "DICT_4X4_50"  # few and large cells: a marker is found from 15 pixels on


@dataclass(frozen=True)
class Board:
    """columns by rows squares, edges in metres.

    Its frame: origin in the middle, x right, y down, z away from who looks at it.
    Raises ValueError for a board that can't be.
    """

    columns: int = 7
    rows: int = 5
    square: float = 0.035
    marker: float = 0.026

    def __post_init__(self) -> None:
        if self.columns < 3 or self.rows < 3 or self.columns * self.rows // 2 > 50:
            raise ValueError(f"a board of {self.columns} by {self.rows} squares; at least 3 by 3, at most 50 markers")
        if not 0 < self.marker < self.square:
            raise ValueError(f"markers of {self.marker:g} m must be smaller than squares of {self.square:g} m")

    @property
    def size(self) -> tuple[float, float]:
        """Width and height [m]."""
        return self.columns * self.square, self.rows * self.square

    @property
    def corners(self) -> Array:
        """Inner corners of the chessboard by id, row by row, in the board's frame, shape (n, 3)."""
        y, x = np.mgrid[1 : self.rows, 1 : self.columns]
        flat = np.stack([x.ravel(), y.ravel()], axis=1) * self.square - np.array(self.size) / 2
        return np.column_stack([flat, np.zeros(len(flat))])

    @property
    def outline(self) -> Array:
        """The four corners of the whole board, shape (4, 3)."""
        w, h = np.array(self.size) / 2
        return np.array([[-w, -h, 0], [w, -h, 0], [w, h, 0], [-w, h, 0]])

    def picture(self, resolution: float) -> NDArray[np.uint8]:
        """The board in grey, `resolution` pixels a metre, without a margin.

        Each pixel has the colour of its middle (OpenCV's own drawing rounds squares and markers, and fails in some
        sizes).
        """
        width, height = (round(edge * resolution) for edge in self.size)
        column, across = self._cells(width, resolution, self.columns)
        row, down = self._cells(height, resolution, self.rows)
        return self._table()[row[:, None], column, down[:, None], across]

    def _cells(self, pixels: int, resolution: float, squares: int) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
        """Along one edge, the square of each pixel and its cell there: 0 before the marker, CELLS + 1 behind it."""
        at = (np.arange(pixels) + 0.5) / resolution / self.square
        square = np.minimum(at.astype(np.intp), squares - 1)
        inside = ((at - square - 0.5) * self.square / self.marker + 0.5) * CELLS
        return square, np.clip(np.floor(inside).astype(np.intp) + 1, 0, CELLS + 1)

    def _table(self) -> NDArray[np.uint8]:
        """The grey of each cell of each square, (rows, columns, CELLS + 2, CELLS + 2)."""
        found = np.zeros((self.rows, self.columns, CELLS + 2, CELLS + 2), np.uint8)
        dictionary = self.opencv().getDictionary()
        white = [(i, j) for i in range(self.rows) for j in range(self.columns) if (i + j) % 2]
        for number, place in enumerate(white):
            found[place] = 255
            found[place][1:-1, 1:-1] = dictionary.generateImageMarker(number, CELLS, borderBits=1)
        return found

    def opencv(self) -> Any:
        """As `cv2.aruco.CharucoBoard`."""
        import cv2

        dictionary = cv2.aruco.getPredefinedDictionary(getattr(cv2.aruco, DICTIONARY))
        return cv2.aruco.CharucoBoard((self.columns, self.rows), self.square, self.marker, dictionary)


IN_THE_GRIPPER: Array = transform(np.array([[0.0, 0, 1], [1, 0, 0], [0, 1, 0]]), (0.0, 0.0, 0.12))
"""T_tool_board of a board held by its lower edge: its plane holds the approach axis and tool y, tool x looks at it."""
