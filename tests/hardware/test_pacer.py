"""Motions of two arms start at one moment and slow down together, each joint within its limit."""

from __future__ import annotations

import numpy as np
import pytest

from pg4da.hardware import pacer as pacing
from pg4da.hardware.course import Course, course
from pg4da.hardware.frames import Array
from pg4da.hardware.pacer import NOTICE, Pacer
from pg4da.hardware.path_clock import PathClock
from pg4da.hardware.trajectory import Trajectory

LIMIT, PERIOD = np.full(6, 5.0), 0.008


class Wall:
    """Time as the test wants it."""

    now = 100.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def wall(monkeypatch: pytest.MonkeyPatch) -> Wall:
    wall = Wall()
    monkeypatch.setattr(pacing, "monotonic", wall)
    return wall


def quick(distance: float) -> Trajectory:
    """As fast as the limit allows: half the way up, half down."""
    duration = 2 * np.sqrt(distance / 5.0)
    t = np.arange(0.0, duration + PERIOD, PERIOD)
    half = duration / 2
    x = np.where(t < half, 2.5 * t**2, distance - 2.5 * np.maximum(duration - t, 0.0) ** 2)
    rows = np.zeros((len(t), 6))
    rows[:, 0] = x
    return Trajectory(t, rows)


class Member:
    """An arm on paper."""

    max_acceleration = LIMIT

    def __init__(self, pacer: Pacer) -> None:
        self.pacer, self.clocks, self.moments = pacer, [], []
        self.course: Course | None = None
        pacer.add(self)

    def join(self, pacer: Pacer) -> None:
        raise AssertionError

    def command(self, trajectory: Trajectory) -> None:
        self.course = course(trajectory, PERIOD)
        self.pacer.stage(self._start)

    def _start(self, moment: float) -> None:
        assert self.course is not None
        self.moments.append(moment)
        self.course = self.course.starting(moment, self.pacer.clock)

    def along(self, reading: float) -> tuple[Array, Array] | None:
        if self.course is None or self.course.moment is None:
            return None
        return self.course.along(reading - self.course.begin)

    def follow_clock(self, clock: PathClock) -> None:
        self.clocks.append(clock)
        if self.course is not None:
            self.course = self.course.under(clock)

    def at(self, moment: float) -> float:
        assert self.course is not None
        s = self.pacer.clock.at(moment) - self.course.begin
        return float(np.interp(s, np.arange(len(self.course.positions)) * PERIOD, self.course.positions[:, 0]))


def test_what_is_commanded_starts_together_and_only_when_launched(wall: Wall) -> None:
    pacer = Pacer(delay=0.03)
    left, right = Member(pacer), Member(pacer)
    left.command(quick(0.5))
    wall.now += 0.004
    right.command(quick(0.8))
    assert left.moments == right.moments == []
    pacer.launch()
    assert left.moments == right.moments == [wall.now + 0.03]
    pacer.launch()
    assert len(left.moments) == 1


@pytest.mark.parametrize("after", [0.05, 0.3, 0.45, 0.6])
def test_a_hold_rests_both_within_their_limits_and_resume_goes_on(wall: Wall, after: float) -> None:
    pacer = Pacer()
    left, right = Member(pacer), Member(pacer)
    left.command(quick(0.6))
    right.command(quick(0.9))
    pacer.launch()
    begin = wall.now
    wall.now += after
    pacer.hold()
    held = wall.now
    wall.now = held + 3.0
    assert pacer.pace == 0.0
    pacer.resume()
    again = wall.now
    wall.now += 5.0
    assert pacer.pace == 1.0
    # the clock as both arms saw it, pieced together
    t = np.arange(begin, again + 2.0, PERIOD)
    for member in (left, right):
        clocks = [c for c in member.clocks if c is not None]
        assert all(a is b for a, b in zip(left.clocks, right.clocks, strict=True))
        shown = [clocks[0 if x < held else 1 if x < again else 2].at(x) for x in t]
        s = np.array(shown) - member.course.begin
        q = np.interp(s, np.arange(len(member.course.positions)) * PERIOD, member.course.positions[:, 0])
        acceleration = np.diff(q, n=2) / PERIOD**2
        assert np.abs(acceleration).max() < 1.4 * 5.0  # sampled where it turns from speeding up to braking
        assert q[-1] == pytest.approx(member.course.positions[-1, 0])
        rest = (t > held + 1.5) & (t < again)
        assert np.ptp(q[rest]) < 1e-9


def test_nothing_under_way_rests_at_once(wall: Wall) -> None:
    pacer = Pacer()
    Member(pacer)
    pacer.hold()
    wall.now += NOTICE + 0.02
    assert pacer.pace == 0.0
    pacer.resume()
    wall.now += NOTICE + 0.02
    assert pacer.pace == 1.0


def test_hold_and_resume_may_be_said_twice(wall: Wall) -> None:
    pacer = Pacer()
    member = Member(pacer)
    pacer.hold()
    pacer.hold()
    pacer.resume()
    pacer.resume()
    assert len(member.clocks) == 3


def test_a_motion_commanded_in_a_hold_starts_when_the_pace_is_back(wall: Wall) -> None:
    pacer = Pacer()
    member = Member(pacer)
    pacer.hold()
    wall.now += 1.0
    member.command(quick(0.5))
    pacer.launch()
    wall.now += 5.0
    assert member.at(wall.now) == 0.0
    pacer.resume()
    wall.now += 3.0
    assert member.at(wall.now) == pytest.approx(0.5, abs=1e-6)


def test_a_motion_commanded_while_the_pace_changes_waits_for_its_end(wall: Wall) -> None:
    pacer = Pacer()
    left, right = Member(pacer), Member(pacer)
    left.command(quick(0.9))
    pacer.launch()
    wall.now += 0.4
    pacer.hold()
    wall.now += 1.0
    pacer.resume()
    right.command(quick(0.5))
    pacer.launch()
    assert right.moments[0] >= pacer.clock.settled


def test_a_first_try_runs_at_its_share_of_the_speed(wall: Wall) -> None:
    pacer = Pacer(speed=0.1)
    member = Member(pacer)
    member.command(quick(0.5))
    pacer.launch()
    assert pacer.pace == pytest.approx(0.1)
    wall.now += 3.0
    assert 0.1 < member.at(wall.now) < 0.3
    wall.now += 4.0
    assert member.at(wall.now) == pytest.approx(0.5, abs=1e-6)
