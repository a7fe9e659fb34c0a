"""The handle that simulated devices return, and what the cell drives them by."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from pg4da.hardware.cell import Progress


class SimHandle:
    """hardware.cell.Handle that its device brings to an end."""

    def __init__(self, on_cancel: Callable[[SimHandle], None]) -> None:
        self._progress = Progress.RUNNING
        self._message = ""
        self._on_cancel = on_cancel

    @property
    def progress(self) -> Progress:
        return self._progress

    @property
    def message(self) -> str:
        """Why it ended in FAULT; empty otherwise."""
        return self._message

    def cancel(self) -> None:
        """Ask the device to stop; without effect once the command has ended."""
        if self._progress is Progress.RUNNING:
            self._on_cancel(self)

    def end(self, progress: Progress, message: str = "") -> None:
        """For the device: the command has ended. The first end counts."""
        if self._progress is Progress.RUNNING:
            self._progress, self._message = progress, message


class Device(Protocol):
    """Something that the cell drives through the physics steps."""

    @property
    def busy(self) -> bool:
        """Whether the next step needs a new set point."""
        ...

    def before_step(self) -> None:
        """Write the set point of the coming physics step."""
        ...

    def after_steps(self) -> None:
        """Look at what was measured; called every few milliseconds while busy."""
        ...
