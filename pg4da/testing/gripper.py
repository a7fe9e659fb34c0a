"""A gripper in memory."""

from __future__ import annotations

import numpy as np

from pg4da.hardware.cell import GripperState, Progress
from pg4da.testing.clock import VirtualClock
from pg4da.testing.handle import VirtualHandle


class VirtualGripper:
    """hardware.cell.Gripper. Set `between` to the width [m] of something that the fingers meet when they close."""

    max_width = 0.14

    def __init__(self, clock: VirtualClock) -> None:
        self.between: float | None = None
        self._clock = clock
        self._width, self._goal, self._speed = self.max_width, self.max_width, 0.0
        self._handle: VirtualHandle | None = None

    @property
    def state(self) -> GripperState:
        held = self.between is not None and abs(self._width - self.between) < 1e-9
        return GripperState(self._width, self._handle is not None, held, self._clock.now())

    def move(self, width: float, speed: float = 0.1, force: float = 40.0) -> VirtualHandle:
        """To a width [m] at a speed [m/s]; clamped to what it can open."""
        if self._handle is not None:
            self._handle.cancel()
        self._goal, self._speed = float(np.clip(width, 0.0, self.max_width)), abs(speed)
        self._handle = VirtualHandle()
        return self._handle

    def tip_retreat(self, width: float) -> float:
        """Straight fingers."""
        return 0.0

    def advance(self, dt: float) -> None:
        """dt [s]."""
        if self._handle is None:
            return
        goal = self._goal if self.between is None else max(self._goal, min(self.between, self._width))
        step = self._speed * dt
        self._width += float(np.clip(goal - self._width, -step, step))
        if abs(self._width - goal) < 1e-9 or self._handle.progress is not Progress.RUNNING:
            self._handle.end(Progress.DONE)
            self._handle = None
