"""Where to hold the board: tool poses in which the camera sees it, as different from each other as can be."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from scipy.spatial.transform import Rotation

from pg4da.hardware.calibration.detection import project
from pg4da.hardware.calibration.views import Setup
from pg4da.hardware.cell import Arm, Kinematics, Workspace
from pg4da.hardware.frames import Array, apply, inverse, transform

HEIGHTS = (0.30, 0.40, 0.50)  # m above the table, of the board's middle
LOWEST = 0.15  # m, of its corners
TILTS = np.deg2rad((0.0, 18.0, 30.0))  # of the board against the picture's plane
DIRECTIONS, SPINS = 6, np.deg2rad((-60.0, -30.0, 0.0, 30.0, 60.0))
PLACES = 4  # along each side of the workspace
CLEAR = 0.36  # m from the board's middle to another arm; the board is 0.15 m from middle to corner
COLUMN = (0.1, 0.3, 0.5)  # m above an arm's base
MARGIN = 12  # px between the board and the picture's edge
A_TURN = 0.35  # m; a turn by 1 rad makes as much difference as a move by this


def views_wanted(
    kinematics: Kinematics,
    towards: Array,
    setup: Setup,
    camera: Array,
    mount: Array,
    area: Workspace,
    avoid: Sequence[Array] = (),
) -> list[Array]:
    """Poses T_world_tool (4, 4) that the arm reaches and in which the camera sees all of the board.

    towards: (2,), where the arm stands; the gripper comes from there. camera: T_world_camera (4, 4), roughly known.
    mount: T_tool_board (4, 4), roughly known. avoid: points (3,) from which the board's middle keeps CLEAR.
    """
    found = []
    for middle in _places(area):
        if any(np.linalg.norm(middle - point) < CLEAR for point in avoid):
            continue
        away = np.arctan2(*(middle[1::-1] - towards[::-1]))
        for turn in _turns(camera, float(away), mount):
            T_world_board = transform(turn, middle)
            T_world_tool = T_world_board @ inverse(mount)
            if _shown(T_world_board, setup, camera) and len(kinematics.inverse(T_world_tool)):
                found.append(T_world_tool)
    return found


def next_view(wanted: Sequence[Array], taken: Sequence[Array]) -> int | None:
    """Index of the pose that differs most from all that were taken; None when there is none left."""
    if not wanted:
        return None
    if not taken:
        middle = np.mean([T[:3, 3] for T in wanted], axis=0)
        return int(np.argmin([np.linalg.norm(T[:3, 3] - middle) for T in wanted]))
    return int(np.argmax(np.min(_differences(wanted, taken), axis=1)))


def choose(wanted: Sequence[Array], count: int, taken: Sequence[Array] = ()) -> list[Array]:
    """`count` poses, each as different as can be from those before it and from those taken already."""
    chosen: list[Array] = []
    for _ in range(min(count, len(wanted))):
        index = next_view(wanted, [*taken, *chosen])
        assert index is not None
        chosen.append(wanted[index])
    return chosen


def in_order(poses: Sequence[Array], start: Array) -> list[Array]:
    """The same poses, the nearest one first, then the nearest to that, and so on."""
    left, now, ordered = list(poses), start, []
    while left:
        nearest = int(np.argmin(_differences([now], left)[0]))
        now = left.pop(nearest)
        ordered.append(now)
    return ordered


def _differences(some: Sequence[Array], others: Sequence[Array]) -> Array:
    """Shape (n, m) [m]."""
    a, b = np.stack(some), np.stack(others)
    moved = np.linalg.norm(a[:, None, :3, 3] - b[None, :, :3, 3], axis=-1)
    trace = np.einsum("nij,mij->nm", a[:, :3, :3], b[:, :3, :3])
    return np.asarray(moved + A_TURN * np.arccos(np.clip((trace - 1) / 2, -1, 1)))


def _places(area: Workspace) -> list[Array]:
    xs = np.linspace(area.x_min, area.x_max, PLACES + 2)[1:-1]
    ys = np.linspace(area.y_min, area.y_max, PLACES + 2)[1:-1]
    return [np.array([x, y, z]) for z in HEIGHTS for x in xs for y in ys]


def _turns(camera: Array, away: float, mount: Array) -> list[Array]:
    """Orientations of the board, (3, 3) each: facing the camera with the gripper behind it, then spun and tilted."""
    facing, reach = camera[:3, 2], np.array([np.cos(away), np.sin(away), 0.0])
    approach = reach - facing * (reach @ facing)
    approach /= np.linalg.norm(approach)
    tool_z = mount[:3, :3].T @ np.array([0.0, 0.0, 1.0])  # in the board's plane, where the gripper points
    along = np.cross(np.array([0.0, 0.0, 1.0]), tool_z)
    base = np.stack([np.cross(facing, approach), approach, facing], 1) @ np.stack([along, tool_z, [0, 0, 1.0]], 1).T
    found: list[Array] = []
    for tilt in TILTS:
        for direction in np.arange(DIRECTIONS if tilt else 1) * 2 * np.pi / DIRECTIONS:
            axis = np.array([np.cos(direction), np.sin(direction), 0.0])
            lean = Rotation.from_rotvec(tilt * axis)
            spin = Rotation.from_rotvec(SPINS[len(found) % len(SPINS)] * np.array([0, 0, 1.0]))
            found.append(base @ (spin * lean).as_matrix())
    return found


def _shown(T_world_board: Array, setup: Setup, camera: Array) -> bool:
    outline = setup.board.outline
    if apply(T_world_board, outline)[:, 2].min() < LOWEST:
        return False
    T_camera_board = inverse(camera) @ T_world_board
    if T_camera_board[2, 3] < LOWEST or T_camera_board[2, 2] < 0.5:
        return False
    pixels = project(T_camera_board, outline, setup.K)
    return bool((pixels >= MARGIN).all() and (pixels <= np.array(setup.size) - MARGIN).all())


def body_of(arm: Arm) -> list[Array]:
    """Points (3,) along an arm where it is now, as far as base and tool tell: for others to keep away from."""
    tool = arm.kinematics.forward(arm.state.q)[:3, 3]
    if arm.base is None:
        return [tool]
    column = [arm.base[:3, 3] + np.array([0.0, 0.0, z]) for z in COLUMN]
    return [*column, tool, (column[-1] + tool) / 2]
