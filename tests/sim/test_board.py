"""The simulated board: cut out exactly, seen sharply, without weight."""

from __future__ import annotations

import numpy as np
import pytest

from pg4da.hardware.calibration.board import Board
from pg4da.hardware.calibration.detection import find_board, project, rms
from pg4da.hardware.frames import inverse
from pg4da.run import RunRequest, find_scene
from pg4da.sim.board import ON_THE_TABLE, HeldBoard, rectangles
from pg4da.sim.camera import K_XTION, T_WORLD_CAMERA
from pg4da.sim.cell import MujocoCell


def test_rectangles_cover_what_is_black_once():
    black = Board().picture(500) < 128
    covered = np.zeros(black.shape, int)
    for top, left, bottom, right in rectangles(black):
        covered[top:bottom, left:right] += 1
    assert np.array_equal(covered, black.astype(int))


@pytest.fixture(scope="module")
def cell():
    return MujocoCell(find_scene(RunRequest()), board=HeldBoard.by_hand("table"))


def test_its_corners_are_seen_where_they_are(cell):
    seen = find_board(cell.camera.capture().rgb, Board())
    assert seen is not None
    assert len(seen.ids) >= 16, "a marker is 12 pixels wide at this distance"
    expected = project(inverse(T_WORLD_CAMERA) @ ON_THE_TABLE, Board().corners[seen.ids], K_XTION)
    assert rms(seen.pixels - expected) < 0.25


def test_it_weighs_nothing_and_touches_nothing(cell):
    plain = MujocoCell(find_scene(RunRequest()))
    assert cell.model.body_mass.sum() == pytest.approx(plain.model.body_mass.sum())
    board = cell.model.body("table/board").id
    assert not cell.model.geom_contype[cell.model.geom_bodyid == board].any()


def test_an_arm_that_is_not_there():
    with pytest.raises(KeyError, match="middle"):
        MujocoCell(find_scene(RunRequest()), board=HeldBoard("middle"))
