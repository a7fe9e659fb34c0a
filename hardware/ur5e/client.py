"""ur_rtde as the child process uses it: nothing else touches the library.

Its constructors hold the interpreter and may hang, its reconnecting may crash: whoever uses this is a process that can
be killed. `ur_rtde` 1.6.5.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np

from pg4da.hardware.frames import Array
from pg4da.hardware.ur5e.safety_state import Cause, cause

READ = [
    "timestamp",
    "actual_q",
    "actual_qd",
    "target_q",
    "actual_TCP_pose",
    "actual_TCP_force",
    "robot_mode",
    "safety_mode",
    "safety_status_bits",
    "runtime_state",
]


@dataclass(frozen=True)
class Settings:
    """What the child must know; as `Ur5eConfig` says it. period [s]; tcp: x y z [m] and rotation vector [rad]."""

    address: str
    rate: float
    lookahead: float
    gain: float
    lead: float
    deceleration: float
    stale_after: float
    silent_after: float
    connect_timeout: float
    watchdog: float
    tcp: tuple[float, ...]
    mass: float
    centre: tuple[float, ...]

    @property
    def period(self) -> float:
        return 1.0 / self.rate


@dataclass(frozen=True)
class Measured:
    """timestamp: the controller's [s]; q, dq: (6,) measured; why: what keeps the arm from moving; force: on the tool
    [N], less the payload's, as the controller estimates it.
    """

    timestamp: float
    q: Array
    dq: Array
    why: Cause | None
    force: float = 0.0


class Client(Protocol):
    """A controller that was taken over."""

    def measured(self) -> Measured: ...

    def tool(self) -> Array:
        """Tool pose in the base as the controller has it: x y z [m] and rotation vector [rad], shape (6,)."""
        ...

    def servo(self, q: Array) -> bool:
        """Send a set point; False when the program on the controller does not run."""
        ...

    def payload(self, mass: float, centre: list[float]) -> bool:
        """[kg], [m] in the flange."""
        ...

    def close(self) -> None:
        """End the program on the controller, then the connections."""
        ...


class RtdeClient:
    """Connect, upload the control program, set tool, payload and the controller's watchdog."""

    def __init__(self, settings: Settings) -> None:
        import rtde_control
        import rtde_receive

        self._settings = settings
        self._receive = rtde_receive.RTDEReceiveInterface(settings.address, settings.rate, READ)
        self._control = rtde_control.RTDEControlInterface(settings.address, settings.rate)
        if not self._control.setTcp(list(settings.tcp)):
            raise RuntimeError("the controller does not take the tool's pose")
        self.payload(settings.mass, list(settings.centre))
        self._control.setWatchdog(settings.watchdog)

    def measured(self) -> Measured:
        r = self._receive
        why = cause(r.getSafetyMode(), r.getSafetyStatusBits(), r.getRobotMode(), r.getRuntimeState())
        force = float(np.linalg.norm(r.getActualTCPForce()[:3]))
        return Measured(r.getTimestamp(), np.array(r.getActualQ()), np.array(r.getActualQd()), why, force)

    def tool(self) -> Array:
        return np.array(self._receive.getActualTCPPose())

    def servo(self, q: Array) -> bool:
        s = self._settings
        return bool(self._control.servoJ(q.tolist(), 0.0, 0.0, s.period, s.lookahead, s.gain))

    def payload(self, mass: float, centre: list[float]) -> bool:
        return bool(self._control.setPayload(mass, centre))

    def close(self) -> None:
        self._control.stopScript()
        self._control.disconnect()
        self._receive.disconnect()
