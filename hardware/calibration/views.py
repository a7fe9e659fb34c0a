"""What is collected: pictures of the board in the gripper, each with where the tool was."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pg4da.hardware.calibration.board import Board
from pg4da.hardware.calibration.detection import Placed, Sighting, place_board, project
from pg4da.hardware.frames import Array, inverse


@dataclass(frozen=True)
class View:
    """T_world_tool (4, 4) as the arm measured it; T_camera_board (4, 4) as the picture says."""

    number: int
    T_world_tool: Array
    seen: Sighting
    placed: Placed

    @staticmethod
    def of(number: int, T_world_tool: Array, seen: Sighting, board: Board, K: Array) -> View | None:
        """None when the board's pose can't be told."""
        placed = place_board(seen, board, K)
        return None if placed is None else View(number, T_world_tool, seen, placed)


@dataclass(frozen=True)
class Setup:
    """What all views share. K (3, 3); size: (width, height) of the pictures."""

    board: Board
    K: Array
    size: tuple[int, int]


@dataclass(frozen=True)
class Estimate:
    """The two unknowns: where the camera is, and how the board sits in the gripper; both (4, 4)."""

    T_world_camera: Array
    T_tool_board: Array


class Corners:
    """The corners of several views in rows, so that all are projected at once."""

    def __init__(self, views: Sequence[View], setup: Setup) -> None:
        corners = setup.board.corners
        counts = [len(view.seen.ids) for view in views]
        self._setup = setup
        self._tools = np.stack([view.T_world_tool for view in views])
        self.view: NDArray[np.intp] = np.repeat(np.arange(len(views)), counts)
        self._points = np.concatenate([corners[view.seen.ids] for view in views])
        self._pixels = np.concatenate([view.seen.pixels for view in views])

    def __len__(self) -> int:
        return len(self._points)

    def residuals(self, estimate: Estimate) -> Array:
        """Predicted less seen [px], shape (n, 2). What lies behind the camera is far off, not an error."""
        T = (inverse(estimate.T_world_camera) @ self._tools @ estimate.T_tool_board)[self.view]
        p = np.einsum("nij,nj->ni", T[:, :3, :3], self._points) + T[:, :3, 3]
        p[:, 2] = np.maximum(p[:, 2], 1e-3)
        return np.asarray(project(np.eye(4), p, self._setup.K) - self._pixels)


def errors_by_view(views: Sequence[View], setup: Setup, estimate: Estimate) -> Array:
    """Root mean square [px] of each view, shape (n,)."""
    rows = Corners(views, setup)
    squares = np.sum(rows.residuals(estimate) ** 2, axis=1)
    return np.asarray(np.sqrt(np.bincount(rows.view, squares) / np.bincount(rows.view)), np.float64)


def miss(view: View, board: Board, estimate: Estimate) -> float:
    """How far apart [m], root mean square over the board's corners, arm and camera say that they are."""
    corners = np.column_stack([board.corners, np.ones(len(board.corners))])
    by_arm = corners @ (view.T_world_tool @ estimate.T_tool_board).T
    by_camera = corners @ (estimate.T_world_camera @ view.placed.T).T
    return float(np.sqrt(np.mean(np.sum((by_arm - by_camera)[:, :3] ** 2, axis=1))))
