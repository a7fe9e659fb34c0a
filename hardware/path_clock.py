"""How far along their paths arms are to be at any moment: one clock for all arms of a cell, in all their processes.

It runs as the wall clock does while nothing is held, and is slowed to a stop and started again by `hold` and `resume`.
What follows it stays together without talking to each other.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from pg4da.hardware.frames import Array

STILL = 1e-9  # rad/s along the path below which a joint does not limit the pace


@dataclass(frozen=True)
class PathClock:
    """Path time over wall time, straight between knots.

    moments: (n,) wall_clock.monotonic() [s], increasing; readings: (n,) path time there [s], never decreasing;
    rate: seconds of path time a second after the last knot; before the first nothing is known any more.
    """

    moments: Array
    readings: Array
    rate: float = 1.0

    def at(self, moment: float) -> float:
        """Path time [s] at a moment [s]."""
        last = float(self.moments[-1])
        if moment >= last:
            return float(self.readings[-1]) + (moment - last) * self.rate
        return float(np.interp(moment, self.moments, self.readings))

    def pace(self, moment: float) -> float:
        """Seconds of path time a second."""
        if moment >= self.moments[-1]:
            return self.rate
        i = int(np.searchsorted(self.moments, moment, side="right"))
        if i == 0:
            return 0.0
        rise = self.readings[i] - self.readings[i - 1]
        return float(rise / (self.moments[i] - self.moments[i - 1]))

    def remembers(self, moment: float) -> bool:
        """Whether it can still tell what it showed then."""
        return bool(moment >= self.moments[0])

    @property
    def settled(self) -> float:
        """The moment [s] from which on the rate does not change."""
        return float(self.moments[-1])

    def then(self, moments: Array, readings: Array, rate: float, keep: float) -> PathClock:
        """The same until the first of the new knots, which lies on it; knots before `keep` [s] are forgotten."""
        old = (self.moments < moments[0]) & (self.moments >= keep)
        start = max(keep, float(self.moments[0]))
        if start < moments[0] and not (old & (self.moments == start)).any():
            first = ([start], [self.at(start)])
        else:
            first = ([], [])
        return PathClock(
            np.concatenate([first[0], self.moments[old], moments]),
            np.concatenate([first[1], self.readings[old], readings]),
            rate,
        )


def change_bounds(speed: Array, acceleration: Array, limit: Array, rate: float) -> tuple[float, float]:
    """Least and greatest change of the rate [1/s] that keep each joint within its limit [rad/s²].

    speed, acceleration: (dof,), along the path at full pace. With the rate r a joint accelerates by
    acceleration·r² + speed·dr/dt. Where the path itself goes to the limit, no change is left in that direction.
    """
    limit = np.maximum(limit, np.abs(acceleration))
    moving = np.abs(speed) > STILL
    if not moving.any():
        return -np.inf, np.inf
    v, bent, a = np.abs(speed[moving]), np.sign(speed[moving]) * acceleration[moving] * rate**2, limit[moving]
    return float(np.max((-a - bent) / v)), float(np.min((a - bent) / v))
