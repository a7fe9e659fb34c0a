"""An evaluation: what is not done yet is run, each result is put away at once, the files are written at the end."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

from pg4da.evaluation.episode import Episode, EpisodeResult
from pg4da.evaluation.executor import Executor
from pg4da.evaluation.journal import Journal, write_atomically
from pg4da.evaluation.report import report
from pg4da.evaluation.results import summarise

Listener = Callable[[EpisodeResult], None]


def run_missing(episodes: Sequence[Episode], executor: Executor, journal: Journal, listener: Listener) -> None:
    """Run the episodes that the journal lacks. Interrupted (KeyboardInterrupt), everything that came in is kept."""
    missing = [episode for episode in episodes if episode.key not in journal.done]
    with closing(as_generator(executor, missing)) as results:
        for result in results:
            journal.append(result)
            listener(result)


def as_generator(executor: Executor, episodes: Sequence[Episode]) -> Any:
    """So that leaving early always closes the executor's own iterator, whatever kind it is."""
    yield from executor.run(episodes)


def finished(episodes: Sequence[Episode], journal: Journal) -> list[EpisodeResult]:
    """Results of the episodes asked for, in their order, as far as they are done."""
    return [journal.done[episode.key] for episode in episodes if episode.key in journal.done]


def write_results(policy: str, done: Sequence[EpisodeResult], header: dict[str, Any], out: Path) -> dict[str, Any]:
    """results.json and report.html; returns the results."""
    results = summarise(policy, done)
    write_atomically(out / "results.json", json.dumps(results, indent=2, allow_nan=False) + "\n")
    write_atomically(out / "report.html", report(results, done, header, out))
    return results
