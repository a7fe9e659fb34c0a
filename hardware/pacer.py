"""Starts what was commanded in the same tick at one moment, and slows all of it to rest and on again together."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Protocol, runtime_checkable

import numpy as np

from pg4da.hardware.frames import Array
from pg4da.hardware.path_clock import PathClock, change_bounds
from pg4da.hardware.wall_clock import monotonic

NOTICE = 0.04  # s from a word to hold until it takes effect, so that every process has heard it
STEP = 0.008  # s between the knots of a change of pace
LONGEST = 1000  # steps of one
MEMORY = 1.0  # s for which what the clock said before a change is kept


@runtime_checkable
class Paced(Protocol):
    """An arm whose motions follow the cell's path clock."""

    @property
    def max_acceleration(self) -> Array:
        """Shape (dof,), rad/s²."""
        ...

    def join(self, pacer: Pacer) -> None:
        """Follow this one from now on. Raises RuntimeError while a motion is under way."""
        ...

    def along(self, reading: float) -> tuple[Array, Array] | None:
        """Velocity and acceleration at full pace where the arm is when the path clock shows `reading` [s], each (dof,).

        None when nothing is under way.
        """
        ...

    def follow_clock(self, clock: PathClock) -> None:
        """The clock has changed."""
        ...

    def ahead(self, step: float) -> Array:
        """Configurations from now to the end of what was commanded, every step [s] of path time, (n, dof), n > 0."""
        ...

    def refuse(self, why: str) -> None:
        """End in FAULT what was commanded and has not been launched."""
        ...


class Pacer:
    """Of the arms of one cell. speed: the pace when nothing is held, a share of what was planned.

    delay [s]: from `launch` to the moment at which everything starts.
    """

    def __init__(self, speed: float = 1.0, delay: float = 0.03) -> None:
        self.speed, self.delay = speed, delay
        self.clock = PathClock(np.array([monotonic()]), np.zeros(1), speed)
        self._members: list[Paced] = []
        self._staged: list[Callable[[float], None]] = []
        self._target = speed
        self._lock = threading.RLock()

    def add(self, member: Paced) -> None:
        """From now on this arm is told of every change."""
        with self._lock:
            self._members.append(member)
            member.follow_clock(self.clock)

    @property
    def staged(self) -> bool:
        """Whether `launch` has anything to start."""
        return bool(self._staged)

    def stage(self, start: Callable[[float], None]) -> None:
        """To be called back by `launch` with the moment [s] at which to start."""
        with self._lock:
            self._staged.append(start)

    def launch(self) -> None:
        """Start what was staged, all of it at one moment; while the pace changes, that is when it no longer does."""
        with self._lock:
            staged, self._staged = self._staged, []
            moment = max(monotonic() + self.delay, self.clock.settled)
        for start in staged:
            start(moment)

    @property
    def pace(self) -> float:
        """Seconds of path time a second, now."""
        return self.clock.pace(monotonic())

    def hold(self) -> None:
        """Slow to rest. Idempotent."""
        self._change(0.0)

    def resume(self) -> None:
        """Back to full pace. Idempotent."""
        self._change(self.speed)

    def _change(self, target: float) -> None:
        with self._lock:
            if target == self._target:
                return
            self._target = target
            now = monotonic()
            self.clock = self._ramp(now + NOTICE, target, now - MEMORY)
            for member in self._members:
                member.follow_clock(self.clock)

    def _ramp(self, moment: float, target: float, keep: float) -> PathClock:
        reading, rate = self.clock.at(moment), self.clock.pace(moment)
        moments, readings = [moment], [reading]
        while rate != target and len(moments) < LONGEST:
            slowest, fastest = self._bounds(reading, rate)
            if target < rate:
                faster = max(target, rate + min(0.0, slowest) * STEP)
            else:
                faster = min(target, rate + max(0.0, fastest) * STEP)
            reading += (rate + faster) / 2 * STEP
            rate = faster
            moments.append(moments[-1] + STEP)
            readings.append(reading)
        return self.clock.then(np.array(moments), np.array(readings), target, keep)

    def _bounds(self, reading: float, rate: float) -> tuple[float, float]:
        slowest, fastest = -np.inf, np.inf
        for member in self._members:
            motion = member.along(reading)
            if motion is not None:
                low, high = change_bounds(*motion, member.max_acceleration, rate)
                slowest, fastest = max(slowest, low), min(fastest, high)
        return slowest, fastest
