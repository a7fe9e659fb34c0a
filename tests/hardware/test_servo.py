"""Set points of one arm: along motions, at the pace of the clock, braking; what is reported of each."""

from __future__ import annotations

import numpy as np
import pytest

from pg4da.hardware.path_clock import PathClock
from pg4da.hardware.servo import BEHIND, TOO_LATE, Ending, Motion, Servo

PERIOD, LIMIT = 0.008, 8.0
START = np.array([0.1, -1.5, 1.2, 0.0, 0.4, -0.2])


def running(rate: float = 1.0) -> PathClock:
    return PathClock(np.zeros(1), np.zeros(1), rate)


def ramp(distance: float = 0.6, seconds: float = 1.0, joint: int = 1) -> np.ndarray:
    """Smooth from rest to rest, (n, 6)."""
    x = np.linspace(0.0, 1.0, round(seconds / PERIOD) + 1)
    rows = np.tile(START, (len(x), 1))
    rows[:, joint] += distance * (10 * x**3 - 15 * x**4 + 6 * x**5)
    return rows


class Rig:
    """The servo with an arm that is where it was told to be, `lag` cycles later."""

    def __init__(self, lead: float = 0.0, lag: int = 0) -> None:
        self.servo = Servo(START, running(), PERIOD, lead, LIMIT)
        self.now, self.lag = 10.0, lag
        self.sent = [START.copy() for _ in range(lag + 2)]
        self.blocked: np.ndarray | None = None

    @property
    def q(self) -> np.ndarray:
        return self.sent[-1 - self.lag] if self.blocked is None else self.blocked

    def run(self, seconds: float) -> None:
        for _ in range(round(seconds / PERIOD)):
            dq = (self.sent[-1 - self.lag] - self.sent[-2 - self.lag]) / PERIOD
            self.sent.append(self.servo.step(self.now, self.q, np.zeros(6) if self.blocked is not None else dq).copy())
            self.now += PERIOD

    def accelerations(self) -> np.ndarray:
        return np.diff(np.array(self.sent), n=2, axis=0) / PERIOD**2


def test_it_stands_until_told_otherwise() -> None:
    rig = Rig()
    rig.run(0.2)
    assert np.array_equal(rig.sent[-1], START)
    assert not rig.servo.moving


def test_a_motion_starts_at_its_moment_and_is_done_when_the_arm_has_arrived() -> None:
    rig = Rig(lag=3)
    rows = ramp()
    rig.servo.start(Motion(7, rig.now + 0.1, rows, PERIOD), rig.now)
    rig.run(0.096)
    assert np.allclose(rig.sent[-1], START)
    rig.run(1.0)
    assert rig.servo.reports == []  # sent whole, not arrived
    rig.run(0.1)
    assert [(r.number, r.ending) for r in rig.servo.reports] == [(7, Ending.DONE)]
    assert np.allclose(rig.sent[-1], rows[-1])


def test_lead_makes_up_for_a_lag() -> None:
    rows = ramp()
    late, ahead = Rig(lag=5), Rig(lag=5, lead=5 * PERIOD)
    worst = []
    for rig in (late, ahead):
        rig.servo.start(Motion(1, rig.now, rows, PERIOD), rig.now)
        off = []
        for _ in range(120):
            rig.run(PERIOD)
            off.append(np.abs(rig.q - rig.servo.plan).max())
        worst.append(max(off))
    assert worst[0] > 0.03
    assert worst[1] < 0.002


def test_what_lies_between_where_it_stands_and_where_the_motion_begins_is_blended_away() -> None:
    rig = Rig()
    rows = ramp() + np.array([0, 0, 0.04, 0, 0, 0])
    rig.servo.start(Motion(1, rig.now, rows, PERIOD), rig.now)
    rig.run(1.5)
    assert np.abs(np.diff(np.array(rig.sent)[:, 2])).max() < 0.04 * 1.5 / 0.2 * PERIOD * 1.05
    assert rig.servo.reports[0].ending is Ending.DONE


def test_a_stop_brakes_within_the_limit_and_cancels() -> None:
    rig = Rig()
    rig.servo.start(Motion(1, rig.now, ramp(1.2), PERIOD), rig.now)
    rig.run(0.5)
    speed = np.abs(rig.sent[-1] - rig.sent[-2]).max() / PERIOD
    rig.servo.stop()
    rig.run(speed / LIMIT + 3 * PERIOD)
    assert [r.ending for r in rig.servo.reports] == [Ending.CANCELLED]
    assert np.abs(rig.accelerations()).max() < 1.1 * max(LIMIT, 8.0)
    assert not rig.servo.moving


def test_a_stop_for_a_reason_is_a_fault_and_the_first_reason_counts() -> None:
    rig = Rig()
    rig.servo.start(Motion(1, rig.now, ramp(), PERIOD), rig.now)
    rig.run(0.5)
    rig.servo.stop("the driver is silent")
    rig.run(0.05)
    rig.servo.stop("another")
    rig.run(0.5)
    assert [(r.ending, r.message) for r in rig.servo.reports] == [(Ending.FAULT, "the driver is silent")]


