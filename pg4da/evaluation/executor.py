"""Where episodes run. The seam for a cluster: whatever turns episodes into results can stand in for the processes."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Protocol

from pg4da.evaluation.episode import Episode, EpisodeResult

Task = Callable[[Episode], EpisodeResult]


class Executor(Protocol):
    """Runs episodes anywhere, in any order."""

    def run(self, episodes: Iterable[Episode]) -> Iterator[EpisodeResult]:
        """Exactly one result an episode, as they come in. Closing the iterator early stops what is still running.

        A worker that dies is a failed episode with its reason, never a missing one.
        """
        ...


class InProcess:
    """One after the other, here: for tests and debuggers."""

    def __init__(self, task: Task) -> None:
        self._task = task

    def run(self, episodes: Iterable[Episode]) -> Iterator[EpisodeResult]:
        return map(self._task, episodes)
