"""hardware.cell.Gripper on a real (or emulated) 2F-140."""

from __future__ import annotations

from pg4da.hardware.cell import Clock, GripperState, Progress
from pg4da.hardware.robotiq_2f140 import linkage
from pg4da.hardware.robotiq_2f140.config import Robotiq2F140Config
from pg4da.hardware.robotiq_2f140.handle import GripperHandle
from pg4da.hardware.robotiq_2f140.link import Link
from pg4da.hardware.robotiq_2f140.parameters import MAX_WIDTH, MIN_FORCE, MIN_SPEED
from pg4da.hardware.robotiq_2f140.poller import Poller
from pg4da.hardware.robotiq_2f140.registers import Activation, Command, Contact, Status
from pg4da.hardware.robotiq_2f140.scaling import Ends, force_count, speed_count
from pg4da.hardware.robotiq_2f140.tasks import Activate, Halt, Motion, trouble

# m wider than asked for: what is thinner than this can't be told from nothing, whatever gOBJ says.
HELD_OPEN = 0.0025
TOUCHING = 0.0012  # m, two counts: where the fingers met each other, not an object


class Robotiq2F140:
    """Every call returns at once. It keeps its grip when arms stop, when its link is lost and after `close`."""

    def __init__(self, link: Link, config: Robotiq2F140Config, clock: Clock) -> None:
        self.config = config
        self.ends = Ends(config.position_open, config.position_closed)
        self._poller = Poller(link, clock, config.period, config.timeout)
        self._handle: GripperHandle | None = None
        self.address = link.address

    def start(self) -> None:
        """Connect; nothing moves. Raises robotiq_2f140.link.LinkError."""
        self._poller.start()

    @property
    def max_width(self) -> float:
        return MAX_WIDTH

    @property
    def state(self) -> GripperState:
        """The last that was heard; its stamp grows old while the link is lost."""
        reading = self._poller.reading
        status = reading.status
        moving = self._busy or (status.gGTO and status.gOBJ is Contact.MOVING)
        width = self.ends.width(status.gPO)
        return GripperState(width, moving, not moving and self._holds(status, width), reading.stamp)

    @property
    def status(self) -> Status:
        """The registers as last heard."""
        return self._poller.reading.status

    @property
    def problem(self) -> str:
        """What keeps it from moving now, with the remedy: lost, faulty, not active. Empty when nothing does."""
        if self._activating:
            return self._poller.silence
        return self._poller.silence or trouble(self.status)

    def tip_retreat(self, width: float) -> float:
        """How far [m] the fingertips lie behind the tool frame's origin at this width."""
        return linkage.tip_retreat(width)

    def move(self, width: float, speed: float = 0.1, force: float = 40.0) -> GripperHandle:
        """Go to a width [m] at speed [m/s], hold with force [N]; all are clamped to the limits of the cell file.

        Ends in FAULT at once while there is a `problem`.
        """
        if self._activating or (problem := self.problem):
            return self._refused("its activation is under way" if self._activating else problem)
        c = self.config
        speed, force = min(max(speed, MIN_SPEED), c.max_speed), min(max(force, MIN_FORCE), c.max_force)
        width = min(max(width, 0.0), MAX_WIDTH)
        command = Command(
            rACT=True, rGTO=True, rPR=self.ends.position(width), rSP=speed_count(speed), rFR=force_count(force)
        )
        takes = abs(width - self.state.width) / speed
        self._handle = GripperHandle(lambda: self._poller.silence, self._cancel)
        self._poller.work_at(Motion(self._handle, command, takes))
        return self._handle

    def activate(self) -> GripperHandle:
        """Reset and activate, which clears faults too. Its fingers close and open fully: what it holds falls."""
        if silence := self._poller.silence:
            return self._refused(silence)
        self._handle = GripperHandle(lambda: self._poller.silence, self._cancel)
        self._poller.work_at(Activate(self._handle))
        return self._handle

    def close(self) -> None:
        """Stop fingers that are on their way, then disconnect; a grip is kept. Idempotent."""
        if self._handle is not None:
            self._handle.cancel()
        self._poller.close()

    @property
    def _busy(self) -> bool:
        return self._handle is not None and self._handle.progress is Progress.RUNNING

    @property
    def _activating(self) -> bool:
        return self._busy and isinstance(self._poller.task, Activate)

    def _refused(self, why: str) -> GripperHandle:
        handle = GripperHandle(lambda: "", lambda handle: None)
        handle.end(Progress.FAULT, why)
        return handle

    def _cancel(self, handle: GripperHandle) -> None:
        """An activation can't be broken off half way without leaving the gripper useless: it runs to its end."""
        task = self._poller.task
        if isinstance(task, Motion) and task.handle is handle:
            self._poller.work_at(Halt(task))

    def _holds(self, status: Status, width: float) -> bool:
        if not (status.gGTO and status.gSTA is Activation.DONE):
            return False
        wider = width - self.ends.width(status.gPR)
        return wider > {Contact.WHILE_CLOSING: TOUCHING, Contact.AT_REQUEST: HELD_OPEN}.get(status.gOBJ, MAX_WIDTH)