def test_a_stop_at_rest_does_nothing() -> None:
    rig = Rig()
    rig.servo.stop("whatever")
    rig.run(0.1)
    assert rig.servo.reports == []


def test_an_arm_that_falls_far_behind_is_stopped_where_it_is() -> None:
    rig = Rig()
    rig.servo.start(Motion(1, rig.now, ramp(1.0), PERIOD), rig.now)
    rig.blocked = START.copy()
    rig.run(1.0)
    report = rig.servo.reports[0]
    assert report.ending is Ending.FAULT
    assert "in the way" in report.message
    assert np.allclose(rig.sent[-1], START)
    assert np.abs(np.array(rig.sent) - START).max() < BEHIND + 0.05


def test_an_arm_that_stops_short_of_its_goal_fails_by_name() -> None:
    rig = Rig()
    rows = ramp(0.15)
    rig.servo.start(Motion(1, rig.now, rows, PERIOD), rig.now)
    rig.run(0.9)
    rig.blocked = rows[-1] - np.array([0, 0.02, 0, 0, 0, 0])
    rig.run(1.5)
    assert rig.servo.reports[0].ending is Ending.FAULT
    assert "short of its goal" in rig.servo.reports[0].message
    assert np.allclose(rig.sent[-1], rig.blocked)  # it does not go on pressing


def test_a_held_motion_waits_and_goes_on() -> None:
    rig = Rig()
    rows = ramp()
    rig.servo.start(Motion(1, rig.now, rows, PERIOD), rig.now)
    rig.run(0.4)
    at = rig.now
    held = running().then(np.array([at + 0.04, at + 0.24]), np.array([at + 0.04, at + 0.14]), 0.0, at - 1)
    rig.servo.follow_clock(held)
    rig.run(0.5)
    assert np.abs(rig.sent[-1] - rig.sent[-2]).max() < 1e-9
    assert rig.servo.reports == []
    later = rig.now + 3.0  # longer than the clock remembers
    rig.run(3.0)
    rig.servo.follow_clock(held.then(np.array([later]), np.array([at + 0.14]), 1.0, later - 1.0))
    rig.run(1.2)
    assert rig.servo.reports[0].ending is Ending.DONE
    assert np.allclose(rig.sent[-1], rows[-1])


def test_a_motion_that_comes_while_held_waits_for_the_pace() -> None:
    rig = Rig()
    rig.servo.follow_clock(PathClock(np.array([rig.now]), np.array([5.0]), 0.0))
    rig.servo.start(Motion(1, rig.now, ramp(), PERIOD), rig.now)
    rig.run(0.5)
    assert np.allclose(rig.sent[-1], START)
    assert rig.servo.moving


def test_a_slow_clock_makes_it_slow() -> None:
    rig = Rig()
    rig.servo.follow_clock(PathClock(np.array([rig.now]), np.array([0.0]), 0.1))
    rig.servo.start(Motion(1, rig.now, ramp(), PERIOD), rig.now)
    rig.run(5.0)
    assert np.allclose(rig.sent[-1], ramp()[62], atol=0.01)


def test_set_points_never_go_back_when_a_hold_is_heard_late() -> None:
    rig = Rig(lead=0.03)
    rig.servo.start(Motion(1, rig.now, ramp(), PERIOD), rig.now)
    rig.run(0.4)
    at = rig.now - 0.05
    rig.servo.follow_clock(PathClock(np.array([9.0, at]), np.array([9.0, at]), 0.0))
    rig.run(0.3)
    assert (np.diff(np.array(rig.sent)[:, 1]) >= -1e-12).all()


def test_a_motion_heard_of_too_late_is_refused() -> None:
    rig = Rig()
    rig.servo.start(Motion(1, rig.now - TOO_LATE - 0.05, ramp(), PERIOD), rig.now)
    rig.run(0.1)
    assert rig.servo.reports[0].ending is Ending.FAULT
    assert "should have begun" in rig.servo.reports[0].message
    assert np.array_equal(rig.sent[-1], START)


def test_a_controller_that_follows_no_more_ends_the_motion() -> None:
    rig = Rig()
    rig.servo.start(Motion(3, rig.now, ramp(), PERIOD), rig.now)
    rig.run(0.3)
    rig.servo.abandon("protective stop")
    assert [(r.number, r.message) for r in rig.servo.reports] == [(3, "protective stop")]
    assert not rig.servo.moving


@pytest.mark.parametrize("rows", [2, 3])
def test_the_shortest_motions(rows: int) -> None:
    rig = Rig()
    rig.servo.start(Motion(1, rig.now, np.tile(START, (rows, 1)), PERIOD), rig.now)
    rig.run(0.2)
    assert rig.servo.reports[0].ending is Ending.DONE
