"""Devices brought back after a trouble, and let go at the end."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Protocol, runtime_checkable

from pg4da.hardware.cell import Gripper, Handle, Progress
from pg4da.hardware.errors import DeviceError
from pg4da.hardware.supervision import Faulty, Supervised
from pg4da.hardware.wall_clock import monotonic, sleep_until

ACTIVATION = 15.0  # s
POLL = 0.05


@runtime_checkable
class Activated(Protocol):
    """A gripper that is brought out of a fault by activating it anew."""

    def activate(self) -> Handle: ...


@runtime_checkable
class Closable(Protocol):
    """What holds a connection."""

    def close(self) -> None: ...


def revive(arm: object, unlock: bool) -> None:
    """Raises DeviceError."""
    if isinstance(arm, Supervised):
        arm.recover(unlock)


def revive_gripper(device: str, gripper: Gripper, unlock: bool) -> None:
    """Raises DeviceError while it has a problem; `unlock` allows to activate it, which opens it."""
    if not isinstance(gripper, Faulty) or not gripper.problem:
        return
    if unlock and isinstance(gripper, Activated):
        _wait_for(gripper.activate())
    if gripper.problem:
        raise DeviceError(device, gripper.problem)


def _wait_for(handle: Handle) -> None:
    end = monotonic() + ACTIVATION
    while handle.progress is Progress.RUNNING and monotonic() < end:
        sleep_until(monotonic() + POLL)


def close_all(devices: Sequence[object]) -> None:
    """All at once, since each may take seconds; the first error is raised when all are done."""
    closable = [device for device in devices if isinstance(device, Closable)]
    with ThreadPoolExecutor(max_workers=max(1, len(closable))) as pool:
        closing = [pool.submit(device.close) for device in closable]
    for one in closing:
        one.result()
