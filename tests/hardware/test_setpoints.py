"""Set points and the checks before a motion."""

from __future__ import annotations

import numpy as np
import pytest

from pg4da.hardware.setpoints import braking, check, from_trajectory
from pg4da.hardware.trajectory import Trajectory

ONE = np.array([1.0])


def ramp(duration: float, way: float, n: int = 101) -> Trajectory:
    s = np.linspace(0.0, 1.0, n)
    return Trajectory(s * duration, (way * (3 * s**2 - 2 * s**3))[:, None])


def test_sampling_ends_at_the_goal_at_rest() -> None:
    points = from_trajectory(ramp(0.5, 0.3), 0.004)
    assert len(points) == 125
    assert points.positions[-1, 0] == pytest.approx(0.3)
    assert points.velocities[-1, 0] == 0.0
    assert points.velocities[60, 0] == pytest.approx(0.9, rel=0.02)


def test_braking_takes_the_shortest_time_within_the_limit() -> None:
    points = braking(np.zeros(2), np.array([1.0, -0.5]), np.full(2, 5.0), 0.004)
    assert len(points) * 0.004 == pytest.approx(0.2)
    np.testing.assert_allclose(points.velocities[-1], 0.0, atol=1e-12)
    np.testing.assert_allclose(points.positions[-1], [0.1, -0.05], atol=1e-9)
    assert np.abs(np.diff(points.velocities, axis=0)).max() <= 5.0 * 0.004 + 1e-9


def test_a_motion_within_the_limits_passes() -> None:
    check(ramp(0.6, 0.3), -ONE, ONE, ONE, 6 * ONE)


@pytest.mark.parametrize(
    ("trajectory", "words"),
    [
        (ramp(3.0, 1.2), "leaves its limits"),
        (ramp(0.4, 0.3), "speed"),
        (Trajectory(np.array([0.0, 0.5, 1.0]), np.array([[0.0], [0.4], [0.0]])), "acceleration"),
        (Trajectory(np.array([0.0, 1.0]), np.array([[0.0], [np.nan]])), "not finite"),
        (Trajectory(np.array([0.0]), np.zeros((1, 2))), "shape"),
    ],
)
def test_what_leaves_the_limits_is_refused(trajectory: Trajectory, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        check(trajectory, -ONE, ONE, ONE, 2 * ONE)
