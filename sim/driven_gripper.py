"""A 2F-140's drive in any simulation: limited in speed and force, it notices what holds the fingers open.

Where the fingers are, and how they are driven, is left to subclasses.
"""

from __future__ import annotations

from abc import ABC, abstractmethod

from pg4da.hardware.cell import Clock, GripperState, Progress
from pg4da.hardware.robotiq_2f140 import linkage
from pg4da.hardware.robotiq_2f140.parameters import MAX_FORCE, MAX_SPEED, MAX_WIDTH, MIN_FORCE, MIN_SPEED
from pg4da.sim.handles import SimHandle
from pg4da.sim.pace import Pace

STIFFNESS = 1000.0  # Nm/rad on the common knuckle angle
STALL_TORQUE = linkage.torque(MAX_FORCE, linkage.CLOSED_ANGLE)  # Nm
# The geared motor's own resistance: its force falls with speed, from all of it at a standstill to none at top speed.
# So fingers that lose what they pressed on close no faster than the real ones; without it they reached 1.1 m/s, and
# struck what had just slipped out: a half-cylinder flew at 4 m/s.
DRAG = STALL_TORQUE / linkage.angular_rate(MAX_SPEED, linkage.CLOSED_ANGLE)  # Nms/rad
ARRIVED = 0.0015  # m of width
HELD_OPEN = 0.0025  # m; the real gripper can't tell a thinner object from none either
STANDSTILL = 0.004  # m/s
STALLED_FOR = 0.06  # s
# Fingers on their way after something slipped out of them: as far past where they had stopped, this fast.
GONE, CLOSING = 0.004, 0.01  # m, m/s


class DrivenGripper(ABC):
    """hardware.cell.Gripper. What it reports comes from its own width and speed, as the real one's does."""

    def __init__(self, clock: Clock, timestep: float, width: float = 0.0, pace: Pace | None = None) -> None:
        self._clock = clock
        self._pace = pace or Pace()
        self._timestep = timestep
        self._target = self._reference = width
        self._speed, self._force = 0.1, MAX_FORCE
        self._still_since: float | None = None
        self._stopped_at = width
        self._handle: SimHandle | None = None

    @abstractmethod
    def _angle(self) -> float:
        """Measured knuckle angle [rad], the mean of both fingers."""

    @abstractmethod
    def _rate(self) -> float:
        """Its rate [rad/s]."""

    @abstractmethod
    def _drive(self, angle: float, low: float, high: float) -> None:
        """Write the set point [rad] and the limits of the motor's torque [Nm], its damping not counted."""

    @property
    def max_width(self) -> float:
        return MAX_WIDTH

    @property
    def state(self) -> GripperState:
        width = self._width()
        held = not self.busy and width - self._target > HELD_OPEN and not self._closing(width)
        return GripperState(width, self.busy, held, self._clock.now())

    @property
    def busy(self) -> bool:
        return self._handle is not None and self._handle.progress is Progress.RUNNING

    def tip_retreat(self, width: float) -> float:
        """How far [m] the fingertips lie behind the tool frame's origin at this width."""
        return linkage.tip_retreat(width)

    def move(self, width: float, speed: float = 0.1, force: float = 40.0) -> SimHandle:
        """Go to a width [m] at speed [m/s]; hold with force [N] what is in between. All are clamped to the limits."""
        if self._handle is not None:
            self._handle.end(Progress.CANCELLED)
        self._target = min(max(width, 0.0), MAX_WIDTH)
        self._speed = min(max(speed, MIN_SPEED), MAX_SPEED)
        self._force = min(max(force, MIN_FORCE), MAX_FORCE)
        self._reference, self._still_since = self._width(), None
        self._handle = SimHandle(self._cancel)
        return self._handle

    def give_up(self, why: str) -> None:
        """For the cell: the physics is gone, and so is what was under way."""
        if self._handle is not None:
            self._handle.end(Progress.FAULT, why)

    def before_step(self) -> None:
        """Move the reference on by a step."""
        step = self._speed * self._timestep * self._pace.rate
        self._reference += min(max(self._target - self._reference, -step), step)
        self._write()

    def after_steps(self) -> None:
        """Done at the width asked for, or where the fingers stand still before it."""
        if not self.busy or self._handle is None:
            return
        width = self._width()
        self._watch_standstill(width)
        if self._reference == self._target and abs(width - self._target) < ARRIVED:
            self._handle.end(Progress.DONE)
            self._force = MAX_FORCE  # the drive does not give way while nothing is held
            self._write()
        elif self._still_since is not None and self._clock.now() - self._still_since >= STALLED_FOR:
            self._handle.end(Progress.DONE)
            self._reference, self._stopped_at = self._target, width
            self._write()

    def _watch_standstill(self, width: float) -> None:
        rate = abs(self._rate())
        slowed = self._pace.rate < 1.0 and self._reference != self._target  # then standing still means nothing
        if slowed or rate > linkage.angular_rate(STANDSTILL, linkage.angle(width)):
            self._still_since = None
        elif self._still_since is None:
            self._still_since = self._clock.now()

    def _width(self) -> float:
        return linkage.width(self._angle())

    def _closing(self, width: float) -> bool:
        fast = self._rate() > linkage.angular_rate(CLOSING, linkage.angle(width))
        return fast and self._stopped_at - width > GONE

    def _cancel(self, handle: SimHandle) -> None:
        """Stay at this width; fingers that already press on something go on pressing."""
        if self._still_since is None:
            self._target = self._reference = self._width()
        self._stopped_at = self._width()
        handle.end(Progress.CANCELLED)
        self._write()

    def _write(self) -> None:
        """Set point and force limit of the motor.

        At the speed asked for, or where its force ends by itself if that is faster, nothing is left to press with.
        """
        angle = linkage.angle(self._width())
        limit = linkage.torque(self._force, angle)
        top = linkage.angular_rate(self._speed, angle) - limit / DRAG if self.busy else 0.0
        drag = DRAG * min(max(self._rate(), -top), top) if top > 0.0 else 0.0
        self._drive(linkage.angle(self._reference), drag - limit, drag + limit)
