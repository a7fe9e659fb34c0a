"""Straight tool paths become joint paths without a jump."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from pg4da.hardware.frames import looking_down
from pg4da.skills.motion.lines import (
    STEP,
    follow,
    into_limits,
    nearest_turn,
    sample_lines,
    solve_all,
    turned,
)

FAR = looking_down((-0.1, 0.4, 0.1))
NEAR = looking_down((0.1, 0.6, 0.1), 0.5)


def test_samples_lie_on_the_line_and_keep_count() -> None:
    path = sample_lines(FAR, [np.stack([NEAR]), np.stack([FAR, NEAR])])
    steps = np.linalg.norm(np.diff(path.poses[:, :3, 3], axis=0), axis=1)
    assert steps.max() <= STEP + 1e-9
    assert path.poses[path.stage == 0][-1] == pytest.approx(NEAR)
    assert set(path.index[path.stage == 1]) == {0, 1}
    line = path.poses[path.stage == 0][:, :2, 3]
    assert line[:, 1] - line[:, 0] == pytest.approx(np.full(len(line), 0.5))


def test_every_branch_follows_continuously(cell: Any) -> None:
    kinematics = cell.arms["left"].kinematics
    path = sample_lines(FAR, [np.stack([NEAR])])
    solutions = solve_all(kinematics, path.poses)
    joints, length = follow(kinematics, solutions, solutions[0])
    whole = joints[:, length == len(path.poses)]
    assert whole.shape[1] >= 4
    assert np.abs(np.diff(whole, axis=0)).max() < 0.6
    for branch in range(whole.shape[1]):
        assert kinematics.forward_all(whole[:, branch]) == pytest.approx(path.poses, abs=1e-5)


def test_a_path_that_leaves_the_reach_breaks_off_there(cell: Any) -> None:
    kinematics = cell.arms["left"].kinematics
    path = sample_lines(FAR, [np.stack([looking_down((0.9, 0.5, 0.1))])])
    solutions = solve_all(kinematics, path.poses)
    _, length = follow(kinematics, solutions, solutions[0])
    reach = path.poses[length.max() - 1, 0, 3]
    assert 0.1 < reach < 0.45


def test_whole_turns_bring_a_path_into_the_limits(cell: Any) -> None:
    kinematics = cell.arms["left"].kinematics
    path = np.linspace(np.zeros(6), np.array([7.0, 0, 0, 0, 0, 0]), 5)
    shifted = into_limits(kinematics, path)
    assert shifted is not None
    assert shifted[-1, 0] == pytest.approx(7.0 - 2 * np.pi)
    assert into_limits(kinematics, np.linspace(np.zeros(6), np.array([0, 0, 4.0, 0, 0, 0]), 5)) is None


def test_the_nearest_turn_respects_limits(cell: Any) -> None:
    kinematics = cell.arms["left"].kinematics
    q = np.array([[3.0, 0, 3.0, 0, 0, 0]])
    near = np.array([-3.0, 0, -3.0, 0, 0, 0])
    assert nearest_turn(kinematics, q, near)[0] == pytest.approx([3.0 - 2 * np.pi, 0, 3.0, 0, 0, 0])


def test_turned_keeps_the_approach() -> None:
    other = turned(NEAR, True)
    assert other[:3, 2:] == pytest.approx(NEAR[:3, 2:])
    assert other[:3, 0] == pytest.approx(-NEAR[:3, 0])
