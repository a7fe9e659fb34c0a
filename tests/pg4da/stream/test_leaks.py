"""Nothing is left behind by runs that were told: no thread, no open file, no growing memory."""

from __future__ import annotations

import gc
import os
import threading
import tracemalloc
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from pg4da.mission.executive import Executive
from pg4da.mission.tree import load_mission
from pg4da.recording.record import Record
from pg4da.skills.skill import Context
from pg4da.stream.broadcast import Broadcast
from pg4da.stream.narrator import Narrator

RUNS = 40


def test_runs_leave_nothing_behind(tmp_path: Path, write: Callable[..., Path], text: str, toys: Any, cell: Any) -> None:
    path = write(text)

    def run() -> None:
        cell.__init__()
        record, cast = Record(tmp_path / "record.jsonl"), Broadcast()
        narrator = Narrator(record, cast)
        viewer = cast.subscribe()
        context = Context(cell, None, np.random.default_rng(0))  # type: ignore[arg-type]
        Executive(load_mission(str(path), context, {}, toys), observers=(narrator,)).run()
        assert viewer.get(0) is not None
        narrator.close()
        record.close()
        cast.close()

    def use() -> tuple[int, int, int]:
        gc.collect()
        return tracemalloc.get_traced_memory()[0], len(os.listdir("/proc/self/fd")), threading.active_count()

    for _ in range(5):
        run()
    tracemalloc.start()
    try:
        run()
        before = use()
        for _ in range(RUNS):
            run()
        after = use()
    finally:
        tracemalloc.stop()
    assert after[1:] == before[1:]
    assert after[0] - before[0] < 1000 * RUNS  # bytes; a run that is kept would take a hundred times as much
