"""What every arm does that is fed with set points: one motion at a time, at the pace of the cell."""

from __future__ import annotations

import threading
from abc import ABC, abstractmethod

import numpy as np

from pg4da.hardware.arm_handle import ArmHandle
from pg4da.hardware.cell import ArmState, Kinematics, Progress
from pg4da.hardware.course import Course, course
from pg4da.hardware.frames import Array
from pg4da.hardware.pacer import Pacer
from pg4da.hardware.path_clock import PathClock
from pg4da.hardware.setpoints import check
from pg4da.hardware.trajectory import Trajectory
from pg4da.hardware.wall_clock import monotonic

START = 0.05  # rad between a trajectory's first configuration and the present one


class PacedArm(ABC):
    """`hardware.pacer.Paced` and the motions of `hardware.cell.Arm`; how they reach the controller is a driver's.

    A driver calls this constructor last: its own `_send_clock` is called at once. Alone, not in a cell, a motion starts
    as soon as it is commanded, at full pace.
    """

    def __init__(self, name: str, kinematics: Kinematics, period: float, pacer: Pacer) -> None:
        self.name, self.kinematics = name, kinematics
        self._period = period
        self._pacer, self._alone = pacer, True
        self._lock = threading.RLock()
        self._handle: ArmHandle | None = None
        self._course: Course | None = None
        self._number = 0
        pacer.add(self)

    # what a driver brings

    @property
    @abstractmethod
    def state(self) -> ArmState:
        """The last that was measured; its stamp grows old when the connection is lost."""

    @abstractmethod
    def _unable(self) -> str:
        """Why no motion can be made now; empty where it can."""

    @abstractmethod
    def _send_start(self, number: int, moment: float, going: Course) -> None:
        """Start a motion at a moment [s] of `monotonic`."""

    @abstractmethod
    def _send_stop(self) -> None:
        """Decelerate to rest, and end the motion that is under way."""

    @abstractmethod
    def _send_clock(self, clock: PathClock) -> None:
        """The pace has changed."""

    def _check(self, trajectory: Trajectory) -> None:
        """Raises ValueError for what this arm must not be sent now."""
        k = self.kinematics
        check(trajectory, k.lower, k.upper, k.max_velocity, k.max_acceleration)
        gap = float(np.max(np.abs(trajectory.positions[0] - self.state.q)))
        if gap > START:
            raise ValueError(f"the trajectory starts {gap:.3f} rad away from where the {self.name} arm is")

    # hardware.cell.Arm

    def follow(self, trajectory: Trajectory) -> ArmHandle:
        """`hardware.cell.Arm.follow`; ends in FAULT at once where the arm is unable. Raises ValueError."""
        self._check(trajectory)
        with self._lock:
            self._end(Progress.CANCELLED)
            self._number += 1
            handle = ArmHandle(self._number, lambda handle: self.stop() if handle is self._handle else None)
            why = self._unable()
            if why:
                handle.end(Progress.FAULT, why)
                return handle
            self._handle, self._course = handle, course(trajectory, self._period)
        self._pacer.stage(lambda moment: self._launch(handle, moment))
        if self._alone:
            self._pacer.launch()
        return handle

    def stop(self) -> None:
        """Decelerate to rest; the gripper keeps its grip."""
        with self._lock:
            if self._course is not None and self._course.moment is None:
                self._end(Progress.CANCELLED)
            self._send_stop()

    def _launch(self, handle: ArmHandle, moment: float) -> None:
        with self._lock:
            going = self._course
            if handle is not self._handle or going is None or handle.progress is not Progress.RUNNING:
                return
            self._course = going.starting(moment, self._pacer.clock)
            self._send_start(handle.number, moment, going)

    def _ended(self, number: int, ending: str, message: str) -> None:
        """The controller says that a motion is over."""
        with self._lock:
            if self._handle is not None and self._handle.number == number:
                self._end(Progress(ending), message)

    def _end(self, progress: Progress, message: str = "") -> None:
        with self._lock:
            if self._handle is not None:
                self._handle.end(progress, message)
            self._handle = self._course = None

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

    def along(self, reading: float) -> tuple[Array, Array] | None:
        """Velocity and acceleration at full pace, each (dof,)."""
        going = self._course
        return None if going is None or going.moment is None else going.along(reading - going.begin)

    def follow_clock(self, clock: PathClock) -> None:
        """The pace has changed."""
        with self._lock:
            if self._course is not None:
                self._course = self._course.under(clock)
            self._send_clock(clock)

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
