"""Progress of an evaluation on standard error: how many are done, C so far, time left."""

from __future__ import annotations

import time
from collections.abc import Sequence
from types import TracebackType

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeElapsedColumn, TimeRemainingColumn
from rich.progress import Progress as Bar

from pg4da.evaluation.episode import EpisodeResult


class Progress:
    """Context manager. `done`: the episodes of an earlier run, which count for C but not for the pace.

    Where standard error is no terminal, a line every `every` episodes takes the bar's place.
    """

    def __init__(self, total: int, done: Sequence[EpisodeResult], every: int = 10) -> None:
        self._console = Console(stderr=True)
        columns = (MofNCompleteColumn(), BarColumn(), TextColumn("{task.description}"))
        times = (TimeElapsedColumn(), TextColumn("left"), TimeRemainingColumn(compact=True))
        self._bar = Bar(*columns, *times, console=self._console, speed_estimate_period=1800)
        self._total, self._every = total, every
        self._began, self._before = time.monotonic(), len(done)
        self._count, self._completed = len(done), sum(r.completed for r in done)
        self._task = self._bar.add_task(self._text(), total=total, completed=len(done))

    def __enter__(self) -> Progress:
        if self._console.is_terminal:
            self._bar.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._bar.stop()

    def add(self, result: EpisodeResult) -> None:
        """Count a result; a failed one gets a line."""
        self._count += 1
        self._completed += result.completed
        self._bar.update(self._task, advance=1, description=self._text())
        if not result.completed:
            self._print(f"{result.key} (seed {result.seed}): {result.cause}: {result.message}")
        if not self._console.is_terminal and (self._count % self._every == 0 or self._count == self._total):
            self._print(f"{self._count}/{self._total} {self._text()}, {self._left():.0f} s left")

    def _print(self, text: str) -> None:
        self._bar.console.print(text, markup=False, highlight=False, soft_wrap=True)

    def _left(self) -> float:
        """Seconds, at this run's pace so far."""
        pace = (time.monotonic() - self._began) / (self._count - self._before)
        return pace * (self._total - self._count)

    def _text(self) -> str:
        return f"C {100 * self._completed / self._count:.1f} %" if self._count else "C -"
