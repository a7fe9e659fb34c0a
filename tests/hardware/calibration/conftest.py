"""Views of a board as a camera would take them: the board's picture warped, blurred and with noise."""

from __future__ import annotations

from collections.abc import Callable

import cv2
import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from pg4da.hardware.calibration.board import IN_THE_GRIPPER, Board
from pg4da.hardware.calibration.detection import find_board
from pg4da.hardware.calibration.views import Setup, View
from pg4da.hardware.frames import Array, inverse, transform

BOARD = Board()
K = np.array([[570.3, 0.0, 319.5], [0.0, 570.3, 239.5], [0.0, 0.0, 1.0]])
SIZE = (640, 480)
CAMERA = transform(Rotation.from_euler("xyz", [3.10, 0.05, -0.04]), (0.03, 0.47, 1.22))
MOUNT = IN_THE_GRIPPER @ transform(Rotation.from_euler("xyz", [0.05, -0.04, 0.06]), (0.006, -0.004, 0.003))
SHARPER, PER_METRE = 3, 4000.0


def picture_of(T_camera_board: Array, rng: np.random.Generator, noise: float = 3.0) -> np.ndarray:
    """(480, 640, 3): the board on grey, drawn three times as fine and averaged, with noise of so many grey levels."""
    flat = 255 - np.pad(255 - BOARD.picture(PER_METRE), 60)
    w, h = BOARD.size
    to_board = np.array([[1 / PER_METRE, 0, -w / 2], [0, 1 / PER_METRE, -h / 2], [0, 0, 1.0]])
    to_board = to_board @ np.array([[1, 0, -60 + 0.5], [0, 1, -60 + 0.5], [0, 0, 1.0]])
    plane = np.column_stack([T_camera_board[:3, 0], T_camera_board[:3, 1], T_camera_board[:3, 3]])
    fine = np.diag([SHARPER, SHARPER, 1.0]) @ K
    fine[:2, 2] += (SHARPER - 1) / 2
    size = (SHARPER * SIZE[0], SHARPER * SIZE[1])
    image = cv2.warpPerspective(flat, fine @ plane @ to_board, size, flags=cv2.INTER_AREA, borderValue=120)
    image = cv2.resize(image, SIZE, interpolation=cv2.INTER_AREA).astype(float)
    image += rng.normal(0, noise, image.shape)
    return np.repeat(np.clip(image, 0, 255).astype(np.uint8)[:, :, None], 3, axis=2)


def tool_poses(count: int, rng: np.random.Generator) -> list[Array]:
    """Poses that show the board to the camera, tilted by up to 30°, at 0.55 to 0.9 m from it."""
    found = []
    for _ in range(count):
        tilt = Rotation.from_rotvec(np.deg2rad(30) * rng.uniform(0.4, 1) * _direction(rng))
        turn = Rotation.from_euler("z", rng.uniform(-1.5, 1.5)) * tilt
        z = rng.uniform(0.55, 0.9)
        spot = np.array([rng.uniform(-0.2, 0.2) * z, rng.uniform(-0.15, 0.15) * z, z])
        found.append(CAMERA @ transform(turn, spot) @ inverse(MOUNT))
    return found


def _direction(rng: np.random.Generator) -> Array:
    angle = rng.uniform(0, 2 * np.pi)
    return np.array([np.cos(angle), np.sin(angle), 0.0])


@pytest.fixture(scope="session")
def setup() -> Setup:
    return Setup(BOARD, K, SIZE)


@pytest.fixture(scope="session")
def make_views(setup) -> Callable[..., list[View]]:
    """Views of a robot that is off by so much (standard deviations, m and rad)."""

    def make(count: int = 20, seed: int = 0, off: float = 0.0, turned: float = 0.0) -> list[View]:
        rng = np.random.default_rng(seed)
        views: list[View] = []
        for number, tool in enumerate(tool_poses(count, rng), 1):
            seen = find_board(picture_of(inverse(CAMERA) @ tool @ MOUNT, rng), BOARD)
            assert seen is not None
            wrong = transform(Rotation.from_rotvec(rng.normal(0, turned, 3)), rng.normal(0, off, 3))
            view = View.of(number, tool @ wrong, seen, BOARD, K)
            assert view is not None
            views.append(view)
        return views

    return make


@pytest.fixture(scope="session")
def views(make_views) -> list[View]:
    """Twenty good ones, of a robot that is exact to 0.1 mm and 0.01°."""
    return make_views(20, 0, 1e-4, np.deg2rad(0.01))
