"""The handle of a gripper's command: ended by the polling thread, read by any."""

from __future__ import annotations

import threading
from collections.abc import Callable

from pg4da.hardware.cell import Progress


class GripperHandle:
    """hardware.cell.Handle. `look` tells why nothing is heard of the gripper any more, empty while it is."""

    def __init__(self, look: Callable[[], str], on_cancel: Callable[[GripperHandle], None]) -> None:
        self._look, self._on_cancel = look, on_cancel
        self._lock = threading.Lock()
        self._progress, self._message = Progress.RUNNING, ""
        self.ended = threading.Event()

    @property
    def progress(self) -> Progress:
        if self._progress is Progress.RUNNING and (silence := self._look()):
            self.end(Progress.FAULT, silence)
        return self._progress

    @property
    def message(self) -> str:
        """Why it ended in FAULT; empty otherwise."""
        return self._message

    def cancel(self) -> None:
        """Ask the gripper to stop; without effect once the command has ended."""
        if self.progress is Progress.RUNNING:
            self._on_cancel(self)

    def end(self, progress: Progress, message: str = "") -> None:
        """For the driver: the command has ended. The first end counts."""
        with self._lock:
            if self._progress is Progress.RUNNING:
                self._message = message
                self._progress = progress
                self.ended.set()
