"""What the bench of real drivers makes of what was measured; the figures themselves are the bench's."""

from __future__ import annotations

import numpy as np
import pytest

from pg4da.bench.robot import Passed, apart, lag, off_path
from pg4da.hardware.trajectory import Trajectory

T = np.arange(0.0, 1.001, 0.008)
SHAPE = 10 * T**3 - 15 * T**4 + 6 * T**5
ROWS = np.outer(SHAPE, [0.5, -0.3, 0.0, 0.2, 0.1, 0.0])
WAY = Trajectory(T, ROWS)


def passed(late: float = 0.0, off: float = 0.0) -> Passed:
    stamps = np.arange(0.0, 1.2, 0.008)
    at = lambda t: np.stack([np.interp(t, T, column) for column in ROWS.T], axis=1)  # noqa: E731
    measured = at(stamps - late)
    measured[:, 2] += off * np.sin(np.pi * np.clip(stamps, 0, 1))
    return Passed(list(stamps), list(measured), list(at(stamps)))


def test_being_late_is_not_being_off_the_path() -> None:
    assert off_path(WAY, passed(late=0.02)) < 1e-3
    assert off_path(WAY, passed(off=0.01)) == pytest.approx(0.01, abs=1e-3)


@pytest.mark.parametrize("late", [0.0, 0.012, 0.03])
def test_lag(late: float) -> None:
    assert lag(passed(late)) == pytest.approx(late, abs=0.0015)


def test_skew_is_the_difference_of_both_arms_times() -> None:
    both = {"left": WAY, "right": WAY}
    assert apart(both, {"left": passed(0.01), "right": passed(0.01)}) < 1e-3
    assert apart(both, {"left": passed(0.002), "right": passed(0.016)}) == pytest.approx(0.014, abs=1e-3)
