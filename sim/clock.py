"""Simulated time."""

from __future__ import annotations

import mujoco


class SimClock:
    """hardware.cell.Clock that reads the simulation's own time."""

    def __init__(self, data: mujoco.MjData) -> None:
        self._data = data

    def now(self) -> float:
        """Seconds since the cell started."""
        return float(self._data.time)
