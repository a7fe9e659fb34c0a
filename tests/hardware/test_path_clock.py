"""The path clock: even, held, resumed; what it remembers."""

from __future__ import annotations

import numpy as np
import pytest

from pg4da.hardware.path_clock import PathClock

EVEN = PathClock(np.array([5.0]), np.array([0.0]))


def held(at: float, over: float) -> PathClock:
    """Slowed evenly to rest."""
    moments = at + np.linspace(0.0, over, 11)
    x = np.linspace(0.0, 1.0, 11)
    return EVEN.then(moments, EVEN.at(at) + over * (x - x**2 / 2), 0.0, at - 1.0)


def test_it_runs_as_the_wall_clock_does() -> None:
    assert EVEN.at(7.5) == 2.5
    assert EVEN.pace(7.5) == 1.0


def test_it_slows_to_rest_without_a_jump() -> None:
    clock = held(8.0, 0.5)
    t = np.arange(7.5, 9.5, 0.001)
    readings = np.array([clock.at(x) for x in t])
    steps = np.diff(readings) / 0.001
    assert clock.at(7.9) == pytest.approx(2.9)
    assert (steps >= -1e-9).all()
    assert steps.max() < 1.01
    assert clock.at(20.0) == pytest.approx(3.25)
    assert clock.pace(20.0) == 0.0
    assert 0.3 < clock.pace(8.25) < 0.7


def test_after_a_resume_it_runs_on_from_where_it_rested() -> None:
    clock = held(8.0, 0.5)
    again = clock.then(np.array([30.0]), np.array([clock.at(30.0)]), 1.0, 29.0)
    assert again.at(29.5) == pytest.approx(3.25)
    assert again.at(31.0) == pytest.approx(4.25)


def test_it_forgets_what_is_long_past_and_says_so() -> None:
    clock = held(8.0, 0.5)
    again = clock.then(np.array([30.0]), np.array([clock.at(30.0)]), 1.0, 29.0)
    assert len(again.moments) < 4
    assert not again.remembers(8.0)
    assert again.remembers(29.5)


def test_a_change_in_the_middle_of_a_change() -> None:
    clock = held(8.0, 0.5)
    middle = 8.2
    again = clock.then(np.array([middle, middle + 0.1]), clock.at(middle) + np.array([0.0, 0.08]), 1.0, 7.0)
    t = np.arange(7.5, 9.0, 0.001)
    steps = np.diff([again.at(x) for x in t])
    assert (steps >= 0).all()
    assert steps.max() < 0.00105
