"""The gripper and camera servers as devices that faults can be injected into, beside the controllers."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Protocol

from pg4da.hardware.emulator import camera
from pg4da.hardware.emulator.faults import Fault, Kind
from pg4da.hardware.emulator.robotiq import gripper

GRIPPER_FAULTS: Mapping[str, Kind] = {
    **{name: Kind("the gripper reports this fault") for name in gripper.CODES},
    gripper.DROP: Kind("its connections are cut until it is cleared"),
    gripper.STALL: Kind("it hears but does not answer"),
    gripper.LAG: Kind("its answers come late", "s", str(gripper.USUAL_LAG)),
    gripper.OBJECT_LOST: Kind("what it holds slips out"),
}
CAMERA_FAULTS: Mapping[str, Kind] = {
    camera.DROP: Kind("its connections are cut until it is cleared"),
    camera.STALL: Kind("it does not answer"),
    camera.STALE: Kind("it sends the same picture again and again"),
    camera.NOISE: Kind("noise on the depth, standard deviation", "m", str(camera.USUAL_NOISE)),
}


class Device(Protocol):
    """Something that a fault can happen to; `faults` are those that last."""

    faults: dict[str, Fault]

    async def inject(self, fault: Fault) -> None: ...

    async def clear(self, name: str) -> None: ...


class _Server(Protocol):
    def inject(self, fault: str, amount: float | None = None) -> None: ...

    def clear(self) -> None: ...


class ThreadedDevice:
    """A server with threads of its own; it clears all its faults together."""

    def __init__(self, server: _Server) -> None:
        self._server = server
        self.faults: dict[str, Fault] = {}

    async def inject(self, fault: Fault) -> None:
        amount = fault.number if fault.value else None
        await asyncio.to_thread(self._server.inject, fault.name, amount)
        self.faults[fault.name] = fault

    async def clear(self, name: str) -> None:
        """Idempotent. Raises OSError when a port was taken meanwhile."""
        await asyncio.to_thread(self._server.clear)
        self.faults.clear()
