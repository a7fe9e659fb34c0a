"""What a stage tells while it runs: a bar with the time left, a plain log, rows of figures, TensorBoard, a page."""

from __future__ import annotations

import math
import time
from pathlib import Path
from types import TracebackType
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeElapsedColumn, TimeRemainingColumn
from rich.progress import Progress as Bar

from pg4da.training.page import write_page
from pg4da.training.rows import Row, append_row, read_rows, write_rows

SHOWN = ("loss", "reward", "success", "push_success", "grasp_success", "top_cell", "top_object")
PAGE_EVERY = 5.0  # s
LINE_EVERY = 30.0  # s, where standard error is no terminal


class StageLog:
    """A context manager. total: units of the whole stage ("decisions", "steps"); done: before this run.

    Rows beyond `done`, of a run that was cut off after its last checkpoint, are taken away.
    """

    def __init__(self, folder: Path, name: str, total: int, unit: str, done: int = 0) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._folder, self._name, self._total, self._unit = folder, name, total, unit
        self._rows = read_rows(folder, done)
        write_rows(folder, self._rows)
        self._console = Console(stderr=True)
        columns = (
            TextColumn("{task.fields[name]}"),
            MofNCompleteColumn(),
            BarColumn(),
            TextColumn("{task.description}"),
        )
        times = (TimeElapsedColumn(), TextColumn("left"), TimeRemainingColumn(compact=True))
        self._bar = Bar(*columns, *times, console=self._console, speed_estimate_period=1800)
        self._task = self._bar.add_task("", total=total, completed=done, name=name)
        self._before, self._done, self._began = done, done, time.monotonic()
        self._page = self._line = -math.inf
        self._board = _tensorboard(folder)

    def __enter__(self) -> StageLog:
        if self._console.is_terminal:
            self._bar.start()
        went = f" from {self._done}" if self._done else ""
        self.say(f"{self._name}: {self._total} {self._unit}{went}")
        if self._board is None:
            self.say("no log for TensorBoard: the package tensorboard is not installed")
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._console.is_terminal:
            self._bar.stop()
        if self._board is not None:
            self._board.close()
        self._write_page(ended=True)

    def row(self, done: int, row: Row) -> None:
        """Figures after `done` units."""
        self._done = done
        whole = {"done": float(done), **row}
        self._rows.append(whole)
        append_row(self._folder, whole)
        for key, value in row.items():
            if self._board is not None and math.isfinite(value):
                self._board.add_scalar(f"{self._name}/{key}", value, done)
        text = _text(row)
        self._bar.update(self._task, completed=done, description=text)
        self._to_file(f"{done} {self._unit}: {text}; {self._left():.0f} s left")
        self._at_times(text)

    def say(self, text: str) -> None:
        """A line on the terminal and in the log."""
        self._to_file(text)
        self._bar.console.print(text, markup=False, highlight=False, soft_wrap=True)

    def pace(self) -> float:
        """Units an hour of this run, 0 before the first."""
        return 3600.0 * (self._done - self._before) / max(time.monotonic() - self._began, 1e-9)

    def _left(self) -> float:
        """Seconds, at this run's pace."""
        pace = self.pace()
        return 3600.0 * (self._total - self._done) / pace if pace else math.inf

    def _at_times(self, text: str) -> None:
        now = time.monotonic()
        if now - self._page > PAGE_EVERY:
            self._write_page()
            self._page = time.monotonic()
        if not self._console.is_terminal and now - self._line > LINE_EVERY:
            self._line = now
            left = f"{self._left():.0f} s left"
            self._bar.console.print(f"{self._done}/{self._total} {text}, {left}", markup=False, soft_wrap=True)

    def _write_page(self, ended: bool = False) -> None:
        last = self._rows[-1] if self._rows else {}
        facts = {f"of {self._total} {self._unit}": f"{self._done}", f"{self._unit} an hour": f"{self.pace():.0f}"}
        facts |= {key.replace("_", " "): f"{last[key]:.3g}" for key in SHOWN if math.isfinite(last.get(key, math.nan))}
        if not ended:
            facts["minutes left"] = f"{self._left() / 60:.0f}"
        write_page(self._folder, f"pg4da train: {self._name}", self._rows, facts, self._unit, ended)

    def _to_file(self, text: str) -> None:
        with (self._folder / "log.txt").open("a") as file:
            file.write(f"{time.strftime('%H:%M:%S')} {text}\n")


def _text(row: Row) -> str:
    return ", ".join(f"{k.replace('_', ' ')} {row[k]:.3g}" for k in SHOWN if math.isfinite(row.get(k, math.nan)))


def _tensorboard(folder: Path) -> Any:
    """A writer of events, or None without the optional package."""
    try:
        from torch.utils.tensorboard import SummaryWriter
    except ModuleNotFoundError:
        return None
    return SummaryWriter(str(folder / "events"))
