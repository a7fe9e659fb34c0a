"""A camera's picture with what calibration sees in it: the board, the views so far, the next place."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from pg4da.hardware.calibration.detection import Sighting, place_board, project
from pg4da.hardware.calibration.views import Setup, View
from pg4da.hardware.frames import Array

GREEN, BLUE, GREY, RED = (60, 190, 90), (70, 130, 255), (150, 150, 150), (235, 70, 60)
AXIS = 0.06  # m


def draw(
    rgb: NDArray[np.uint8],
    setup: Setup,
    seen: Sighting | None,
    views: Sequence[View] = (),
    wanted: Array | None = None,
) -> NDArray[np.uint8]:
    """A copy of the picture (H, W, 3). wanted: T_camera_board (4, 4) of the next view, as far as it is known."""
    shown = rgb.copy()
    for view in views:
        _outline(shown, setup, view.placed.T, GREY, 1)
    if wanted is not None and wanted[2, 3] > 0:
        _outline(shown, setup, wanted, BLUE, 2)
    if seen is not None:
        for u, v in seen.pixels:
            cv2.circle(shown, (round(u), round(v)), 3, GREEN, -1, cv2.LINE_AA)
        placed = place_board(seen, setup.board, setup.K)
        if placed is not None:
            _outline(shown, setup, placed.T, GREEN, 2)
            _axes(shown, setup, placed.T)
    return shown


def jpeg(rgb: NDArray[np.uint8]) -> bytes:
    _, data = cv2.imencode(".jpg", np.ascontiguousarray(rgb[:, :, ::-1]), [cv2.IMWRITE_JPEG_QUALITY, 80])
    return bytes(data.tobytes())


def _outline(image: NDArray[np.uint8], setup: Setup, T: Array, color: tuple[int, int, int], width: int) -> None:
    corners = np.round(project(T, setup.board.outline, setup.K)).astype(np.int32)
    cv2.polylines(image, [corners], True, color, width, cv2.LINE_AA)


def _axes(image: NDArray[np.uint8], setup: Setup, T: Array) -> None:
    ends = np.round(project(T, np.vstack([np.zeros(3), AXIS * np.eye(3)]), setup.K)).astype(int)
    for end, color in zip(ends[1:], (RED, GREEN, BLUE), strict=True):
        cv2.line(image, tuple(map(int, ends[0])), tuple(map(int, end)), color, 2, cv2.LINE_AA)
