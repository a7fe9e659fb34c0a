"""A process that runs missions for days does not grow."""

from __future__ import annotations

import gc
import os
import threading
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from pg4da.mission.executive import Executive
from pg4da.mission.tree import load_mission
from pg4da.skills.skill import Context

WARM, RUNS = 200, 1000
MISSION = """
inputs: {rounds: {type: int, default: 2}}
outputs: {n: {type: int}}
root:
  finally:
    child:
      sequence:
        - set: {n: 0}
        - retry: {attempts: 2, child: {fail: {times: 1}}}
        - repeat: {times: $rounds, child: {count: {start: $n, outputs: {total: n}}}}
        - timeout: {seconds: 9, child: {move: {seconds: 0.02}}}
    always: {say: {}}
"""


def resident() -> int:
    """Memory of this process [bytes]."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")


@pytest.mark.slow
def test_a_thousand_missions_leave_nothing(write: Any, cell: Any, toys: Any) -> None:
    path, cells = str(write(MISSION)), type(cell)

    def once() -> None:
        context = Context(cells(), None, np.random.default_rng(0))  # type: ignore[arg-type]
        result = Executive(load_mission(path, context, {}, toys)).run()
        assert (result.outcome, result.outputs) == ("success", {"n": 2})

    def run(times: int) -> tuple[int, int]:
        for _ in range(times):
            once()
        gc.collect()
        return resident(), len(gc.get_objects())

    threads = set(threading.enumerate())  # one of an earlier test may end meanwhile
    memory, objects = run(WARM)
    later_memory, later_objects = run(RUNS - WARM)
    assert later_memory <= 1.05 * memory
    assert later_objects <= objects + 100
    assert set(threading.enumerate()) <= threads
