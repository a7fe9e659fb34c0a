"""The board's geometry is OpenCV's; it is found to a fraction of a pixel, and not where it isn't."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from pg4da.hardware.calibration.board import Board
from pg4da.hardware.calibration.detection import find_board, place_board, project, rms
from pg4da.hardware.frames import transform


def test_corners_are_opencvs():
    board = Board()
    ours = board.corners + np.array([*board.size, 0]) / 2
    assert np.allclose(ours, board.opencv().getChessboardCorners())


def test_the_picture_is_opencvs():
    board = Board()
    ours = board.picture(4000)
    theirs = board.opencv().generateImage(ours.shape[::-1], marginSize=0, borderBits=1)
    assert np.mean(ours != theirs) < 0.02, "they round to whole pixels"


def test_a_flat_picture_is_found_where_it_is():
    board = Board()
    image = np.pad(board.picture(2000), 100, constant_values=255)
    seen = find_board(np.repeat(image[:, :, None], 3, axis=2), board)
    assert seen is not None
    assert len(seen.ids) == len(board.corners)
    wanted = (board.corners[seen.ids, :2] + np.array(board.size) / 2) * 2000 + 100 - 0.5
    assert rms(seen.pixels - wanted) < 0.1


def test_pose_of_synthetic_views(views, setup):
    errors = [view.placed.error for view in views]
    assert max(errors) < 0.2


def test_the_pose_is_in_front_and_faces_us(setup):
    T = transform(np.eye(3), (0.02, -0.01, 0.8))
    board = setup.board
    seen_at = project(T, board.corners, setup.K)
    from pg4da.hardware.calibration.detection import Sighting

    placed = place_board(Sighting(np.arange(len(board.corners)), seen_at), board, setup.K)
    assert placed is not None
    assert np.allclose(placed.T, T, atol=1e-5)


@pytest.mark.parametrize("image", ["black", "noise", "chess"])
def test_no_board_no_sighting(image):
    rgb = np.zeros((480, 640, 3), np.uint8)
    if image == "noise":
        rgb = np.random.default_rng(0).integers(0, 256, rgb.shape, np.uint8)
    if image == "chess":
        rgb[np.indices((480, 640)).sum(0) // 40 % 2 == 0] = 255
    assert find_board(rgb, Board()) is None


def test_too_little_of_the_board_is_no_sighting():
    board = Board()
    image = np.pad(board.picture(2000), 100, constant_values=255)
    image[:, 270:] = 255
    assert find_board(np.repeat(image[:, :, None], 3, axis=2), board) is None


@pytest.mark.parametrize(
    ("columns", "rows", "square", "marker"), [(2, 5, 0.03, 0.02), (7, 5, 0.03, 0.03), (20, 9, 1, 0.5)]
)
def test_boards_that_cannot_be(columns, rows, square, marker):
    with pytest.raises(ValueError, match=r"squares"):
        Board(columns, rows, square, marker)


def test_opencv_is_the_one_with_hand_eye():
    assert hasattr(cv2, "calibrateHandEye"), "opencv-python 5.0 lacks it"
