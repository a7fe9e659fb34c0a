"""hardware.cell.Arm on a real (or emulated) UR5e."""

from __future__ import annotations

import threading
from collections.abc import Callable

import numpy as np

from pg4da.hardware.cell import ArmState, Clock, Gripper, Progress
from pg4da.hardware.config import Payload
from pg4da.hardware.errors import DeviceError
from pg4da.hardware.frames import Array
from pg4da.hardware.pacer import Pacer
from pg4da.hardware.path_clock import PathClock
from pg4da.hardware.setpoints import check
from pg4da.hardware.supervision import Trouble
from pg4da.hardware.trajectory import Trajectory
from pg4da.hardware.ur5e.channel import Message
from pg4da.hardware.ur5e.config import Ur5eConfig
from pg4da.hardware.ur5e.handle import ArmHandle
from pg4da.hardware.ur5e.kinematics import UR5eKinematics
from pg4da.hardware.ur5e.parameters import MAX_ACCELERATION, MAX_VELOCITY
from pg4da.hardware.ur5e.rows import Course, course
from pg4da.hardware.ur5e.session import Session
from pg4da.hardware.wall_clock import monotonic

START = 0.05  # rad between a trajectory's first configuration and the present one
STILL = 0.1  # rad/s above which an arm must come to rest before it takes a new motion
TOOL_OFF = 0.015  # m between where the controller and the model see the tool: another robot, or another tool


