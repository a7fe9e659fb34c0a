"""A simulated arm whose set point comes from a controller outside, cycle by cycle, instead of from a trajectory."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager

import numpy as np

from pg4da.hardware.frames import Array
from pg4da.sim.arm import MujocoArm

LOOK_EVERY = 2  # steps between looks at the force at the tool


class ServoedArm(MujocoArm):
    """Joints under servos; the cell drives it in every step."""

    _seen: tuple[Array, Array] | None = None
    _set: Array | None = None
    _was: Array | None = None
    _steps = 0
    _felt = 0.0

    @property
    def busy(self) -> bool:
        return True

    @property
    def measured(self) -> tuple[Array, Array]:
        """Configuration and velocity after the last step, each (6,); not to be written to."""
        if self._seen is None:
            q, dq = self._measure()
            self._seen = np.array(q), np.array(dq)
        return self._seen

    def forget(self) -> None:
        """The joints were put elsewhere."""
        self._seen = None

    @property
    def force(self) -> float:
        """At the tool [N], at most two steps old."""
        return self._felt

    def set(self, q: Array) -> None:
        """The set point of the coming step, (6,)."""
        self._set = np.array(q, float)

    def before_step(self) -> None:
        """The servos are told the set point's velocity too, so that they do not lag."""
        if self._set is None:
            return
        before = self._set if self._was is None else self._was
        self._command(self._set, (self._set - before) / self._timestep)
        self._was = self._set

    def after_steps(self) -> None:
        """Feel what pushes back."""
        self._seen = None
        self._steps += 1
        if self._steps % LOOK_EVERY == 0:
            self._felt = self.tool_force


class EmulatedArm:
    """hardware.emulator.world.WorldArm over the arm that the world has now."""

    def __init__(self, arm: Callable[[], ServoedArm], lock: AbstractContextManager[object]) -> None:
        self._arm, self._lock = arm, lock

    @property
    def q(self) -> Array:
        """Measured, shape (6,), rad."""
        return self._arm().measured[0]

    @property
    def dq(self) -> Array:
        """Measured, shape (6,), rad/s."""
        return self._arm().measured[1]

    @property
    def force(self) -> float:
        """What pushes back on the tool [N]."""
        return self._arm().force

    def target(self, q: Array) -> None:
        """What the servos go to from now on, shape (6,)."""
        with self._lock:
            self._arm().set(q)
