"""What the electronics of a 2F-140 do: registers in, registers out, fingers of a world in between.

Written from the maker's manual, not from our driver. Times are the world's.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, replace

from pg4da.hardware.emulator.world import WorldGripper
from pg4da.hardware.robotiq_2f140.registers import Activation, Command, Contact, Status
from pg4da.hardware.robotiq_2f140.scaling import Ends, force_of, speed_of

STARTING = 0.05  # s in which the world may not have begun yet what it was told
BLOCKED = 0.0025  # m short of the request
SILENCE = 1.0  # s after which fault 9 shows
RELEASE_SPEED = 0.03  # m/s
TRAVEL_SPEED, TRAVEL_FORCE = 0.15, 20.0  # m/s, N while activating
MOVING_CURRENT = 10  # counts of gCU; at rest it needs none
NOT_ACTIVE, DELAYED, NO_COMMUNICATION, RELEASING, RELEASED = 0x7, 0x5, 0x9, 0xB, 0xF
LETS_MOVE = (0, DELAYED, NO_COMMUNICATION)


@dataclass(frozen=True)
class Goal:
    """Where the fingers were sent. closing: they started wider; since: s."""

    width: float
    closing: bool
    since: float


class Controller:
    """Thread-safe. `tick` is to be called every few hundredths of a second."""

    def __init__(self, gripper: WorldGripper, now: Callable[[], float], ends: Ends | None = None) -> None:
        self._gripper, self._now = gripper, now
        self.ends = ends or Ends()
        self._lock = threading.RLock()
        self._command = Command()
        self._activation = Activation.RESET
        self._homing = ""  # what an activation is at
        self._fault = 0
        self._cause = 0  # a fault that comes back as long as its cause is there
        self._goal = Goal(gripper.width, False, now() - STARTING)
        self._heard = now()

    @property
    def command(self) -> Command:
        """The last that was written."""
        return self._command

    def heard(self) -> None:
        """Any valid exchange: fault 9 ends."""
        with self._lock:
            self._heard = self._now()
            if self._fault == NO_COMMUNICATION and self._cause != NO_COMMUNICATION:
                self._fault = 0

    def write(self, command: Command) -> None:
        """Act on a command."""
        with self._lock:
            before, self._command = self._command, command
            if not command.rACT:
                self._reset()
            elif not before.rACT:
                self._begin_activation()
            elif command.rATR and self._fault not in (RELEASING, RELEASED):
                self._release(command.rARD)
            elif self._activation is Activation.DONE:
                self._drive(before)
            elif command.rGTO and not self._fault:
                self._fault = DELAYED

    def status(self) -> Status:
        """What the registers tell now."""
        with self._lock:
            c, moving = self._command, self._moving
            position = self.ends.closed - self._gripper.width / self._gripper.max_width * self._stroke
            held = self._gripper.object_detected
            return Status(
                gACT=c.rACT,
                gGTO=c.rGTO,
                gSTA=self._activation,
                gOBJ=self._contact(moving, held) if c.rGTO else Contact.MOVING,
                gFLT=self._fault,
                gPR=c.rPR,
                gPO=min(max(round(position), 0), 255),
                gCU=MOVING_CURRENT if moving else 0,
            )

    def tick(self) -> None:
        """Go on with an activation or a release; notice silence."""
        with self._lock:
            if self._now() - self._heard > SILENCE and not self._fault:
                self._fault = NO_COMMUNICATION
            if self._homing and not self._moving:
                self._go_on_homing()
            elif self._fault == RELEASING != self._cause and not self._moving:
                self._fault = RELEASED

    def fail(self, code: int) -> None:
        """A fault of this code, with its cause: the fingers stop, a grip is kept."""
        with self._lock:
            self._cause = self._fault = code
            self._homing = ""
            if code == NOT_ACTIVE:
                self._activation, self._command = Activation.RESET, Command()
            if code != NO_COMMUNICATION:
                self._rest()

    def mend(self) -> None:
        """The cause is gone. What is grave stays until the next activation."""
        with self._lock:
            cause, self._cause = self._cause, 0
            if self._fault == cause and cause in (DELAYED, NOT_ACTIVE, 0x8, NO_COMMUNICATION):
                self._fault = 0

    def let_go(self) -> None:
        """What is held slips out: the fingers open a little, then go on to where they were sent."""
        with self._lock:
            self._move(min(self._gripper.width + 0.03, self._gripper.max_width), TRAVEL_SPEED, TRAVEL_FORCE)
            self._homing = "again"

    @property
    def _stroke(self) -> int:
        return self.ends.closed - self.ends.opened

    @property
    def _moving(self) -> bool:
        return self._gripper.moving or self._now() - self._goal.since < STARTING

    def _contact(self, moving: bool, held: bool) -> Contact:
        if moving:
            return Contact.MOVING
        if held and self._goal.closing:
            return Contact.WHILE_CLOSING
        short = self._goal.width - self._gripper.width > BLOCKED
        return Contact.WHILE_OPENING if short and not self._goal.closing else Contact.AT_REQUEST

    def _reset(self) -> None:
        self._activation, self._homing = Activation.RESET, ""
        self._fault = self._cause
        self._rest()
        if self._command.rGTO and not self._fault:
            self._fault = NOT_ACTIVE

    def _begin_activation(self) -> None:
        self._fault = self._cause
        if self._fault in LETS_MOVE:
            self._activation, self._homing = Activation.UNDER_WAY, "close"
            self._move(0.0, TRAVEL_SPEED, TRAVEL_FORCE)

    def _go_on_homing(self) -> None:
        if self._homing == "close":
            self._homing = "open"
            self._move(self._gripper.max_width, TRAVEL_SPEED, TRAVEL_FORCE)
        elif self._homing == "open":
            self._homing, self._activation = "", Activation.DONE
            if self._fault == DELAYED:
                self._fault = 0
            self._drive(replace(self._command, rGTO=False))
        else:
            self._homing = ""
            self._drive(replace(self._command, rGTO=False))

    def _drive(self, before: Command) -> None:
        c = self._command
        if self._fault not in LETS_MOVE or self._cause == DELAYED:
            return
        if c.rGTO and c != before:
            self._homing = ""
            self._move(self.ends.width(c.rPR), speed_of(c.rSP), force_of(c.rFR))
        elif before.rGTO and not c.rGTO:
            self._rest()

    def _release(self, opening: bool) -> None:
        self._fault, self._homing = RELEASING, ""
        self._move(self._gripper.max_width if opening else 0.0, RELEASE_SPEED, TRAVEL_FORCE)

    def _move(self, width: float, speed: float, force: float) -> None:
        self._goal = Goal(width, width < self._gripper.width, self._now())
        self._gripper.move(width, speed, force)

    def _rest(self) -> None:
        if not self._gripper.object_detected:
            self._gripper.halt()
