"""A command to a virtual device."""

from __future__ import annotations

from pg4da.hardware.cell import Progress


class VirtualHandle:
    """hardware.cell.Handle; the device sets `progress`."""

    def __init__(self) -> None:
        self.progress = Progress.RUNNING
        self.message = ""

    def cancel(self) -> None:
        """Ends at once."""
        self.end(Progress.CANCELLED)

    def end(self, progress: Progress, message: str = "") -> None:
        """Only the first end counts."""
        if self.progress is Progress.RUNNING:
            self.progress, self.message = progress, message
