"""A camera that gets a second chance, and whose loss a cell comes to know of."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from pg4da.hardware.cell import Camera, CameraFrame
from pg4da.hardware.errors import DeviceError
from pg4da.hardware.supervision import Faulty
from pg4da.hardware.wall_clock import monotonic, sleep_until

TRIES = 3
PAUSE = 0.1  # s between them; drivers connect again when they are asked again


class WatchedCamera:
    """hardware.cell.Camera around another. lost: told why, when it has given no picture TRIES times running."""

    def __init__(self, inside: Camera, lost: Callable[[str], None]) -> None:
        self._inside, self._lost = inside, lost

    def capture(self, timeout: float = 1.0) -> CameraFrame:
        """A frame taken after the call, within TRIES times the timeout [s]. Raises TimeoutError."""
        for left in reversed(range(TRIES)):
            try:
                return self._inside.capture(timeout)
            except TimeoutError as error:
                if not left:
                    self._lost(str(error))
                    raise
            sleep_until(monotonic() + PAUSE)
        raise AssertionError("unreachable")

    @property
    def problem(self) -> str:
        """What its driver knows to be wrong though no picture is wanted now; empty when nothing is."""
        return self._inside.problem if isinstance(self._inside, Faulty) else ""

    def revive(self) -> None:
        """Connect again where there is a problem. Raises DeviceError where that can't be."""
        if not self.problem:
            return
        try:
            self._inside.capture()
        except DeviceError:
            raise
        except TimeoutError as error:
            raise DeviceError("camera", str(error), "look at its cable and its power") from error

    def __getattr__(self, name: str) -> Any:
        return getattr(self._inside, name)
