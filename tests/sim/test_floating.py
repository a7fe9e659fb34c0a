"""Kinematics of a gripper without an arm."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from pg4da.hardware.frames import looking_down
from pg4da.sim.floating import ToolPose, configuration, quat_of, turn_of, turn_rate


@pytest.mark.parametrize("yaw", [-3.0, 0.0, 0.7, np.pi])
def test_every_configuration_reaches_the_pose(yaw: float) -> None:
    T = looking_down((0.1, 0.4, 0.2), yaw)
    found = ToolPose().inverse(T)
    assert len(found) == 2
    for q in (*found, configuration(T)):
        np.testing.assert_allclose(ToolPose().forward(q), T, atol=1e-9)


def test_outside_the_box_is_out_of_reach() -> None:
    assert ToolPose().inverse(looking_down((0.0, 0.5, 1.5))).shape == (0, 6)


@pytest.mark.parametrize("turn", [[3.1, 0.3, 0.1], [1e-8, 0.0, 0.0], [0.4, -0.2, 4.0]])
def test_turn_rate_agrees_with_a_small_step(turn: list[float]) -> None:
    start, spin, step = np.array(turn), np.array([0.3, -0.7, 0.5]), 1e-6
    rate = turn_rate(start, spin)
    after = Rotation.from_rotvec(start) * Rotation.from_rotvec(spin * step)
    assert (after.inv() * Rotation.from_rotvec(start + rate * step)).magnitude() < 1e-10


def test_single_rotations_are_scipys() -> None:
    rng = np.random.default_rng(0)
    for _ in range(3000):
        vector = rng.normal(size=3) * 10.0 ** rng.uniform(-5.0, 0.8)
        quat = np.roll(Rotation.from_rotvec(vector).as_quat(), 1)
        np.testing.assert_allclose(quat_of(vector.tolist()), quat, rtol=1e-14, atol=1e-15)
        other = rng.normal(size=4) * (1.0, *[10.0 ** rng.uniform(-6.0, 1.0)] * 3)
        turn = Rotation.from_quat(np.roll(other, -1)).as_rotvec()
        np.testing.assert_allclose(turn_of(other.tolist()), turn, rtol=1e-14, atol=1e-15)
