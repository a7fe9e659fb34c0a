"""However a mission ends, its arms rest: a safety stop, a cancel in between, a lost terminal, a program that ends."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from py_trees.common import Status

from pg4da.hardware.errors import DeviceError
from pg4da.mission.control import Control
from pg4da.mission.events import Listener
from pg4da.mission.executive import Executive

Make = Callable[..., Executive]
Rests = Callable[[], bool]


def test_a_safety_stop_ends_a_tree_of_somebody_else(make: Make, cell: Any, rests: Rests) -> None:
    moving = "fallback: [left: {after: 0.2, fails: protective_stop}, left: {}]"
    tree = make(f"root: {{parallel: {{children: [{moving}, right: {{}}]}}}}").tree
    tree.tick_once()
    while tree.status is Status.RUNNING:
        cell.advance(0.008)
        tree.tick_once()
    assert tree.failure is not None
    assert (tree.status, tree.failure.code) == (Status.FAILURE, "protective_stop")
    assert rests()


def test_a_safety_stop_in_finally(make: Make, cell: Any) -> None:
    home = "parallel: {children: [left: {after: 0.2, fails: protective_stop}, right: {after: 5}]}"
    ex = make(f"root: {{finally: {{child: {{move: {{seconds: 9}}}}, always: {{{home}}}}}}}")
    cell.at(0.5, ex.cancel)
    result = ex.run()
    assert result.outcome == "safety_stop"
    assert result.sim_time < 1.5


def test_a_cell_that_is_lost_is_a_safety_stop(make: Make, cell: Any, rests: Rests) -> None:
    ex = make("root: {move: {seconds: 9}}")
    lost = DeviceError("simulation", "its process is gone", "start the mission again")

    def breaks() -> None:
        raise lost

    cell.at(0.5, breaks)
    result = ex.run()
    assert result.failure is not None
    assert (result.outcome, result.failure.code, result.failure.message) == ("safety_stop", "safety_stop", str(lost))
    assert rests()


def test_one_executive_at_a_time_drives_a_cell(make: Make, cell: Any) -> None:
    first = make("root: {look: {seconds: 1000000}}").start()
    while not cell.clock.now():
        time.sleep(0.001)
    with pytest.raises(RuntimeError, match="another executive runs in this cell"):
        make("root: {move: {seconds: 0.1}}").run()
    first.cancel()
    first.result(30)
    assert make("root: {move: {seconds: 0.1}}").run().outcome == "success"


def test_cancelled_and_run_again(make: Make, cell: Any) -> None:
    ex = make("root: {move: {seconds: 0.3}}")
    cell.at(0.1, ex.cancel)
    assert [ex.run().outcome, ex.run().outcome] == ["interrupted", "success"]


def test_a_value_that_does_not_fit_still_ends_in_finally(make: Make, cell: Any) -> None:
    inputs = "inputs: {x: {type: any, default: soon}}\n"
    ex = make(inputs + "root: {finally: {child: {wait: {seconds: $x}}, always: {move: {seconds: 0.1}}}}")
    result = ex.run()
    assert result.failure is not None
    assert (result.failure.code, result.failure.path) == ("bad_reference", "finally/wait")
    assert cell.arms["left"].stops


def test_no_breakpoint_while_stopping(make: Make, cell: Any) -> None:
    control = Control()
    home = "sequence: [look: {seconds: 0.5}, move: {seconds: 0.1}]"
    ex = make(f"root: {{finally: {{child: {{move: {{seconds: 9}}}}, always: {{{home}}}}}}}", control=control)
    cell.at(0.5, ex.cancel)
    cell.at(0.8, lambda: control.request("breakpoint", node=5))
    assert ex.run().sim_time < 3


def test_a_thread_tells_through_the_tick(make: Make) -> None:
    heard: list[tuple[str, str]] = []

    class Hears(Listener):
        def on_event(self, event: Any) -> None:
            if event.kind == "note":
                heard.append((event.data["text"], threading.current_thread().name))

    make("root: {chatty: {}}", observers=(Hears(),)).run()
    assert heard == [(str(i), threading.current_thread().name) for i in range(5)]


def test_a_lost_terminal_stops_the_mission(make: Make, cell: Any) -> None:
    ex = make("root: {move: {seconds: 9}}")
    cell.at(0.5, lambda: os.kill(os.getpid(), signal.SIGHUP))
    result = ex.run()
    assert result.failure is not None
    assert (result.outcome, result.failure.message) == ("interrupted", "stopped: the terminal is lost")


def test_nohup_is_respected(make: Make, cell: Any) -> None:
    old = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        cell.at(0.1, lambda: os.kill(os.getpid(), signal.SIGHUP))
        assert make("root: {move: {seconds: 0.3}}").run().outcome == "success"
    finally:
        signal.signal(signal.SIGHUP, old)


FORGETFUL = """
import sys; sys.path.insert(0, sys.argv[1])
import time, numpy as np
from tests.pg4da.conftest import FakeCell, TOYS
from pg4da import Context, Executive, load_mission
cell = FakeCell()
mission = load_mission(sys.argv[2], Context(cell, None, np.random.default_rng(0)), {}, TOYS)
cell.close = lambda: None
real = cell.arms["left"].stop
cell.arms["left"].stop = lambda: (real(), print("told to stop", flush=True))
Executive(mission).start()
while not cell.arms["left"].speed:
    time.sleep(0.001)
"""


def test_a_program_that_ends_stops_its_mission(write: Any) -> None:
    mission = write("root: {move: {seconds: 1000000}}")
    root = Path(__file__).parents[3]
    program = [sys.executable, "-c", FORGETFUL, str(root), str(mission)]
    run = subprocess.run(program, check=True, capture_output=True, text=True, timeout=60)
    assert "told to stop" in run.stdout
