"""However a mission ends, every arm is at rest and the reason is known."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from py_trees.common import Status

from pg4da.mission.events import Listener
from pg4da.mission.executive import Executive
from pg4da.mission.tree import load_mission
from pg4da.skills.skill import Context

Start = Callable[..., Any]


def at_rest(cell: Any) -> bool:
    return all(arm.state.dq[0] == 0 for arm in cell.arms.values())


@pytest.mark.parametrize("signal", ["SIGINT", "SIGTERM"])
def test_a_signal_in_the_middle_of_a_skill(start: Start, signal: str) -> None:
    run = start(f"root: {{press: {{signal: {signal}}}}}")
    assert run.result.outcome == "interrupted"
    assert (run.result.failure.code, run.result.failure.phase) == ("cancelled", "cancelled")
    assert at_rest(run.cell)
    assert run.cell.stops >= 1
    assert run.result.sim_time <= 0.1 + 0.1 + 4 * 0.008


def test_finally_still_runs_after_a_signal(start: Start) -> None:
    run = start("root: {finally: {child: {press: {}}, always: {move: {seconds: 0.2, text: home}}}}")
    assert run.result.outcome == "interrupted"
    assert run.notes == ["home starts at rest", "home done"]
    assert at_rest(run.cell)


def test_a_second_signal_cuts_finally_short(start: Start) -> None:
    run = start("root: {finally: {child: {press: {}}, always: {press: {}}}}")
    assert run.result.outcome == "interrupted"
    assert at_rest(run.cell)


def test_signal_handlers_are_put_back(start: Start) -> None:
    import signal

    before = signal.getsignal(signal.SIGINT)
    start("root: {say: {}}")
    assert signal.getsignal(signal.SIGINT) is before


def test_a_bug_in_a_skill_is_a_failure_without_a_traceback(start: Start) -> None:
    run = start("root: {retry: {attempts: 3, child: {break: {}}}}")
    failure = run.result.failure
    assert (failure.code, failure.recoverable) == ("internal_error", False)
    assert failure.message == "ZeroDivisionError: a bug in a skill"
    assert "Traceback" in run.log.of("error")[0]["traceback"]
    assert at_rest(run.cell)


def test_a_skill_whose_clean_up_breaks_is_still_stopped(start: Start) -> None:
    run = start("root: {fallback: [timeout: {seconds: 0.2, child: {stubborn: {}}}, move: {seconds: 0.1}]}")
    assert run.result.outcome == "success"
    assert "move starts at rest" in run.notes
    assert "broken clean-up" in run.log.of("error")[0]["message"]


def test_an_arm_that_does_not_stop_is_found(start: Start, cell: Any) -> None:
    cell.arms["left"].braking = 1e9
    run = start("root: {fallback: [timeout: {seconds: 0.2, child: {stubborn: {}}}, move: {seconds: 0.1}]}")
    assert run.result.failure.code == "arm_not_stopped"
    assert run.log.of("not_at_rest")


def test_a_safety_stop_ends_everything_at_once(start: Start) -> None:
    run = start("""
root:
  finally:
    child: {fallback: [fail: {code: safety_stop}, say: {text: no}]}
    always: {move: {}}
""")
    assert run.result.outcome == "safety_stop"
    assert run.notes == ["try 1"]


def test_a_cell_that_breaks_is_stopped(start: Start, cell: Any) -> None:
    def explode() -> None:
        raise FloatingPointError("NaN in the simulation")

    cell.at(0.3, explode)
    run = start("root: {move: {seconds: 9}}")
    assert run.result.outcome == "failure"
    assert run.result.failure.message == "FloatingPointError: NaN in the simulation"
    assert run.notes[-1] == "move stopped"
    assert at_rest(run.cell)


def test_an_observer_that_breaks_is_dropped(start: Start) -> None:
    class Broken(Listener):
        ticks = 0

        def on_tick(self, time: float) -> None:
            Broken.ticks += 1
            raise OSError("viewer lost")

    run = start("root: {say: {}}", observers=(Broken(),))
    assert run.result.outcome == "success"
    assert Broken.ticks == 1
    assert "viewer lost" in run.log.of("observer_dropped")[0]["message"]


def test_the_same_mission_runs_twice(start: Start) -> None:
    first, second = (start("root: {retry: {attempts: 2, child: {move: {seconds: 0.3}}}}") for _ in range(2))
    assert first.result.outcome == second.result.outcome == "success"
    assert first.notes == second.notes


def test_times_are_the_cells(start: Start) -> None:
    run = start("root: {look: {seconds: 4.0}}")
    assert run.result.sim_time == pytest.approx(4.0, abs=0.05)
    assert run.result.wall_time < 4.0


def test_two_missions_share_nothing(write: Any, cell: Any, toys: Any) -> None:
    path = str(write("inputs: {n: {type: int, default: 1}}\nroot: {sequence: [set: {m: $n}, look: {seconds: 1}]}"))
    contexts = [Context(cell, None, np.random.default_rng(0)) for _ in range(2)]  # type: ignore[arg-type]
    trees = [load_mission(path, context, {"n": n}, toys) for n, context in enumerate(contexts)]
    for tree in trees:
        tree.tick_once()
    assert [tree.board["m"] for tree in trees] == [0, 1]


def test_a_mission_is_an_ordinary_behaviour(write: Any, cell: Any, toys: Any) -> None:
    """It stands in a tree of py_trees' own and is stopped by it."""
    import py_trees

    context = Context(cell, None, np.random.default_rng(0))  # type: ignore[arg-type]
    mission = load_mission(str(write("root: {move: {seconds: 9}}")), context, {}, toys)
    root = py_trees.composites.Sequence("app", memory=True, children=[py_trees.behaviours.Success("one"), mission])
    root.tick_once()
    assert root.status is Status.RUNNING
    assert cell.arms["left"].speed == 1.0
    root.stop(Status.INVALID)
    assert mission.status is Status.INVALID
    assert cell.arms["left"].stops == 1
    assert "move" in py_trees.display.ascii_tree(root)


def test_cancel_from_outside(write: Any, cell: Any, toys: Any) -> None:
    context = Context(cell, None, np.random.default_rng(0))  # type: ignore[arg-type]
    executive = Executive(load_mission(str(write("root: {move: {seconds: 9}}")), context, {}, toys))
    cell.at(1.0, executive.cancel)
    result = executive.run()
    assert (result.outcome, at_rest(cell)) == ("interrupted", True)
    assert result.sim_time == pytest.approx(1.0, abs=0.15)
    assert json.dumps(result.failure.as_dict())
