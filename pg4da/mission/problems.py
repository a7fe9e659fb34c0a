"""Where something stands in a mission file, and what is wrong with it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from pg4da.errors import BadInput

MAX_PROBLEMS = 100  # of one file that are told
MAX_MESSAGE = 400  # characters


@dataclass(frozen=True, order=True)
class Mark:
    """A place in a file; line and column count from 1."""

    file: str
    line: int
    column: int

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}"


@dataclass(frozen=True, order=True)
class Problem:
    """One thing wrong with a mission."""

    mark: Mark
    message: str

    def __str__(self) -> str:
        return f"{self.mark}: {self.text}"

    @property
    def text(self) -> str:
        """The message, cut, without anything that a terminal would obey."""
        shown = "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in self.message[:MAX_MESSAGE])
        return shown if len(self.message) <= MAX_MESSAGE else f"{shown}…"


class MissionError(BadInput):
    """A mission that cannot be run; `problems` holds everything found, in the order of the files' lines."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems = tuple(sorted(set(problems)))
        super().__init__("\n".join(map(str, self.problems)))
