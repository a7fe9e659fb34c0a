"""Worker processes: every episode gives exactly one result, whatever happens to its worker."""

from __future__ import annotations

import importlib
from collections.abc import Callable
from pathlib import Path

import pytest

from pg4da.evaluation.episode import Episode, EpisodeResult
from pg4da.evaluation.processes import Processes

TASK = """
import os, signal, time
from pg4da.evaluation.episode import broken

def task(episode):
    if episode.trial == 1:
        os.kill(os.getpid(), signal.SIGKILL)
    if episode.trial == 3:
        time.sleep(600)
    return broken(episode, "toy", "0", os.environ["OMP_NUM_THREADS"], "")
"""


@pytest.fixture
def task(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[Episode], EpisodeResult]:
    (tmp_path / "toy_task.py").write_text(TASK)
    monkeypatch.syspath_prepend(str(tmp_path))
    found: Callable[[Episode], EpisodeResult] = importlib.import_module("toy_task").task
    return found


def episodes(trials: tuple[int, ...]) -> list[Episode]:
    return [Episode("c/s", "c", "/s.txt", trial, 0) for trial in trials]


@pytest.mark.slow
def test_crashes_and_hangs_are_results(task: Callable[[Episode], EpisodeResult]) -> None:
    executor = Processes(task, 2, "toy", "0", time_limit=8.0)
    results = {r.trial: r for r in executor.run(episodes((0, 1, 2, 3, 4)))}
    assert sorted(results) == [0, 1, 2, 3, 4]
    assert {trial: r.cause for trial, r in results.items()} == {
        0: "1",  # one thread
        1: "worker_crashed",
        2: "1",
        3: "timed_out",
        4: "1",
    }
    assert "exit code -9" in results[1].message


@pytest.mark.slow
def test_leaving_early_ends_the_workers(task: Callable[[Episode], EpisodeResult]) -> None:
    import multiprocessing

    results = Processes(task, 1, "toy", "0").run(episodes((0, 3)))
    assert next(iter(results)).trial == 0
    results.close()  # type: ignore[attr-defined]
    assert multiprocessing.active_children() == []
