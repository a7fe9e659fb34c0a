"""The ChArUco board: a chessboard whose white squares hold markers, so that a part of it tells where all of it is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pg4da.hardware.frames import Array, transform

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
        """The board in grey, `resolution` pixels a metre, without a margin."""
        width, height = (round(edge * resolution) for edge in self.size)
        return np.asarray(self.opencv().generateImage((width, height), marginSize=0, borderBits=1), np.uint8)

    def opencv(self) -> Any:
        """As `cv2.aruco.CharucoBoard`."""
        import cv2

        dictionary = cv2.aruco.getPredefinedDictionary(getattr(cv2.aruco, DICTIONARY))
        return cv2.aruco.CharucoBoard((self.columns, self.rows), self.square, self.marker, dictionary)


IN_THE_GRIPPER: Array = transform(np.array([[0.0, 0, 1], [1, 0, 0], [0, 1, 0]]), (0.0, 0.0, 0.12))
"""T_tool_board of a board held by its lower edge: its plane holds the approach axis and tool y, tool x looks at it."""
