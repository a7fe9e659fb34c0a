"""hardware.cell.Arm on a real (or emulated) UR5e."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from pg4da.hardware.arm_handle import ArmHandle
from pg4da.hardware.cell import ArmState, Clock, Gripper, Progress
from pg4da.hardware.config import Payload
from pg4da.hardware.course import Course
from pg4da.hardware.errors import DeviceError
from pg4da.hardware.frames import Array
from pg4da.hardware.paced_arm import PacedArm
from pg4da.hardware.pacer import Pacer
from pg4da.hardware.path_clock import PathClock
from pg4da.hardware.supervision import Trouble
from pg4da.hardware.trajectory import Trajectory
from pg4da.hardware.ur5e.channel import Message
from pg4da.hardware.ur5e.config import Ur5eConfig
from pg4da.hardware.ur5e.kinematics import UR5eKinematics
from pg4da.hardware.ur5e.parameters import MAX_ACCELERATION, MAX_VELOCITY
from pg4da.hardware.ur5e.session import Session
from pg4da.hardware.wall_clock import monotonic

STILL = 0.1  # rad/s above which an arm must come to rest before it takes a new motion
TOOL_OFF = 0.015  # m between where the controller and the model see the tool: another robot, or another tool


class Ur5e(PacedArm):
    """Its client of the controller lives in a child process. Every call but `start`, `recover` and `close` returns at
    once. Motions follow the pace of the cell that it joined; alone they start at once at full pace.
    """

    kinematics: UR5eKinematics

    def __init__(self, name: str, config: Ur5eConfig, gripper: Gripper, clock: Clock) -> None:
        self.config, self.gripper = config, gripper
        self.base: Array | None = config.base.matrix
        self.home = config.home_configuration
        self.session = Session(name, config, clock, self._ended, self._troubled)
        self._epoch = monotonic() - clock.now()  # what `monotonic` said when the cell started
        self._tell: Callable[[Trouble], None] = lambda trouble: None
        self._payload = config.payload
        super().__init__(name, kinematics_of(config), 1.0 / config.rate, Pacer(delay=config.start_delay))

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

    # hardware.paced_arm.PacedArm

    def _unable(self) -> str:
        if self.session.stands:
            return ""
        return self.trouble.message if self.trouble is not None else "not connected"

    def _check(self, trajectory: Trajectory) -> None:
        super()._check(trajectory)
        fastest = float(np.abs(self.state.dq).max())
        if fastest > STILL:
            raise ValueError(f"the {self.name} arm still moves at {fastest:.2f} rad/s")

    def follow(self, trajectory: Trajectory) -> ArmHandle:
        """As of every arm; the controller is told before what hangs on the flange."""
        if self.session.stands:
            self._weigh()
        return super().follow(trajectory)

    def _weigh(self) -> None:
        before, payload = self._payload, self._weighed()
        if payload != before:
            self.session.send(Message("payload", {"mass": payload.mass, "centre": list(payload.centre)}))

    def _send_start(self, number: int, moment: float, going: Course) -> None:
        data = {"number": number, "moment": moment, "period": going.period}
        self.session.send(Message("start", data, going.positions))

    def _send_stop(self) -> None:
        self.session.send(Message("stop"))

    def _send_clock(self, clock: PathClock) -> None:
        self.session.send(_clock_message(clock))

    def _troubled(self, trouble: Trouble) -> None:
        """The cell knows before the motion ends, so that nobody takes it for a failed motion alone."""
        self._tell(trouble)
        self._end(Progress.FAULT, trouble.message)

    def _weighed(self) -> Payload:
        """What the controller knows from now on."""
        loaded = self.gripper.state.object_detected
        self._payload = self.config.payload_with_object if loaded else self.config.payload
        return self._payload


def kinematics_of(config: Ur5eConfig) -> UR5eKinematics:
    """Of an arm as its section of the cell file describes it."""
    speed, acceleration = config.speed_scale * MAX_VELOCITY, config.acceleration_scale * MAX_ACCELERATION
    return UR5eKinematics(config.base.matrix, config.tcp.matrix, speed, acceleration, *config.limits)


def _clock_message(clock: PathClock) -> Message:
    return Message("clock", {"rate": clock.rate}, np.stack([clock.moments, clock.readings], axis=1))
