"""Where a picture shows the board: its corners to a fraction of a pixel, and its pose before the camera."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pg4da.hardware.calibration.board import Board
from pg4da.hardware.frames import Array, transform

FEWEST = 8  # corners; fewer say little about its tilt
FLATTEST = 0.15  # least ratio of the corners' spread in their two directions


@dataclass(frozen=True)
class Sighting:
    """ids (n,) of the board's corners and their pixels (n, 2)."""

    ids: NDArray[np.intp]
    pixels: Array


@dataclass(frozen=True)
class Placed:
    """T_camera_board (4, 4), and the root mean square [px] of what it leaves unexplained."""

    T: Array
    error: float


@lru_cache(maxsize=8)
def _detector(board: Board) -> Any:
    import cv2

    markers = cv2.aruco.DetectorParameters()
    markers.cornerRefinementMethod = cv2.aruco.CORNER_REFINE_SUBPIX
    return cv2.aruco.CharucoDetector(board.opencv(), cv2.aruco.CharucoParameters(), markers)


def find_board(rgb: NDArray[np.uint8], board: Board) -> Sighting | None:
    """The board's corners in a picture (H, W, 3); None where too few are seen to know its pose."""
    import cv2

    grey = cv2.cvtColor(rgb, cv2.COLOR_RGB2GRAY)
    pixels, ids, _, _ = _detector(board).detectBoard(grey)
    if ids is None or len(ids) < FEWEST:
        return None
    seen = Sighting(np.asarray(ids, np.intp).ravel(), np.asarray(pixels, float).reshape(-1, 2))
    flat = board.corners[seen.ids, :2]
    spread = np.linalg.svd(flat - flat.mean(axis=0), compute_uv=False)
    return seen if spread[1] >= FLATTEST * spread[0] else None


def place_board(seen: Sighting, board: Board, K: Array) -> Placed | None:
    """Its pose: the better one of the two that a plane has, refined; None when neither lies before the camera."""
    import cv2

    points = np.ascontiguousarray(board.corners[seen.ids])
    found, turns, moves, _ = cv2.solvePnPGeneric(points, seen.pixels, K, None, flags=cv2.SOLVEPNP_IPPE)
    best: Placed | None = None
    for turn, move in zip(turns[:found], moves[:found], strict=True):
        turn, move = cv2.solvePnPRefineLM(points, seen.pixels, K, None, turn, move)
        T = transform(cv2.Rodrigues(turn)[0], np.asarray(move, float).ravel())
        error = rms(project(T, points, K) - seen.pixels)
        if T[2, 3] > 0 and (best is None or error < best.error):
            best = Placed(T, error)
    return best


def project(T_camera_board: Array, points: Array, K: Array) -> Array:
    """Pixels (n, 2) of points (n, 3) of the board."""
    p = points @ T_camera_board[:3, :3].T + T_camera_board[:3, 3]
    uv = p[:, :2] / p[:, 2:]
    return np.asarray(uv * (K[0, 0], K[1, 1]) + K[:2, 2] + K[0, 1] * uv[:, 1:] * (1.0, 0.0))


def rms(differences: Array) -> float:
    """Root mean square of the lengths of rows (n, k)."""
    return float(np.sqrt(np.mean(np.sum(differences**2, axis=1))))
