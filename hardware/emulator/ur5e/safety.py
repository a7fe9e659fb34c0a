"""Power and safety of one controller: modes as RTDE and the dashboard report them, and what leads from one to another.

Numbers are those of UR's RTDE guide (robot_mode, safety_mode, robot_status_bits, safety_status_bits).
"""

from __future__ import annotations

from collections.abc import Callable
from enum import IntEnum


class RobotMode(IntEnum):
    POWER_OFF = 3
    POWER_ON = 4
    IDLE = 5
    RUNNING = 7


class SafetyMode(IntEnum):
    NORMAL = 1
    REDUCED = 2
    PROTECTIVE_STOP = 3
    SAFEGUARD_STOP = 5
    SYSTEM_EMERGENCY_STOP = 6
    ROBOT_EMERGENCY_STOP = 7
    VIOLATION = 8
    FAULT = 9


_BITS = {
    SafetyMode.NORMAL: 1 << 0,
    SafetyMode.REDUCED: 1 << 1,
    SafetyMode.PROTECTIVE_STOP: 1 << 2,
    SafetyMode.SAFEGUARD_STOP: 1 << 4,
    SafetyMode.SYSTEM_EMERGENCY_STOP: 1 << 5 | 1 << 7,
    SafetyMode.ROBOT_EMERGENCY_STOP: 1 << 6 | 1 << 7,
    SafetyMode.VIOLATION: 1 << 8,
    SafetyMode.FAULT: 1 << 9,
}
_STOPPED_BIT = 1 << 10
POWERING = 0.3  # s from one power mode to the next; seconds on a robot
UNLOCK_DELAY = 5.0  # s that a protective stop must last


class Safety:
    """`clock` gives seconds; `unlock_delay` is how long a protective stop can't be unlocked."""

    def __init__(self, clock: Callable[[], float], unlock_delay: float = UNLOCK_DELAY) -> None:
        self._clock = clock
        self.unlock_delay = unlock_delay
        self.mode = SafetyMode.NORMAL
        self.reason = ""
        self._robot_mode = RobotMode.RUNNING
        self._next_mode: tuple[float, RobotMode] | None = None
        self._since = clock()

    @property
    def robot_mode(self) -> RobotMode:
        """Power on and brake release take a moment."""
        if self._next_mode is not None and self._clock() >= self._next_mode[0]:
            self._robot_mode, self._next_mode = self._next_mode[1], None
        return self._robot_mode

    @property
    def moves(self) -> bool:
        """Whether motions may run."""
        return self.mode in (SafetyMode.NORMAL, SafetyMode.REDUCED) and self.robot_mode is RobotMode.RUNNING

    @property
    def stopped(self) -> bool:
        """Whether a safety function holds the arm."""
        return self.mode not in (SafetyMode.NORMAL, SafetyMode.REDUCED)

    @property
    def bits(self) -> int:
        """safety_status_bits."""
        return _BITS[self.mode] | (_STOPPED_BIT if self.stopped else 0)

    def protective_stop(self, reason: str) -> None:
        """Unless something graver holds the arm already."""
        if not self.stopped:
            self.mode, self.reason, self._since = SafetyMode.PROTECTIVE_STOP, reason, self._clock()

    def emergency_stop(self) -> None:
        """The button on the pendant; takes the power off as well."""
        self.mode, self.reason, self._since = SafetyMode.ROBOT_EMERGENCY_STOP, "emergency stop", self._clock()
        self.power_off()

    def release_emergency_stop(self) -> None:
        """A person turned the button; power stays off."""
        if self.mode is SafetyMode.ROBOT_EMERGENCY_STOP:
            self.mode, self.reason = SafetyMode.NORMAL, ""

    def unlock(self) -> bool:
        """Leave a protective stop; False while it is too fresh."""
        if self.mode is SafetyMode.PROTECTIVE_STOP:
            if self._clock() - self._since < self.unlock_delay:
                return False
            self.mode, self.reason = SafetyMode.NORMAL, ""
        return True

    def power_on(self) -> bool:
        """False when a safety function forbids it."""
        if self.stopped and self.mode is not SafetyMode.PROTECTIVE_STOP:
            return False
        if self.robot_mode is RobotMode.POWER_OFF:
            self._robot_mode, self._next_mode = RobotMode.POWER_ON, (self._clock() + POWERING, RobotMode.IDLE)
        return True

    def release_brakes(self) -> bool:
        """Switches the power on too, if need be; False when a safety function forbids it."""
        if not self.power_on():
            return False
        if self._robot_mode is not RobotMode.RUNNING:
            start = self._next_mode[0] if self._next_mode else self._clock()
            self._next_mode = (start + POWERING, RobotMode.RUNNING)
        return True

    def power_off(self) -> None:
        self._robot_mode, self._next_mode = RobotMode.POWER_OFF, None
