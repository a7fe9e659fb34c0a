"""Set points of one arm, one a cycle: still, along a motion, or braking. Knows no sockets, processes or clocks."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

import numpy as np

from pg4da.hardware.frames import Array
from pg4da.hardware.path_clock import PathClock
from pg4da.hardware.setpoints import braking

ARRIVED = 0.004  # rad; a motion is done when every measured joint is this near its goal
AT_REST = 0.02  # rad/s
PATIENCE = 1.0  # s after the end of a motion for the joints to arrive
BEHIND = 0.2  # rad behind the plan: something is in the way, and the controller has not noticed
BLEND = 0.2  # s in which the gap between the last set point and the motion's first is closed
TOO_LATE = 0.1  # s of a motion that may have passed when it is heard of


class Ending(Enum):
    """How a motion ended."""

    DONE = "done"
    CANCELLED = "cancelled"
    FAULT = "fault"


@dataclass(frozen=True)
class Motion:
    """number: for its report; moment [s] at which it starts; positions: (n, dof), one every period [s]."""

    number: int
    moment: float
    positions: Array
    period: float

    @property
    def duration(self) -> float:
        return (len(self.positions) - 1) * self.period

    def at(self, s: float) -> Array:
        """Configuration s [s] after the start at full pace, shape (dof,), held at both ends."""
        row = min(max(s / self.period, 0.0), len(self.positions) - 1.0)
        i = min(int(row), len(self.positions) - 2)
        share = row - i
        return np.asarray((1 - share) * self.positions[i] + share * self.positions[i + 1])


@dataclass(frozen=True)
class Report:
    """Of a motion that has ended."""

    number: int
    ending: Ending
    message: str = ""


class Servo:
    """period [s] of its cycles; lead [s]: how far set points run ahead, to make up for the controller's lag."""

    def __init__(self, q: Array, clock: PathClock, period: float, lead: float, deceleration: float) -> None:
        self.sent = np.array(q, float)
        self.plan = np.array(q, float)  # where the arm should be now
        self._velocity = np.zeros_like(self.sent)
        self._clock, self._period, self._lead, self._deceleration = clock, period, lead, deceleration
        self._motion: Motion | None = None
        self._gap = np.zeros_like(self.sent)
        self._begin = 0.0  # what the clock shows when the motion starts [s]
        self._ahead = 0.0
        self._brake: Array | None = None
        self._row = 0
        self._why = ""
        self._over = 0.0  # the moment [s] at which the motion or the braking had been sent whole
        self.reports: list[Report] = []

    @property
    def moving(self) -> bool:
        """A motion is under way, or the arm brakes."""
        return self._motion is not None or self._brake is not None

    def follow_clock(self, clock: PathClock) -> None:
        """The pace has changed."""
        self._clock = clock
        if self._motion is not None and clock.remembers(self._motion.moment):
            self._begin = clock.at(self._motion.moment)

    def start(self, motion: Motion, now: float) -> None:
        """Begin at its moment. One under way is taken over from, and reported as cancelled."""
        self._report(Ending.CANCELLED)
        late = self._clock.at(now) - self._clock.at(motion.moment)
        if late > TOO_LATE:
            self.reports.append(
                Report(motion.number, Ending.FAULT, f"heard of {late:.2f} s after it should have begun")
            )
            return
        self._motion, self._brake, self._why = motion, None, ""
        self._gap = self.sent - motion.positions[0]
        self._begin = self._clock.at(motion.moment)
        self._ahead, self._over = 0.0, 0.0

    def stop(self, why: str = "") -> None:
        """Brake to rest. why: the reason when this is a fault; the first one counts."""
        if self._brake is not None:
            self._why = self._why or why
            return
        if self._motion is None and not self._velocity.any():
            return
        self._why = why
        limit = np.full_like(self.sent, self._deceleration)
        self._brake = braking(self.sent, self._velocity, limit, self._period).positions
        self._row, self._over = 0, 0.0

    def abandon(self, why: str) -> None:
        """The controller follows no longer: whatever was under way has failed."""
        self._why = why
        self._report(Ending.FAULT)
        self._brake = None

    def step(self, now: float, q: Array, dq: Array) -> Array:
        """The set point of this cycle, shape (dof,); q, dq: as measured last."""
        before = self.sent
        if self._brake is not None:
            self._step_brake(now, dq)
        elif self._motion is not None:
            self._step_motion(now, q, dq)
        self._velocity = (self.sent - before) / self._period
        return self.sent

    def _step_brake(self, now: float, dq: Array) -> None:
        assert self._brake is not None
        row = min(self._row, len(self._brake) - 1)
        self.sent = self.plan = self._brake[row]
        self._row += 1
        if self._row < len(self._brake):
            return
        self._over = self._over or now
        if np.abs(dq).max() < AT_REST or now - self._over > PATIENCE:
            self._brake = None
            self._report(Ending.FAULT if self._why else Ending.CANCELLED)

    def _step_motion(self, now: float, q: Array, dq: Array) -> None:
        motion = self._motion
        assert motion is not None
        passed = self._clock.at(now) - self._begin
        self._ahead = max(self._ahead, self._clock.at(now + self._lead) - self._begin)
        self.plan = motion.at(passed) + self._gap * _left(passed)
        self.sent = motion.at(self._ahead) + self._gap * _left(self._ahead)
        behind = np.abs(q - self.plan)
        if behind.max() > BEHIND:
            j = int(behind.argmax())
            self.sent, self._velocity = np.array(q), np.array(dq)  # the set point ran ahead: brake where the arm is
            self.stop(f"joint {j} is {behind[j]:.2f} rad behind its set point: something is in the way")
        elif passed >= motion.duration:
            self._finish(now, q, dq)

    def _finish(self, now: float, q: Array, dq: Array) -> None:
        self._over = self._over or now
        behind = np.abs(q - self.plan)
        if behind.max() < ARRIVED and np.abs(dq).max() < AT_REST:
            self._report(Ending.DONE)
        elif now - self._over > PATIENCE:
            self._why = f"stopped {behind.max():.3f} rad short of its goal"
            self.sent = np.array(q)  # don't go on pressing
            self._report(Ending.FAULT)

    def _report(self, ending: Ending) -> None:
        if self._motion is not None:
            self.reports.append(Report(self._motion.number, ending, self._why if ending is Ending.FAULT else ""))
        self._motion, self._why = None, ""


def _left(passed: float) -> float:
    """Share of the gap at the start that is left, smooth at both ends."""
    x = min(max(passed / BLEND, 0.0), 1.0)
    return 1.0 - x * x * (3.0 - 2.0 * x)
