"""An arm whose controller takes a set point a cycle over some line: what a driver of another arm is built on.

The driver brings the line (`Joints`) and the geometry; trajectories, stops, the pace of the cell, and what happens when
the line is lost are done here, in a thread.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from pg4da.hardware.cell import ArmState, Clock, Gripper, Kinematics, Progress
from pg4da.hardware.course import Course
from pg4da.hardware.errors import DeviceError
from pg4da.hardware.frames import Array
from pg4da.hardware.paced_arm import PacedArm
from pg4da.hardware.pacer import Pacer
from pg4da.hardware.path_clock import PathClock
from pg4da.hardware.servo import Motion, Servo
from pg4da.hardware.supervision import Trouble
from pg4da.hardware.wall_clock import monotonic, sleep_until


class Joints(Protocol):
    """The line to a controller. Every call takes well under a cycle, and raises OSError when the line is lost."""

    def exchange(self, q: Array | None) -> tuple[Array, Array]:
        """Send a set point (dof,) [rad], None to leave the arm alone; the measured joints and speeds, each (dof,)."""
        ...

    def close(self) -> None: ...


@dataclass(frozen=True)
class Streaming:
    """period [s] of the controller's cycles; lead [s]: by how much it lags behind its set points; deceleration [rad/s²]
    of a stop."""

    period: float = 0.008
    lead: float = 0.0
    deceleration: float = 5.0


class StreamedArm(PacedArm):
    """`hardware.cell.Arm`, `hardware.pacer.Paced`, `hardware.supervision.Supervised`. Call `start` before use.

    connect: opens the line. Raises DeviceError or OSError.
    """

    def __init__(
        self,
        name: str,
        kinematics: Kinematics,
        home: Array,
        base: Array,
        gripper: Gripper,
        clock: Clock,
        connect: Callable[[], Joints],
        streaming: Streaming | None = None,
    ) -> None:
        self.home, self.gripper = home, gripper
        self.base: Array | None = base
        self.trouble: Trouble | None = None
        self._clock, self._connect, self._how = clock, connect, streaming or Streaming()
        self._tell: Callable[[Trouble], None] = lambda trouble: None
        self._over = threading.Event()
        self._thread: threading.Thread | None = None
        self._measured = (np.zeros(len(home)), np.zeros(len(home)), -np.inf)
        super().__init__(name, kinematics, self._how.period, Pacer())

    # connecting

    def start(self) -> None:
        """Open the line and keep the arm where it is. Raises DeviceError."""
        try:
            joints = self._connect()
            self._measure(joints.exchange(None))
        except OSError as error:
            raise DeviceError(f"{self.name} arm", f"no answer: {error}", "check its address and its power") from error
        self.trouble = None
        self._over.clear()
        self._servo = Servo(
            self._measured[0], self._pacer.clock, self._how.period, self._how.lead, self._how.deceleration
        )
        self._thread = threading.Thread(target=self._run, args=(joints,), name=f"{self.name} arm", daemon=True)
        self._thread.start()

    def recover(self, unlock: bool) -> None:
        """`hardware.supervision.Supervised.recover`: connect again. Raises DeviceError."""
        if self.trouble is not None:
            self.close()
            self.start()

    def on_trouble(self, tell: Callable[[Trouble], None]) -> None:
        """`tell` is called as soon as there is a trouble."""
        self._tell = tell

    def close(self) -> None:
        """Brake, then let the line go; idempotent."""
        self.stop()
        end = monotonic() + 2.0
        while self.trouble is None and self._thread is not None and self._servo.moving and monotonic() < end:
            sleep_until(monotonic() + self._how.period)
        self._over.set()
        if self._thread is not None:
            self._thread.join(2.0)
            self._thread = None

    # hardware.cell.Arm

    @property
    def state(self) -> ArmState:
        """The last that was measured; its stamp grows old when the line is lost."""
        q, dq, moment = self._measured
        return ArmState(q, dq, moment - monotonic() + self._clock.now())

    @property
    def planned(self) -> Array:
        """Where the arm was to be when that was measured, (dof,)."""
        return np.array(self._servo.plan)

    # hardware.paced_arm.PacedArm

    def _unable(self) -> str:
        return self.trouble.message if self.trouble is not None else ""

    def _send_start(self, number: int, moment: float, going: Course) -> None:
        self._servo.start(Motion(number, moment, going.positions, going.period), monotonic())

    def _send_stop(self) -> None:
        if self._thread is not None:
            self._servo.stop()

    def _send_clock(self, clock: PathClock) -> None:
        if self._thread is not None:
            self._servo.follow_clock(clock)

    # the thread

    def _run(self, joints: Joints) -> None:
        due = monotonic()
        try:
            while not self._over.is_set():
                with self._lock:
                    q, dq, _ = self._measured
                    target = self._servo.step(monotonic(), q, dq) if self._servo.moving else None
                    self._report()
                self._measure(joints.exchange(target))
                due = max(due + self._how.period, monotonic())
                sleep_until(due)
        except OSError as error:
            self._lost(str(error))
        finally:
            joints.close()

    def _measure(self, found: tuple[Array, Array]) -> None:
        self._measured = (*found, monotonic())

    def _report(self) -> None:
        while self._servo.reports:
            report = self._servo.reports.pop(0)
            self._ended(report.number, report.ending.value, report.message)

    def _lost(self, why: str) -> None:
        trouble = Trouble("safety_stop", f"{self.name} arm", f"connection lost: {why}", self._clock.now())
        self.trouble = trouble
        self._tell(trouble)
        self._end(Progress.FAULT, trouble.message)
