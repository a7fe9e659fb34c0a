"""hardware.emulator.world.WorldGripper over the gripper that the world has now."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager

from pg4da.sim.driven_gripper import DrivenGripper
from pg4da.sim.handles import SimHandle


class EmulatedGripper:
    """Widths in metres between the pads; calls may come from any thread."""

    def __init__(self, gripper: Callable[[], DrivenGripper], lock: AbstractContextManager[object]) -> None:
        self._gripper, self._lock = gripper, lock
        self._handle: SimHandle | None = None

    @property
    def max_width(self) -> float:
        return self._gripper().max_width

    @property
    def width(self) -> float:
        return self._gripper().state.width

    @property
    def moving(self) -> bool:
        return self._gripper().state.moving

    @property
    def object_detected(self) -> bool:
        return self._gripper().state.object_detected

    def move(self, width: float, speed: float, force: float) -> None:
        """Go to a width at a speed [m/s]; hold with a force [N] when something is in between."""
        with self._lock:
            self._handle = self._gripper().move(width, speed, force)

    def halt(self) -> None:
        """Stay at the present width."""
        with self._lock:
            if self._handle is not None:
                self._handle.cancel()
