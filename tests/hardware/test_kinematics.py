"""The UR5e's forward and inverse kinematics agree with each other and with its maker's figures."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pg4da.hardware.cell import Kinematics
from pg4da.hardware.frames import looking_down, transform
from pg4da.hardware.ur5e import parameters as ur5e
from pg4da.hardware.ur5e.kinematics import UR5eKinematics

T_BASE = transform(np.eye(3), (-0.55, 0.5, 0.1))
T_TOOL = transform(np.eye(3), (0.0, 0.0, 0.2467))
ARM = UR5eKinematics(T_BASE, T_TOOL)
FULL_TURN = 2 * np.pi
angles = st.lists(st.floats(-np.pi, np.pi), min_size=6, max_size=6).map(np.array)


def test_it_is_a_kinematics() -> None:
    arm: Kinematics = ARM
    assert arm.dof == 6
    assert np.array_equal(arm.upper, ur5e.UPPER)


def test_stretched_out_at_zero() -> None:
    """At zero the arm lies along -x of its base: a2 + a3 out, d4 + d6 aside, d1 - d5 up."""
    bare = UR5eKinematics(np.eye(4), np.eye(4))
    assert bare.forward(np.zeros(6))[:3, 3] == pytest.approx([-0.8172, -0.2329, 0.0628])


@settings(max_examples=100, deadline=None, derandomize=True)
@given(angles)
def test_every_solution_reaches_the_pose(q: np.ndarray) -> None:
    T = ARM.forward(q)
    for solution in ARM.inverse(T):
        assert ARM.forward(solution) == pytest.approx(T, abs=1e-5)
        assert (np.abs(solution) <= np.pi + 1e-12).all()


@settings(max_examples=100, deadline=None, derandomize=True)
@given(angles)
def test_the_configuration_is_among_the_solutions(q: np.ndarray) -> None:
    singular = min(abs(np.sin(q[2])), abs(np.sin(q[4]))) < 1e-2
    shoulder = abs(np.hypot(*(ARM.link_frames(q[None])[0, 4, :2, 3] - T_BASE[:2, 3])) - ur5e.DH_D[3]) < 1e-2
    if singular or shoulder:
        return
    miss = np.mod(ARM.inverse(ARM.forward(q)) - q + np.pi, FULL_TURN) - np.pi
    assert np.abs(miss).max(axis=1).min() < 1e-5


def test_solutions_differ() -> None:
    q = ARM.inverse(looking_down((0.0, 0.5, 0.1)))
    assert len(q) == 8
    far = np.abs(q[:, None] - q[None]).max(axis=-1) + np.eye(len(q))
    assert far.min() > 1e-3


def test_out_of_reach_is_empty() -> None:
    assert ARM.inverse(looking_down((0.9, 0.5, 0.1))).shape == (0, 6)


def test_many_equal_one_by_one() -> None:
    q = np.random.default_rng(0).uniform(-3, 3, (5, 6))
    assert ARM.forward_all(q) == pytest.approx(np.stack([ARM.forward(x) for x in q]))


@pytest.mark.parametrize("pose", [np.eye(3), np.full((4, 4), np.nan)])
def test_a_bad_pose_is_named(pose: np.ndarray) -> None:
    with pytest.raises(ValueError, match=r"finite \(4, 4\)"):
        ARM.inverse(pose)


def test_elbow_alone_has_no_second_turn() -> None:
    assert ARM.periodic.tolist() == [True, True, False, True, True, True]
