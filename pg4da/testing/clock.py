"""Time that passes only when somebody lets it."""

from __future__ import annotations


class VirtualClock:
    """hardware.cell.Clock; `advance` is the only thing that moves it."""

    def __init__(self) -> None:
        self._time = 0.0

    def now(self) -> float:
        """Seconds since the cell was made."""
        return self._time

    def advance(self, seconds: float) -> None:
        """Let seconds pass."""
        self._time += seconds