class Ur5e:
    """Its client of the controller lives in a child process. Every call but `start`, `recover` and `close` returns at
    once. Motions follow the pace of the cell that it joined; alone they start at once at full pace.
    """

    def __init__(self, name: str, config: Ur5eConfig, gripper: Gripper, clock: Clock) -> None:
        self.name, self.config, self.gripper = name, config, gripper
        self.base: Array | None = config.base.matrix
        self.home = config.home_configuration
        self.kinematics = kinematics_of(config)
        self.session = Session(name, config, clock, self._ended, self._troubled)
        self._epoch = monotonic() - clock.now()  # what `monotonic` said when the cell started
        self._pacer, self._alone = Pacer(delay=config.start_delay), True
        self._tell: Callable[[Trouble], None] = lambda trouble: None
        self._handle: ArmHandle | None = None
        self._course: Course | None = None
        self._payload = config.payload
        self._number = 0
        self._lock = threading.RLock()
        self._pacer.add(self)

    def start(self) -> None:
        """Check the controller and take it over; nothing moves. Raises DeviceError."""
        self.session.start(self._weighed())
        self._begin()

    def recover(self, unlock: bool) -> None:
        """`hardware.supervision.Supervised.recover`."""
        if self.session.revive(self._weighed, unlock):
            self._begin()

    def close(self) -> None:
        """Brake, end the program on the controller, disconnect; takes seconds at most. Idempotent."""
        self.session.drop()

    def _begin(self) -> None:
        self._check_tool()
        self.session.send(_clock_message(self._pacer.clock))

    def _check_tool(self) -> None:
        expected = np.linalg.inv(self.kinematics.T_world_base) @ self.kinematics.forward(self.state.q)
        off = float(np.linalg.norm(expected[:3, 3] - self.session.tool[:3]))
        if off > TOOL_OFF:
            self.close()
            problem = f"the controller has the tool {1000 * off:.0f} mm from where the model of a UR5e has it"
            remedy = "check that this is a UR5e and that `tcp` is the tool's pose"
            raise DeviceError(self.session.device, problem, remedy)

    # what is known of it

    @property
    def state(self) -> ArmState:
        """The last that was measured; its stamp grows old when the connection is lost."""
        rows, stamp = self.session.measured
        return ArmState(rows[0], rows[1], stamp - self._epoch)

    @property
    def planned(self) -> Array:
        """Where the arm was to be when that was measured, shape (6,)."""
        return np.array(self.session.measured[0][2])

    @property
    def tool_force(self) -> float:
        """`hardware.cell.Feeling`: on the tool, less the payload's [N]."""
        return self.session.force

    @property
    def trouble(self) -> Trouble | None:
        """Why it stands and takes no motion."""
        return self.session.trouble

    @property
    def pid(self) -> int | None:
        """Of the child process."""
        return self.session.pid

    def on_trouble(self, tell: Callable[[Trouble], None]) -> None:
        """`tell` is called, in another thread, as soon as there is a trouble."""
        self._tell = tell

    # motions

    def follow(self, trajectory: Trajectory) -> ArmHandle:
        """`hardware.cell.Arm.follow`; ends in FAULT at once while there is a `trouble`."""
        self._check(trajectory)
        with self._lock:
            self._end(Progress.CANCELLED)
            self._number += 1
            handle = ArmHandle(self._number, lambda handle: self.stop() if handle is self._handle else None)
            if not self.session.stands:
                trouble = self.trouble
                handle.end(Progress.FAULT, trouble.message if trouble else "not connected")
                return handle
            self._handle, self._course = handle, course(trajectory, 1.0 / self.config.rate)
        self._weigh()
        self._pacer.stage(lambda moment: self._launch(handle, moment))
        if self._alone:
            self._pacer.launch()
        return handle

    def _check(self, trajectory: Trajectory) -> None:
        k, state = self.kinematics, self.state
        check(trajectory, k.lower, k.upper, k.max_velocity, k.max_acceleration)
        gap = float(np.max(np.abs(trajectory.positions[0] - state.q)))
        if gap > START:
            raise ValueError(f"the trajectory starts {gap:.3f} rad away from where the {self.name} arm is")
        if np.abs(state.dq).max() > STILL:
            raise ValueError(f"the {self.name} arm still moves at {np.abs(state.dq).max():.2f} rad/s")

    def _launch(self, handle: ArmHandle, moment: float) -> None:
        with self._lock:
            going = self._course
            if handle is not self._handle or going is None or handle.progress is not Progress.RUNNING:
                return
            self._course = going.starting(moment, self._pacer.clock)
            data = {"number": handle.number, "moment": moment, "period": going.period}
            self.session.send(Message("start", data, going.positions))

    def stop(self) -> None:
        """Decelerate to rest; the gripper keeps its grip."""
        with self._lock:
            if self._course is not None and self._course.moment is None:
                self._end(Progress.CANCELLED)
            self.session.send(Message("stop"))

    def _end(self, progress: Progress, message: str = "") -> None:
        with self._lock:
            if self._handle is not None:
                self._handle.end(progress, message)
            self._handle = self._course = None

    def _ended(self, number: int, ending: str, message: str) -> None:
        with self._lock:
            if self._handle is not None and self._handle.number == number:
                self._end(Progress(ending), message)

    def _troubled(self, trouble: Trouble) -> None:
        """The cell knows before the motion ends, so that nobody takes it for a failed motion alone."""
        self._tell(trouble)
        self._end(Progress.FAULT, trouble.message)

    def _weigh(self) -> None:
        """Tell the controller what hangs on the flange before it moves."""
        before, payload = self._payload, self._weighed()
        if payload != before:
            self.session.send(Message("payload", {"mass": payload.mass, "centre": list(payload.centre)}))

    def _weighed(self) -> Payload:
        """What the controller knows from now on."""
        loaded = self.gripper.state.object_detected
        self._payload = self.config.payload_with_object if loaded else self.config.payload
        return self._payload

    # hardware.pacer.Paced

    @property
    def max_acceleration(self) -> Array:
        """Shape (6,), rad/s²."""
        return self.kinematics.max_acceleration

    def join(self, pacer: Pacer) -> None:
        """Follow the cell's pace. Raises RuntimeError while a motion is under way."""
        if self._handle is not None:
            raise RuntimeError(f"the {self.name} arm moves")
        self._pacer, self._alone = pacer, False
        pacer.add(self)

    def along(self, reading: float) -> tuple[Array, Array] | None:
        """Velocity and acceleration at full pace, each (6,)."""
        going = self._course
        if going is None or going.moment is None:
            return None
        return going.along(reading - going.begin)

    def follow_clock(self, clock: PathClock) -> None:
        """The pace has changed."""
        with self._lock:
            if self._course is not None:
                self._course = self._course.under(clock)
        self.session.send(_clock_message(clock))

    def ahead(self, step: float) -> Array:
        """Configurations from now to the end of what was commanded, (n, 6)."""
        going = self._course
        if going is None:
            return self.state.q[None]
        if going.moment is None:
            return going.after(0.0, step)
        return going.after(self._pacer.clock.at(monotonic()) - going.begin, step)

    def refuse(self, why: str) -> None:
        """End in FAULT what was commanded and has not been launched."""
        with self._lock:
            if self._course is not None and self._course.moment is None:
                self._end(Progress.FAULT, why)


def kinematics_of(config: Ur5eConfig) -> UR5eKinematics:
    """Of an arm as its section of the cell file describes it."""
    speed, acceleration = config.speed_scale * MAX_VELOCITY, config.acceleration_scale * MAX_ACCELERATION
    return UR5eKinematics(config.base.matrix, config.tcp.matrix, speed, acceleration, *config.limits)


def _clock_message(clock: PathClock) -> Message:
    return Message("clock", {"rate": clock.rate}, np.stack([clock.moments, clock.readings], axis=1))
