"""The wall clock of real cells. Nothing else in the drivers reads it, so that tests can see who does."""

from __future__ import annotations

import time


def monotonic() -> float:
    """Seconds of a clock that never goes back and is common to all processes of this machine."""
    return time.monotonic()


def sleep_until(moment: float) -> None:
    """Wait until `monotonic()` says `moment` [s]; not at all when that has passed."""
    left = moment - time.monotonic()
    if left > 0:
        time.sleep(left)


class WallClock:
    """hardware.cell.Clock of a real cell."""

    def __init__(self) -> None:
        self._start = time.monotonic()

    def now(self) -> float:
        """Seconds since the cell started."""
        return time.monotonic() - self._start
