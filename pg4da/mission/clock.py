"""The mission's own time: the cell's, less what was spent in pauses, so that no timeout runs while nothing may move."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pg4da.hardware.cell import Arm, Camera, Cell, Clock


class MissionClock:
    """hardware.cell.Clock of one mission; `lose` takes out seconds of the cell's clock that must not count."""

    __slots__ = ("_clock", "_lost")

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._lost = 0.0

    def now(self) -> float:
        """Seconds since the cell started, pauses left out."""
        return self._clock.now() - self._lost

    def lose(self, seconds: float) -> None:
        self._lost += seconds


class MissionCell:
    """A cell as one mission sees it: the same but for its clock."""

    def __init__(self, cell: Cell, clock: MissionClock) -> None:
        self._cell = cell
        self.clock = clock

    @property
    def arms(self) -> Mapping[str, Arm]:
        return self._cell.arms

    @property
    def camera(self) -> Camera:
        return self._cell.camera

    def __getattr__(self, name: str) -> Any:
        return getattr(self._cell, name)
