"""A calibration board in a simulated gripper: seen by the camera, without weight, touched by nothing."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

import mujoco
import numpy as np
from numpy.typing import NDArray
from scipy.spatial.transform import Rotation

from pg4da.hardware.calibration.board import IN_THE_GRIPPER, Board
from pg4da.hardware.description.shapes import wxyz
from pg4da.hardware.frames import Array, transform
from pg4da.sim.triangles import box

RESOLUTION = 2000.0  # cells a metre in which squares and markers are cut out
THICKNESS, RIM, INK = 0.003, 0.012, 0.0003  # m
TABLE = "table"
ON_THE_TABLE: Array = transform(Rotation.from_euler("xyz", [np.pi, 0.0, 0.3]), (0.05, 0.22, THICKNESS))
WHITE, BLACK = (0.95, 0.95, 0.95, 1.0), (0.03, 0.03, 0.03, 1.0)


@dataclass(frozen=True)
class HeldBoard:
    """Which arm holds which board, and how: mount is T_tool_board (4, 4). With TABLE for the arm, T_world_board."""

    arm: str
    board: Board = field(default_factory=Board)
    mount: Array = field(default_factory=IN_THE_GRIPPER.copy)

    @staticmethod
    def by_hand(arm: str) -> HeldBoard:
        """Put there by a person: some millimetres and degrees off, which a calibration has to find out."""
        if arm == TABLE:
            return HeldBoard(TABLE, mount=ON_THE_TABLE)
        off = transform(Rotation.from_euler("xyz", [0.05, -0.04, 0.06]), (0.006, -0.004, 0.003))
        return HeldBoard(arm, mount=IN_THE_GRIPPER @ off)


def add_board(spec: mujoco.MjSpec, held: HeldBoard) -> None:
    """Put it into a spec whose arms have their grippers. Raises KeyError for an arm that isn't there."""
    tool = spec.site(f"{held.arm}/tool")
    if tool is None and held.arm != TABLE:
        raise KeyError(held.arm)
    parent, origin = (spec.worldbody, np.zeros(3)) if tool is None else (tool.parent, np.array(tool.pos))
    frame = {"pos": origin + held.mount[:3, 3], "quat": wxyz(held.mount[:3, :3])}
    body = parent.add_body(name=f"{held.arm}/board", **frame)
    look = {"contype": 0, "conaffinity": 0, "mass": 0.0}
    half = [*(np.array(held.board.size) / 2 + RIM), THICKNESS / 2]
    body.add_geom(type=mujoco.mjtGeom.mjGEOM_BOX, size=half, pos=[0, 0, THICKNESS / 2 + INK], rgba=WHITE, **look)
    ink = np.concatenate([_slab(held.board, *part) for part in rectangles(_black(held.board))])
    corners = ink.reshape(-1, 3)
    faces = np.arange(len(corners), dtype=np.int32)
    spec.add_mesh(
        name=f"{held.arm}/ink",
        uservert=corners.ravel(),
        userface=faces,
        inertia=mujoco.mjtMeshInertia.mjMESH_INERTIA_SHELL,
    )
    body.add_geom(type=mujoco.mjtGeom.mjGEOM_MESH, meshname=f"{held.arm}/ink", rgba=BLACK, **look)


def _black(board: Board) -> NDArray[np.bool_]:
    return board.picture(RESOLUTION) < 128


def rectangles(black: NDArray[np.bool_]) -> Iterator[tuple[int, int, int, int]]:
    """What is set, cut into rectangles (row, column, last row, last column), the last ones not inside."""
    left = black.copy()
    while left.any():
        row, column = np.unravel_index(int(np.argmax(left)), left.shape)
        width = _run(left[row, column:])
        height = _run(np.asarray(left[row:, column : column + width].all(axis=1)))
        left[row : row + height, column : column + width] = False
        yield int(row), int(column), int(row) + height, int(column) + width


def _run(flags: NDArray[np.bool_]) -> int:
    """How many are set from the first on."""
    return flags.size if flags.all() else int(np.argmin(flags))


def _slab(board: Board, top: int, left: int, bottom: int, right: int) -> Array:
    """12 triangles (12, 3, 3) in the board's frame, their front in its plane."""
    low, high = np.array([left, top]) / RESOLUTION, np.array([right, bottom]) / RESOLUTION
    middle = (low + high) / 2 - np.array(board.size) / 2
    return np.asarray(box(np.array([*(high - low) / 2, INK / 2])) + np.array([*middle, INK / 2]), float)
