"""Keeps the emulated world at the wall's pace, and says so when the machine is too slow for that."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable

DEBT = 0.1  # s that the world may lie behind before it lets them go: from then on it is slower than the wall
WINDOW = 2.0  # s over which the pace is measured


class Pacing:
    """`ratio` is the simulated time that passed in a second of the last ones: 1 when the machine keeps up.

    A world that can't keep up runs slowly, never in leaps: what controllers and clients see stays consistent, since
    every time stamp is the world's own.
    """

    def __init__(self, timestep: float, step: Callable[[], None]) -> None:
        self._timestep, self._step = timestep, step
        self._marks: deque[tuple[float, int]] = deque()
        self.steps = 0
        self.lost = 0.0  # s of the wall that the world fell behind so far

    @property
    def ratio(self) -> float:
        """Simulated seconds a second."""
        if len(self._marks) < 2:
            return 1.0
        (start, first), (end, last) = self._marks[0], self._marks[-1]
        return (last - first) * self._timestep / (end - start)

    async def run(self) -> None:
        """Step the world until cancelled."""
        loop = asyncio.get_running_loop()
        due = loop.time()
        while True:
            now = loop.time()
            if now - due > DEBT:
                self.lost += now - due
                due = now
            self._step()
            self.steps += 1
            self._mark(now)
            due += self._timestep
            await asyncio.sleep(max(0.0, due - loop.time()))

    def _mark(self, now: float) -> None:
        if not self._marks or now - self._marks[-1][0] > WINDOW / 20:
            self._marks.append((now, self.steps))
            while now - self._marks[0][0] > WINDOW:
                self._marks.popleft()
