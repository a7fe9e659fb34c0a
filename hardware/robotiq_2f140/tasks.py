"""What the polling thread works at: a motion, a stop, an activation. Each looks at one status after the other."""

from __future__ import annotations

from typing import Protocol

from pg4da.hardware.cell import Progress
from pg4da.hardware.robotiq_2f140.faults import fault
from pg4da.hardware.robotiq_2f140.handle import GripperHandle
from pg4da.hardware.robotiq_2f140.registers import Activation, Command, Contact, Status

GRACE = 2.0  # s beyond what a motion takes at its speed
RESET_TIME = 2.0  # s until rACT = 0 is answered
CLEARED_BY = 1.0  # s after the rising edge
ACTIVATION_TIME = 10.0  # s; its fingers close and open once


class Task(Protocol):
    """One command under way."""

    handle: GripperHandle

    def next(self, status: Status, now: float) -> Command | None:
        """What to write after this status, None to go on looking; ends `handle` when there is nothing more to do."""
        ...


class Motion:
    """Fingers on their way. Contact counts once the gripper repeats this very request.

    Not at the first look: where the request before was for the same position, the gripper may still tell of that one.
    """

    def __init__(self, handle: GripperHandle, command: Command, takes: float) -> None:
        self.handle, self.command = handle, command
        self._takes = takes
        self._deadline: float | None = None
        self._looks = 0

    def next(self, status: Status, now: float) -> Command | None:
        """The request first, then done when the fingers met something or arrived."""
        if self._deadline is None:
            self._deadline = now + self._takes + GRACE
            return self.command
        self._looks += 1
        if problem := trouble(status):
            self.handle.end(Progress.FAULT, problem)
        elif self._looks >= 2 and rests(status, self.command):
            self.handle.end(Progress.DONE)
        elif now > self._deadline:
            self.handle.end(Progress.FAULT, f"the gripper did not finish in {self._takes + GRACE:.1f} s")
        return None


class Halt:
    """Fingers that stop where they are; those that press on something go on pressing."""

    def __init__(self, motion: Motion) -> None:
        self.handle, self._motion = motion.handle, motion
        self._deadline: float | None = None
        self._position = -1

    def next(self, status: Status, now: float) -> Command | None:
        """Cancelled when they rest."""
        c = self._motion.command
        if self._deadline is None:
            self._deadline = now + GRACE
            if rests(status, c):
                self.handle.end(Progress.CANCELLED)
                return None
            return Command(rACT=True, rGTO=False, rPR=c.rPR, rSP=c.rSP, rFR=c.rFR)
        if problem := trouble(status):
            self.handle.end(Progress.FAULT, problem)
        elif not status.gGTO and status.gPO == self._position:
            self.handle.end(Progress.CANCELLED)
        elif now > self._deadline:
            self.handle.end(Progress.FAULT, "the gripper did not stop")
        self._position = status.gPO
        return None


class Activate:
    """rACT off, then on: a rising edge, which also clears faults. The fingers close and open fully."""

    def __init__(self, handle: GripperHandle) -> None:
        self.handle = handle
        self._phase = "start"
        self._deadline = self._edge = 0.0

    def next(self, status: Status, now: float) -> Command | None:
        """Reset, wait, activate, wait."""
        if self._phase == "start":
            self._phase, self._deadline = "reset", now + RESET_TIME
            return Command()
        if self._phase == "reset" and not status.gACT and status.gSTA is Activation.RESET:
            self._phase, self._edge, self._deadline = "activate", now, now + ACTIVATION_TIME
            return Command(rACT=True)
        if self._phase == "activate" and status.active:
            problem = trouble(status)
            self.handle.end(Progress.FAULT if problem else Progress.DONE, problem)
        elif now > self._deadline or (self._phase == "activate" and self._hopeless(status, now)):
            self.handle.end(Progress.FAULT, trouble(status) or "the gripper did not answer its activation")
        return None

    def _hopeless(self, status: Status, now: float) -> bool:
        """A fault that the rising edge should have cleared is still there."""
        known = fault(status.gFLT)
        return known is not None and known.needs_reset and now - self._edge > CLEARED_BY


def rests(status: Status, command: Command) -> bool:
    """Whether the fingers met something or arrived, on this very request."""
    return status.gGTO and status.gPR == command.rPR and status.gOBJ is not Contact.MOVING


def trouble(status: Status) -> str:
    """What keeps the gripper from moving, with the remedy; empty when nothing does."""
    known = fault(status.gFLT)
    if known is not None:
        return known.message
    return "" if status.active else NOT_ACTIVE


_not_active = fault(0x7)
assert _not_active is not None
NOT_ACTIVE = f"the gripper is {_not_active.name}: {_not_active.remedy}"
