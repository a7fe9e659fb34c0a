"""The handle of a motion of a real arm."""

from __future__ import annotations

import threading
from collections.abc import Callable

from pg4da.hardware.cell import Progress


class ArmHandle:
    """hardware.cell.Handle; ended from the thread that hears the arm."""

    def __init__(self, number: int, cancel: Callable[[ArmHandle], None]) -> None:
        self.number = number
        self._cancel = cancel
        self._end = (Progress.RUNNING, "")
        self._lock = threading.Lock()

    @property
    def progress(self) -> Progress:
        return self._end[0]

    @property
    def message(self) -> str:
        """Why it ended in FAULT; empty otherwise."""
        return self._end[1]

    def cancel(self) -> None:
        """Ask the arm to stop; without effect once the motion has ended."""
        if self.progress is Progress.RUNNING:
            self._cancel(self)

    def end(self, progress: Progress, message: str = "") -> None:
        """The motion has ended. The first end counts."""
        with self._lock:
            if self._end[0] is Progress.RUNNING:
                self._end = progress, message
