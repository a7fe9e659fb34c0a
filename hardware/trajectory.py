"""A time-parametrised motion of one arm."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from pg4da.hardware.frames import Array


@dataclass(frozen=True)
class Trajectory:
    """Configurations over time, already within the arm's speed and acceleration limits.

    times: shape (n,), seconds from the start, strictly increasing, times[0] == 0.
    positions: shape (n, dof), rad (or metres and rotation vector for an arm without joints).
    """

    times: Array
    positions: Array

    def __post_init__(self) -> None:
        if len(self.times) != len(self.positions) or len(self.times) == 0:
            raise ValueError(f"{len(self.times)} times for {len(self.positions)} configurations")
        if len(self.times) > 1 and np.any(np.diff(self.times) <= 0):
            raise ValueError("times must increase strictly")

    @property
    def duration(self) -> float:
        """Seconds from start to end."""
        return float(self.times[-1])

    def sample(self, t: float) -> Array:
        """Configuration at t [s] after the start, shape (dof,), held at both ends."""
        if t >= self.times[-1]:
            return np.array(self.positions[-1])
        i = int(np.searchsorted(self.times, max(t, 0.0), side="right")) - 1
        a = (t - self.times[i]) / (self.times[i + 1] - self.times[i])
        return np.asarray((1.0 - a) * self.positions[i] + a * self.positions[i + 1])

    def slower(self, factor: float) -> Trajectory:
        """The same path, taking `factor` >= 1 times as long."""
        if factor < 1.0:
            raise ValueError(f"a factor of {factor:g} would make it faster")
        return Trajectory(self.times * factor, self.positions)
