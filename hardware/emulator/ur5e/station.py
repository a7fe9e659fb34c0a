"""One emulated UR controller with its ports: what a computer finds at a robot's address."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from pg4da.hardware.emulator.faults import Fault
from pg4da.hardware.emulator.ur5e import dashboard, rtde_server, script_port
from pg4da.hardware.emulator.ur5e.controller import Controller, cycles_per_step
from pg4da.hardware.emulator.ur5e.dashboard import Dashboard
from pg4da.hardware.emulator.ur5e.drive import CYCLE
from pg4da.hardware.emulator.ur5e.link import Link
from pg4da.hardware.emulator.ur5e.rtde_outputs import Sample
from pg4da.hardware.emulator.ur5e.rtde_server import RtdeServer
from pg4da.hardware.emulator.ur5e.safety import UNLOCK_DELAY
from pg4da.hardware.emulator.ur5e.script_port import ScriptPort
from pg4da.hardware.emulator.ur5e.settings import Identity
from pg4da.hardware.emulator.world import WorldArm
from pg4da.hardware.frames import Array


class Station:
    """name: of the arm in the cell; timestep [s]: of the world, in which `before_step` and `after_step` are called."""

    def __init__(
        self,
        name: str,
        address: str,
        arm: WorldArm,
        clock: Callable[[], float],
        timestep: float,
        *,
        seed: int = 0,
        unlock_delay: float = UNLOCK_DELAY,
    ) -> None:
        self.name = name
        self.controller = Controller(name, arm, clock, unlock_delay)
        self.link = Link(address)
        self._rtde = RtdeServer(self.controller)
        self._clock = clock
        self._cycles = cycles_per_step(timestep)
        self._cycle = 0
        self._noise = 0.0  # rad
        self._rng = np.random.default_rng(seed)
        self._before = arm.q, arm.dq
        self._stall_ends: float | None = None
        self.faults: dict[str, Fault] = {}

    @property
    def ports(self) -> dict[int, str]:
        """What listens where."""
        return {rtde_server.PORT: "RTDE", dashboard.PORT: "dashboard", script_port.PORT: "programs"}

    async def listen(self) -> None:
        """Raises OSError when a port is taken."""
        await self.link.listen(
            {
                rtde_server.PORT: self._rtde.serve,
                dashboard.PORT: Dashboard(self.controller).serve,
                script_port.PORT: ScriptPort(self.controller).serve,
            }
        )

    def close(self) -> None:
        """Cut all connections and free the ports."""
        self.link.answering.set()  # who waits for the end of a stall has waited long enough
        self.link.drop()

    # the world's steps

    def before_step(self) -> None:
        """The controller's cycles that fall into the coming step."""
        if self._stall_ends is not None and self._clock() >= self._stall_ends:
            self.clear_stall()
        for _ in range(self._cycles):
            self.controller.cycle()

    def after_step(self) -> None:
        """Tell the clients what was measured; in between two steps it is taken half way."""
        arm, start = self.controller.arm, self._clock() - self._cycles * CYCLE
        q, dq = arm.q, arm.dq
        for i in range(1, self._cycles + 1):
            self._cycle += 1
            if self._rtde.wants(self._cycle):
                share = i / self._cycles
                sample = self._sample(start + i * CYCLE, self._mixed(0, q, share), self._mixed(1, dq, share))
                self._rtde.emit(self._cycle, sample)
        self._before = q, dq

    def _mixed(self, which: int, after: Array, share: float) -> Array:
        return after if share == 1.0 else (1.0 - share) * self._before[which] + share * after

    def _sample(self, stamp: float, q: Array, dq: Array) -> Sample:
        if self._noise > 0.0:
            q = q + self._rng.normal(0.0, self._noise, 6)
        return Sample(self.controller, stamp, q, dq)

    # faults

    async def inject(self, fault: Fault) -> None:
        """Make something go wrong. Raises ValueError for a fault that is none of a controller's."""
        c = self.controller
        match fault.name:
            case "protective_stop":
                c.protective_stop("injected")
            case "emergency_stop":
                c.emergency_stop()
            case "drop":
                self.link.drop()
            case "stall":
                self._stall_ends = self._clock() + fault.number
                self.link.answering.clear()
            case "lag":
                self.link.lag = fault.number
            case "noise":
                self._noise = fault.number
            case "local_mode":
                c.remote = False
            case "wrong_model":
                c.identity = replace(c.identity, model=fault.value)
            case "firmware":
                c.identity = replace(c.identity, version=fault.version)
            case _:
                raise ValueError(f"a UR controller has no fault '{fault.name}'")
        self.faults[fault.name] = fault

    async def clear(self, name: str) -> None:
        """Take a fault back, as a person at the robot would. Raises OSError when a port was taken meanwhile."""
        match name:
            case "protective_stop":
                self.controller.safety.unlock_delay, kept = 0.0, self.controller.safety.unlock_delay
                self.controller.unlock()
                self.controller.safety.unlock_delay = kept
            case "emergency_stop":
                self.controller.safety.release_emergency_stop()
            case "drop":
                await self.link.restore()
            case "stall":
                self.clear_stall()
            case "lag":
                self.link.lag = 0.0
            case "noise":
                self._noise = 0.0
            case "local_mode":
                self.controller.remote = True
            case "wrong_model":
                self.controller.identity = replace(self.controller.identity, model=Identity().model)
            case "firmware":
                self.controller.identity = replace(self.controller.identity, version=Identity().version)
        self.faults.pop(name, None)

    def clear_stall(self) -> None:
        """Answer again."""
        self._stall_ends = None
        self.link.answering.set()
        self.faults.pop("stall", None)
