"""One arm's connection: its child process from start to end, what it tells, and how it is brought back."""

from __future__ import annotations

import threading
from collections.abc import Callable

import numpy as np
from scipy.spatial.transform import Rotation

from pg4da.hardware.cell import Clock
from pg4da.hardware.config import Payload
from pg4da.hardware.errors import DeviceError
from pg4da.hardware.frames import Array
from pg4da.hardware.supervision import Trouble
from pg4da.hardware.ur5e.channel import Message
from pg4da.hardware.ur5e.client import Settings
from pg4da.hardware.ur5e.config import Ur5eConfig
from pg4da.hardware.ur5e.process import Child
from pg4da.hardware.ur5e.readiness import check_controller, make_ready

GRACE = 4.0  # s after the child's own time to connect
REFUSED = "look at the pendant for a message, end other programs that use the robot, and try again"


class Session:
    """Comes and goes with its child; `trouble` stays until the next one stands.

    ended(number, ending, message) and troubled(trouble) are called in the child's thread.
    """

    def __init__(
        self,
        name: str,
        config: Ur5eConfig,
        clock: Clock,
        ended: Callable[[int, str, str], None],
        troubled: Callable[[Trouble], None],
    ) -> None:
        self.name, self.device, self.config = name, f"{name} arm", config
        self.trouble: Trouble | None = None
        self.measured: tuple[Array, float] = (np.zeros((3, 6)), -np.inf)  # q, dq, plan; monotonic [s]
        self.force = 0.0  # N
        self.tool = np.zeros(6)
        self._clock, self._ended, self._troubled = clock, ended, troubled
        self._child: Child | None = None
        self._ready = threading.Event()
        self._refused = ""
        self._lock = threading.Lock()

    @property
    def pid(self) -> int | None:
        """Of the child process; None without one."""
        return None if self._child is None else self._child.pid

    @property
    def stands(self) -> bool:
        """Whether motions may be sent."""
        return self.trouble is None and self._child is not None and not self._child.lost

    def start(self, payload: Payload) -> None:
        """Check the controller and take it over; nothing moves. Raises DeviceError."""
        check_controller(self.device, self.config)
        self._ready.clear()
        self._refused, self.trouble = "", None
        child = self._child = Child(self.name, settings_of(self.config, payload), self._hear, self._lost)
        self._ready.wait(self.config.connect_timeout + GRACE)
        problem = self._refused or child.lost
        if not problem and not self._ready.is_set():
            problem = "the controller did not take the driver in time"
        if problem:
            self._fail(child, problem)

    def _fail(self, child: Child, problem: str) -> None:
        printed = child.printed().splitlines()
        self.trouble = Trouble("safety_stop", self.device, problem, self._clock.now())
        self.drop()
        said = f" ({printed[-1]})" if printed else ""
        raise DeviceError(self.device, problem + said, REFUSED)

    def revive(self, payload: Callable[[], Payload], unlock: bool) -> bool:
        """A new child where the old one is of no more use; whether there is one. Raises DeviceError."""
        if self.stands:
            return False
        self.drop()
        make_ready(self.device, self.config, unlock)
        self.start(payload())
        return True

    def drop(self) -> None:
        """Brake, end the program on the controller, disconnect; takes seconds at most. Idempotent."""
        child, self._child = self._child, None
        if child is not None:
            child.close()

    def send(self, message: Message) -> None:
        """Nothing without a child, which was reported."""
        child = self._child
        if child is not None:
            child.send(message)

    def _hear(self, message: Message) -> None:
        data, rows = message.data, message.rows
        if message.kind == "state" and rows is not None:
            self.measured, self.force = (rows, data["stamp"]), data["force"]
            self._ready.set()
        elif message.kind == "ended":
            self._ended(data["number"], data["ending"], data["message"])
        elif message.kind == "trouble":
            self._report(data["code"], data["message"])
        elif message.kind == "ready":
            self.tool = np.array(data["tool"])
        elif message.kind == "refused":
            self._refused = data["problem"]
            self._ready.set()

    def _lost(self, why: str) -> None:
        self._ready.set()
        if self._child is not None:  # nobody asked it to end
            self._report("safety_stop", f"connection lost: {why}")

    def _report(self, code: str, message: str) -> None:
        """The first is kept, unless a stop of the controller follows a lesser one."""
        with self._lock:
            if self.trouble is not None and (self.trouble.code == code or code == "safety_stop"):
                return
            trouble = self.trouble = Trouble(code, self.device, message, self._clock.now())
        self._troubled(trouble)


def settings_of(c: Ur5eConfig, payload: Payload) -> Settings:
    """What the child must know."""
    turn = Rotation.from_matrix(c.tcp.matrix[:3, :3]).as_rotvec()
    return Settings(
        address=c.address,
        rate=c.rate,
        lookahead=c.lookahead,
        gain=c.gain,
        lead=c.servo_lead,
        deceleration=c.stop_deceleration,
        stale_after=c.stale_after,
        silent_after=c.silent_after,
        connect_timeout=c.connect_timeout,
        watchdog=c.watchdog,
        tcp=(*c.tcp.xyz, *(float(v) for v in turn)),
        mass=payload.mass,
        centre=payload.centre,
    )
