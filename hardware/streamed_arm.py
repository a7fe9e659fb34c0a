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
from pg4da.hardware.errors import DeviceError
from pg4da.hardware.frames import Array
from pg4da.hardware.pacer import Pacer
from pg4da.hardware.path_clock import PathClock
from pg4da.hardware.setpoints import check
from pg4da.hardware.supervision import Trouble
from pg4da.hardware.trajectory import Trajectory
from pg4da.hardware.ur5e.handle import ArmHandle
from pg4da.hardware.ur5e.rows import Course, course
from pg4da.hardware.ur5e.servo import Motion, Servo
from pg4da.hardware.wall_clock import monotonic, sleep_until

START = 0.05  # rad between a trajectory's first configuration and the present one


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


class StreamedArm:
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
        self.name, self.kinematics, self.home, self.gripper = name, kinematics, home, gripper
        self.base: Array | None = base
        self.trouble: Trouble | None = None
        self._clock, self._connect, self._how = clock, connect, streaming or Streaming()
        self._tell: Callable[[Trouble], None] = lambda trouble: None
        self._lock = threading.RLock()
        self._over = threading.Event()
        self._thread: threading.Thread | None = None
        self._measured = (np.zeros(len(home)), np.zeros(len(home)), -np.inf)
        self._handle: ArmHandle | None = None
        self._course: Course | None = None
        self._number = 0
        self._pacer, self._alone = Pacer(), True
        self._pacer.add(self)

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

    def follow(self, trajectory: Trajectory) -> ArmHandle:
        """`hardware.cell.Arm.follow`; ends in FAULT at once while there is a `trouble`."""
        k = self.kinematics
        check(trajectory, k.lower, k.upper, k.max_velocity, k.max_acceleration)
        gap = float(np.max(np.abs(trajectory.positions[0] - self.state.q)))
        if gap > START:
            raise ValueError(f"the trajectory starts {gap:.3f} rad away from where the {self.name} arm is")
        with self._lock:
            self._end(Progress.CANCELLED)
            self._number += 1
            handle = ArmHandle(self._number, lambda handle: self.stop() if handle is self._handle else None)
            if self.trouble is not None:
                handle.end(Progress.FAULT, self.trouble.message)
                return handle
            self._handle, self._course = handle, course(trajectory, self._how.period)
        self._pacer.stage(lambda moment: self._launch(handle, moment))
        if self._alone:
            self._pacer.launch()
        return handle

    def stop(self) -> None:
        """Decelerate to rest; the gripper keeps its grip."""
        with self._lock:
            if self._course is not None and self._course.moment is None:
                self._end(Progress.CANCELLED)
            if self._thread is not None:
                self._servo.stop()

    # hardware.pacer.Paced

    @property
    def max_acceleration(self) -> Array:
        """Shape (dof,), rad/s²."""
        return self.kinematics.max_acceleration

    def join(self, pacer: Pacer) -> None:
        """Follow the cell's pace. Raises RuntimeError while a motion is under way."""
        if self._handle is not None:
            raise RuntimeError(f"the {self.name} arm moves")
        self._pacer, self._alone = pacer, False
        pacer.add(self)
        self.follow_clock(pacer.clock)

    def along(self, reading: float) -> tuple[Array, Array] | None:
        """Velocity and acceleration at full pace, each (dof,)."""
        going = self._course
        return None if going is None or going.moment is None else going.along(reading - going.begin)

    def follow_clock(self, clock: PathClock) -> None:
        """The pace has changed."""
        with self._lock:
            if self._course is not None:
                self._course = self._course.under(clock)
            if self._thread is not None:
                self._servo.follow_clock(clock)

    def ahead(self, step: float) -> Array:
        """Configurations from now to the end of what was commanded, (n, dof)."""
        going = self._course
        if going is None:
            return self.state.q[None]
        passed = 0.0 if going.moment is None else self._pacer.clock.at(monotonic()) - going.begin
        return going.after(passed, step)

    def refuse(self, why: str) -> None:
        """End in FAULT what was commanded and has not been launched."""
        with self._lock:
            if self._course is not None and self._course.moment is None:
                self._end(Progress.FAULT, why)

    # the thread

    def _launch(self, handle: ArmHandle, moment: float) -> None:
        with self._lock:
            going = self._course
            if handle is not self._handle or going is None or handle.progress is not Progress.RUNNING:
                return
            self._course = going.starting(moment, self._pacer.clock)
            self._servo.start(Motion(handle.number, moment, going.positions, going.period), monotonic())

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
            if self._handle is not None and self._handle.number == report.number:
                self._end(Progress(report.ending.value), report.message)

    def _lost(self, why: str) -> None:
        trouble = Trouble("safety_stop", f"{self.name} arm", f"connection lost: {why}", self._clock.now())
        self.trouble = trouble
        self._tell(trouble)
        self._end(Progress.FAULT, trouble.message)

    def _end(self, progress: Progress, message: str = "") -> None:
        with self._lock:
            if self._handle is not None:
                self._handle.end(progress, message)
            self._handle = self._course = None
