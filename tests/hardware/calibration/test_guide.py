"""Guided places: seen by the camera, reached by the arm, unlike each other."""

from __future__ import annotations

import numpy as np
import pytest

from pg4da.hardware.calibration.board import IN_THE_GRIPPER
from pg4da.hardware.calibration.detection import project
from pg4da.hardware.calibration.guide import CLEAR, LOWEST, choose, in_order, next_view, views_wanted
from pg4da.hardware.cell import Workspace
from pg4da.hardware.description.gripper import LENGTH
from pg4da.hardware.description.robot import ARM_BASES
from pg4da.hardware.frames import apply, inverse, transform
from pg4da.hardware.ur5e.kinematics import UR5eKinematics

ABOVE = transform(np.diag([1.0, -1.0, -1.0]), (0.0, 0.5, 1.25))


@pytest.fixture(scope="module", params=["left", "right"])
def arm(request):
    base = ARM_BASES[request.param]
    return UR5eKinematics(base, transform(np.eye(3), (0.0, 0.0, LENGTH))), base


@pytest.fixture(scope="module")
def wanted(arm, setup):
    kinematics, base = arm
    return views_wanted(kinematics, base[:2, 3], setup, ABOVE, IN_THE_GRIPPER, Workspace())


def test_there_are_many(wanted):
    assert len(wanted) > 60


def test_each_is_reached_and_seen_whole(arm, wanted, setup):
    kinematics, _ = arm
    for T in wanted:
        assert len(kinematics.inverse(T)) > 0
        board = T @ IN_THE_GRIPPER
        pixels = project(inverse(ABOVE) @ board, setup.board.outline, setup.K)
        assert (pixels > 0).all()
        assert (pixels < np.array(setup.size)).all()
        assert apply(board, setup.board.outline)[:, 2].min() >= LOWEST


def test_those_chosen_turn_about_all_axes(wanted):
    from pg4da.hardware.calibration.hand_eye import turning

    class Posed:
        def __init__(self, T):
            self.T_world_tool = T

    assert turning([Posed(T) for T in choose(wanted, 15)])[2] > np.deg2rad(8)


def test_none_is_chosen_twice(wanted):
    chosen = choose(wanted, 20)
    assert len({T.tobytes() for T in chosen}) == 20


def test_the_next_is_unlike_those_taken(wanted):
    taken = choose(wanted, 6)
    index = next_view(wanted, taken)
    assert not any(np.allclose(wanted[index], T) for T in taken)
    assert next_view([], taken) is None


def test_order_goes_from_near_to_near(wanted):
    chosen = choose(wanted, 10)
    ordered = in_order(chosen, chosen[3])
    assert np.allclose(ordered[0], chosen[3])
    assert len(ordered) == 10


def test_a_camera_that_looks_elsewhere_wants_nothing(arm, setup):
    kinematics, base = arm
    away = transform(np.eye(3), (0.0, 0.5, 1.25))  # it looks at the ceiling
    assert views_wanted(kinematics, base[:2, 3], setup, away, IN_THE_GRIPPER, Workspace()) == []


def test_the_board_keeps_away_from_the_other_arm(arm, wanted, setup):
    kinematics, base = arm
    other = -base[0, 3] * np.array([1.0, 0, 0]) + np.array([0.0, 0.5, 0.4])
    kept = views_wanted(kinematics, base[:2, 3], setup, ABOVE, IN_THE_GRIPPER, Workspace(), [other])
    assert 40 < len(kept) < len(wanted)
    assert min(np.linalg.norm((T @ IN_THE_GRIPPER)[:3, 3] - other) for T in kept) >= CLEAR
