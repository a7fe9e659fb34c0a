"""The start of a push must be clear of every surface; where it is not, it is moved outwards (paper, section III-C2)."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import distance_transform_edt

from pg4da.hardware.cell import Workspace
from pg4da.hardware.frames import Array
from pg4da.policies.types import PushPath
from pg4da.skills.motion.stages import Clutter

FINGER = (0.014, 0.027)  # m, thickness and width of a fingertip
MARGIN = 0.007  # m beside a fingertip that goes down; the planner asks for nearly as much
FURTHEST = 0.10  # m that a start may move
STEP = 0.005
EDGE = 0.02  # m from the workspace's edge


def clear_start(path: PushPath, width: float, clutter: Clutter, workspace: Workspace) -> PushPath:
    """The path, begun further back along its first direction where its start is not clear; unchanged where none is.

    width [m]: opening of the gripper. The planner refuses what stays unclear.
    """
    room = _room(clutter, float(path.points[0, 2]))
    back = _backwards(path.points)
    radius = float(np.hypot(width / 2 + FINGER[0], FINGER[1] / 2)) + MARGIN
    for distance in np.arange(0.0, FURTHEST + STEP / 2, STEP):
        point = path.points[0, :2] + distance * back
        if not workspace.contains(float(point[0]), float(point[1]), EDGE):
            break
        if _at(room, clutter, point) >= radius:
            return path if distance == 0.0 else _begun_at(path, point)
    return path


def _room(clutter: Clutter, tip: float) -> NDArray[np.float64]:
    """Distance [m] of each cell from the nearest surface that reaches a fingertip at height `tip`, (n, n)."""
    free = clutter.height < tip - 0.003
    return np.asarray(distance_transform_edt(free) * clutter.grid.resolution)


def _at(room: NDArray[np.float64], clutter: Clutter, point: Array) -> float:
    row, col = np.clip(clutter.grid.to_cell(point), 0, clutter.grid.cells - 1)
    return float(room[row, col]) - clutter.grid.resolution / 2


def _backwards(points: Array) -> Array:
    """Unit vector in the plane against the first direction of a path."""
    ahead = points[min(2, len(points) - 1), :2] - points[0, :2]
    return np.asarray(-ahead / max(float(np.linalg.norm(ahead)), 1e-9))


def _begun_at(path: PushPath, point: Array) -> PushPath:
    start = np.array([[point[0], point[1], path.points[0, 2]]])
    return replace(path, points=np.concatenate([start, path.points]))
