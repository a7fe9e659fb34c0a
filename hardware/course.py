"""A trajectory as a controller is fed with it: configurations at the rate of its cycles."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from pg4da.hardware.frames import Array
from pg4da.hardware.path_clock import PathClock
from pg4da.hardware.trajectory import Trajectory


@dataclass(frozen=True)
class Course:
    """positions: (n, dof), n > 1, one every period [s].

    moment [s]: when it starts, None before that is known; begin [s]: what the path clock shows then.
    """

    positions: Array
    period: float
    moment: float | None = None
    begin: float = 0.0

    def starting(self, moment: float, clock: PathClock) -> Course:
        """The same with its start."""
        return replace(self, moment=moment, begin=clock.at(moment))

    def under(self, clock: PathClock) -> Course:
        """The same after the clock has changed, which may move a start that lies ahead."""
        known = self.moment is not None and clock.remembers(self.moment)
        return self.starting(self.moment, clock) if known and self.moment is not None else self

    @property
    def duration(self) -> float:
        return (len(self.positions) - 1) * self.period

    def after(self, s: float, step: float) -> Array:
        """Configurations from s [s] after the start to the end, every step [s], (n, dof); one at least."""
        t = np.append(np.arange(max(s, 0.0), self.duration, step), self.duration)
        at = np.arange(len(self.positions)) * self.period
        return np.stack([np.interp(t, at, column) for column in self.positions.T], axis=1)

    def along(self, s: float) -> tuple[Array, Array] | None:
        """Velocity and acceleration s [s] after the start at full pace, each (dof,); None before and after.

        The velocity is the greater of the two beside a configuration.
        """
        if not 0.0 <= s < self.duration:
            return None
        i = int(s / self.period)
        rows = np.clip(np.arange(i - 1, i + 3), 0, len(self.positions) - 1)
        before, now, after = np.diff(self.positions[rows], axis=0) / self.period
        speed = np.max(np.abs([before, now, after]), axis=0) * np.sign(before + now + after)
        return speed, (after - before) / (2 * self.period)


def course(trajectory: Trajectory, period: float) -> Course:
    """Sampled every period [s], its end included."""
    n = max(1, int(np.ceil(trajectory.duration / period - 1e-9)))
    t = np.arange(n + 1) * period
    columns = [np.interp(t, trajectory.times, column) for column in trajectory.positions.T]
    return Course(np.stack(columns, axis=1), period)
