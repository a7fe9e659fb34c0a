"""How fast time runs along the paths of a cell's arms: 1, or less while the cell is held. One pace for all of them.

Arms that move together stay together because the pace is common; it changes no faster than lets every joint of every
arm stay within its acceleration limit.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol

import numpy as np

from pg4da.hardware.frames import Array
from pg4da.hardware.path_clock import change_bounds


class Paced(Protocol):
    """What moves along a path at the cell's pace."""

    def along(self) -> tuple[Array, Array] | None:
        """Velocity and acceleration along the path at full pace, each (dof,); None when nothing is under way."""
        ...

    @property
    def max_acceleration(self) -> Array:
        """Shape (dof,)."""
        ...


class Pace:
    """`rate` [0..1] is what followers multiply their steps with."""

    def __init__(self) -> None:
        self.rate = 1.0
        self.held = False

    @property
    def even(self) -> bool:
        """Nothing to do: full pace, and to stay so."""
        return self.rate == 1.0 and not self.held

    def step(self, followers: Iterable[Paced], dt: float) -> None:
        """One physics step of dt [s] towards rest or full pace."""
        slowest, fastest = -np.inf, np.inf
        for follower in followers:
            motion = follower.along()
            if motion is not None:
                low, high = change_bounds(*motion, follower.max_acceleration, self.rate)
                slowest, fastest = max(slowest, low), min(fastest, high)
        if self.held:
            self.rate = max(0.0, self.rate + min(0.0, slowest) * dt)
        else:
            self.rate = min(1.0, self.rate + max(0.0, fastest) * dt)
