"""Where a fixed camera is, from a board on the gripper: the closed-form methods, and the refinement of their best.

For every view  T_world_tool · T_tool_board = T_world_camera · T_camera_board. The methods are those of OpenCV
(calibrateHandEye, calibrateRobotWorldHandEye), which expect the camera on the gripper: here it is the board that moves,
so the tool's poses go in inverted. The refinement minimises the corners' distances in the pictures over both unknowns.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from scipy.optimize import least_squares
from scipy.spatial.transform import Rotation

from pg4da.hardware.calibration.views import Corners, Estimate, Setup, View
from pg4da.hardware.frames import Array, inverse, transform

FEWEST_VIEWS = 5
LOSS_SCALE = 1.0  # px from which a corner counts less and less
Method = Callable[[Sequence[View]], Estimate]


class CalibrationError(ValueError):
    """These views don't determine the camera's pose; the message says why."""


def _hand_eye(name: str) -> Method:
    def solve(views: Sequence[View]) -> Estimate:
        import cv2

        tools = [inverse(view.T_world_tool) for view in views]
        boards = [view.placed.T for view in views]
        flag = getattr(cv2, f"CALIB_HAND_EYE_{name}")
        R, t = cv2.calibrateHandEye(*_parts(tools), *_parts(boards), method=flag)
        T_world_camera = _pose(R, t)
        return Estimate(T_world_camera, _mount(views, T_world_camera))

    return solve


def _robot_world(name: str) -> Method:
    def solve(views: Sequence[View]) -> Estimate:
        import cv2

        tools = [view.T_world_tool for view in views]
        boards = [view.placed.T for view in views]
        flag = getattr(cv2, f"CALIB_ROBOT_WORLD_HAND_EYE_{name}")
        R_x, t_x, R_z, t_z = cv2.calibrateRobotWorldHandEye(*_parts(boards), *_parts(tools), method=flag)
        return Estimate(inverse(_pose(R_z, t_z)), inverse(_pose(R_x, t_x)))

    return solve


METHODS: dict[str, Method] = {
    **{name.lower(): _hand_eye(name) for name in ("TSAI", "PARK", "HORAUD", "ANDREFF", "DANIILIDIS")},
    **{name.lower(): _robot_world(name) for name in ("SHAH", "LI")},
}


def solve(views: Sequence[View], method: str) -> Estimate:
    """Closed form. Raises CalibrationError when it finds none."""
    check_enough(views)
    import cv2

    try:
        found = METHODS[method](views)
    except cv2.error as error:
        raise CalibrationError(f"the method {method} finds no solution: {error.err}") from error
    if not (np.isfinite(found.T_world_camera).all() and np.isfinite(found.T_tool_board).all()):
        raise CalibrationError(f"the method {method} finds no solution")
    return found


def refine(views: Sequence[View], setup: Setup, start: Estimate) -> Estimate:
    """The estimate with the least distances in the pictures near `start`; corners far off count less (soft L1)."""
    check_enough(views)
    rows = Corners(views, setup)

    def residuals(x: Array) -> Array:
        return rows.residuals(_moved(start, x)).ravel()

    found = least_squares(residuals, np.zeros(12), loss="soft_l1", f_scale=LOSS_SCALE, x_scale=1.0)
    return _moved(start, found.x)


def check_enough(views: Sequence[View]) -> None:
    """Raises CalibrationError for too few views, and for turns about one axis only, which leave a direction unknown."""
    if len(views) < FEWEST_VIEWS:
        raise CalibrationError(f"{len(views)} views; at least {FEWEST_VIEWS} are needed, 15 to 20 are good")
    if turning(views)[1] < np.deg2rad(3):
        raise CalibrationError("the tool turned about one axis only: tilt it in different directions")


def turning(views: Sequence[View]) -> Array:
    """Root mean square angle [rad] by which the tool turned about its three main axes, falling, shape (3,)."""
    turns = Rotation.from_matrix(np.stack([view.T_world_tool[:3, :3] for view in views]))
    vectors = (turns.mean().inv() * turns).as_rotvec()
    return np.asarray(np.linalg.svd(vectors, compute_uv=False) / np.sqrt(len(views)))


def _moved(start: Estimate, x: Array) -> Estimate:
    return Estimate(start.T_world_camera @ _small(x[:6]), start.T_tool_board @ _small(x[6:]))


def _small(x: Array) -> Array:
    return transform(Rotation.from_rotvec(x[:3]), x[3:])


def _mount(views: Sequence[View], T_world_camera: Array) -> Array:
    each = np.stack([inverse(view.T_world_tool) @ T_world_camera @ view.placed.T for view in views])
    return transform(Rotation.from_matrix(each[:, :3, :3]).mean(), np.median(each[:, :3, 3], axis=0))


def _parts(poses: Sequence[Array]) -> tuple[list[Array], list[Array]]:
    return [T[:3, :3] for T in poses], [T[:3, 3] for T in poses]


def _pose(R: Any, t: Any) -> Array:
    U, _, Vt = np.linalg.svd(np.asarray(R, float))
    return transform(U @ np.diag([1.0, 1.0, np.sign(np.linalg.det(U @ Vt))]) @ Vt, np.asarray(t, float).ravel())
