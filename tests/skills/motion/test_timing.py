"""Motions keep speed and acceleration limits, and end where they should."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pg4da.skills.motion.timing import PERIOD, Limits, excess_ratio, parametrise

LIMITS = Limits(np.full(6, np.pi), np.full(6, 5.0))


@settings(max_examples=25, deadline=None, derandomize=True)
@given(st.integers(2, 12), st.integers(0, 10_000), st.floats(0.05, 1.5))
def test_any_curve_keeps_the_limits(count: int, seed: int, size: float) -> None:
    points = np.random.default_rng(seed).uniform(-size, size, (count, 6)).cumsum(axis=0)
    times, q = parametrise(points, LIMITS)
    assert np.allclose(np.diff(times), PERIOD)
    rest = np.concatenate([q[:1], q, q[-1:]])
    speed = np.diff(rest, axis=0) / PERIOD
    assert np.abs(speed).max() <= np.pi * 1.0001
    assert np.abs(np.diff(speed, axis=0) / PERIOD).max() <= 5.0 * 1.0001
    assert q[0] == pytest.approx(points[0])
    assert q[-1] == pytest.approx(points[-1])


def test_a_straight_motion_is_nearly_as_fast_as_can_be() -> None:
    times, _ = parametrise(np.array([np.zeros(6), np.full(6, 2.0)]), LIMITS)
    bang_bang = 2 * np.sqrt(2.0 / 5.0)
    assert bang_bang <= times[-1] < 1.05 * bang_bang


def test_nowhere_to_go_is_a_short_stand() -> None:
    times, q = parametrise(np.zeros((3, 6)), LIMITS)
    assert times[-1] == PERIOD
    assert not q.any()


def test_too_fast_samples_are_noticed() -> None:
    samples = np.linspace(0.0, 1.0, 11)[:, None] * np.ones(6)
    assert excess_ratio(samples, LIMITS, PERIOD) > 3.0
