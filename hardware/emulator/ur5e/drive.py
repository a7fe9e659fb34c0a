"""The set point of six joints, bounded in speed, from one cycle of the controller to the next."""

from __future__ import annotations

import numpy as np

from pg4da.hardware.emulator.world import WorldArm
from pg4da.hardware.frames import Array
from pg4da.hardware.ur5e.parameters import LOWER, MAX_VELOCITY, UPPER

CYCLE = 0.002  # s, an e-Series controller's
HARD_STOP = 40.0  # rad/s², what the joints can do at most
COAST = 10.0  # rad/s², while no motion drives the arm


class OutOfReach(Exception):
    """A set point that the joints can't take: the controller stops itself."""


class Drive:
    """q and dq of the set point, shape (6,); scaling is the speed slider's share of the programmed speed."""

    def __init__(self, arm: WorldArm) -> None:
        self._arm = arm
        self.q: Array = np.array(arm.q, float)
        self.dq: Array = np.zeros(6)
        self.scaling = 1.0
        self._driven = False

    def go(self, q: Array) -> None:
        """The set point of this cycle. Raises OutOfReach beyond the joints' range or speed."""
        step = q - self.q
        if np.abs(step).max() > 1.02 * MAX_VELOCITY[0] * CYCLE:
            raise OutOfReach("a joint would have to move faster than it can")
        if (q < LOWER).any() or (q > UPPER).any():
            raise OutOfReach("a joint reached its limit")
        self.q, self.dq, self._driven = q, step / CYCLE, True

    def accelerate(self, dq: Array, acceleration: float) -> bool:
        """Towards a joint velocity along the straight line to it; whether it is reached."""
        change = dq - self.dq
        largest, most = float(np.abs(change).max()), acceleration * CYCLE
        reached = largest <= most
        goal = dq if reached else self.dq + change * (most / largest)
        goal = np.clip(goal, -MAX_VELOCITY, MAX_VELOCITY)
        self.go(self.q + goal * CYCLE)
        self.dq = goal
        return reached

    def rest(self) -> None:
        """Stand still in this cycle."""
        self.dq, self._driven = np.zeros(6), True

    def close(self, slowing: float = COAST) -> None:
        """End of a cycle: an arm that nothing drives comes to rest; the world is told the set point."""
        if not self._driven:
            self._slow_down(slowing)
        self._driven = False
        self._arm.target(self.q)

    def _slow_down(self, slowing: float) -> None:
        largest = float(np.abs(self.dq).max())
        if largest == 0.0:
            return
        self.dq = self.dq * max(0.0, 1.0 - slowing * CYCLE / largest)
        self.q = np.clip(self.q + self.dq * CYCLE, LOWER, UPPER)

    def give_way(self) -> None:
        """Hold where the arm is and as fast as it moves: the set point had run ahead of it."""
        self.q = np.clip(self._arm.q, LOWER, UPPER)
        self.dq = np.clip(self._arm.dq, -MAX_VELOCITY, MAX_VELOCITY)

    @property
    def behind(self) -> float:
        """How far the arm is from its set point, the worst joint [rad]."""
        return float(np.abs(self.q - self._arm.q).max())

    @property
    def resting(self) -> bool:
        """Whether set point and arm stand still."""
        return not self.dq.any() and float(np.abs(self._arm.dq).max()) < 0.01
