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
RECONNECTION = 2.5  # s that a gripper's driver may take to notice that its link is back
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
    """Wait for a link that is back to be taken up again; `unlock` allows to activate the gripper, which opens it.

    Raises DeviceError while it has a problem.
    """
    if not isinstance(gripper, Faulty) or _well_within(RECONNECTION, gripper):
        return
    if unlock and isinstance(gripper, Activated):
        _wait_for(gripper.activate())
    if gripper.problem:
        raise DeviceError(device, gripper.problem)


def _well_within(seconds: float, gripper: Faulty) -> bool:
    end = monotonic() + seconds
    while gripper.problem and monotonic() < end:
        sleep_until(monotonic() + POLL)
    return not gripper.problem


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
