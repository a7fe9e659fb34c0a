"""What people may ask of a running mission: pause, step, resume, breakpoints, answers, stop."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from py_trees.common import Status

from pg4da.mission.control import Control, ControlState
from pg4da.mission.events import Listener
from pg4da.mission.executive import Executive, MissionResult
from pg4da.mission.tree import load_mission
from pg4da.skills.skill import Context


class Seen(Listener):
    """States of control, and events that matter here."""

    def __init__(self) -> None:
        self.states: list[ControlState] = []
        self.events: list[tuple[float, str, Any]] = []
        self.ticks = 0

    def on_control(self, time: float, state: ControlState) -> None:
        self.states.append(state)

    def on_event(self, event: Any) -> None:
        self.events.append((event.time, event.kind, event.data))

    def on_tick(self, time: float) -> None:
        self.ticks += 1

    def notes(self) -> list[str]:
        return [data["text"] for _, kind, data in self.events if kind == "note"]


class Desk:
    """A mission in the fake cell with somebody at the controls. Waits of the wall clock are left out."""

    def __init__(self, path: str, cell: Any, skills: Any, attended: bool = True) -> None:
        self.cell, self.seen = cell, Seen()
        self.control = Control(attended=attended)
        self.waits = 0
        self.control.wait = self._wait  # type: ignore[method-assign]
        context = Context(cell, None, np.random.default_rng(0))  # type: ignore[arg-type]
        self.tree = load_mission(path, context, {}, skills)
        self.executive = Executive(self.tree, observers=(self.seen,), control=self.control)

    def _wait(self, seconds: float) -> bool:
        self.waits += 1
        return False

    def at(self, time: float, command: str, **arguments: Any) -> None:
        self.cell.at(time, lambda: self.control.request(command, **arguments))

    def run(self) -> MissionResult:
        return self.executive.run()


@pytest.fixture
def desk(write: Callable[..., Any], cell: Any, toys: Any) -> Callable[..., Desk]:
    return lambda text, **options: Desk(str(write(text)), cell, toys, **options)


def test_a_pause_holds_the_cell_and_ticks_nothing(desk: Any, cell: Any) -> None:
    d = desk("root: {look: {seconds: 1.0}}")
    d.at(0.5, "pause")
    cell.at(0.6, lambda: paces.append(cell.pace))
    d.at(5.5, "resume")
    cell.at(5.6, lambda: paces.append(cell.pace))
    paces: list[float] = []
    result = d.run()
    assert result.outcome == "success"
    assert paces == [0.0, 1.0]
    assert result.sim_time == pytest.approx(6.0, abs=0.05)  # the second that it waits for does not run in the pause
    assert [s.state for s in d.seen.states] == ["running", "paused", "running", "stopping"]
    assert d.waits > 500


@pytest.mark.parametrize("word", ["timeout: {seconds: 1, child: {look: {seconds: 0.8}}}", "look: {seconds: 0.8}"])
def test_no_timeout_runs_in_a_pause(desk: Any, word: str) -> None:
    d = desk(f"root: {{{word}}}")
    d.at(0.4, "pause")
    d.at(4.4, "resume")
    assert d.run().outcome == "success"


def test_a_step_is_one_tick(desk: Any, cell: Any) -> None:
    d = desk("root: {sequence: [say: {text: a}, say: {text: b}, say: {text: c}]}")
    d.control.request("pause")
    for moment in (0.1, 0.2, 0.3):
        d.at(moment, "step")
    cell.at(0.29, lambda: notes.extend(d.seen.notes()))
    d.at(0.5, "stop")
    notes: list[str] = []
    assert d.run().outcome == "interrupted"
    assert notes == ["a", "b"]  # a tick says "a"; the next ends it and says "b"
    assert d.seen.notes() == ["a", "b", "c"]


def test_a_breakpoint_holds_before_the_node_starts(desk: Any, cell: Any) -> None:
    d = desk("root: {sequence: [say: {text: a}, move: {seconds: 0.2}, say: {text: z}]}")
    d.control.request("breakpoint", node=3)
    statuses: list[Any] = []
    cell.at(0.5, lambda: statuses.append((d.tree.nodes[1].status, d.tree.nodes[2].status, cell.arms["left"].speed)))
    d.at(1.0, "resume")
    assert d.run().outcome == "success"
    assert statuses == [(Status.SUCCESS, Status.RUNNING, 0.0)]
    assert d.seen.notes() == ["a", "move starts at rest", "move done", "z"]
    states = d.seen.states
    assert states[0].breakpoints == (3,)
    assert [(s.state, s.at) for s in states] == [
        ("running", None), ("paused", 3), ("running", None), ("stopping", None)
    ]  # fmt: skip


def test_a_breakpoint_may_be_stepped_over_and_taken_away(desk: Any) -> None:
    d = desk("root: {repeat: {times: 3, child: {say: {text: round}}}}")
    d.control.request("breakpoint", node=2)
    d.at(0.1, "step")
    d.at(0.2, "resume")
    d.at(0.3, "breakpoint", node=2, on=False)
    d.at(0.4, "resume")
    assert d.run().outcome == "success"
    assert d.seen.notes() == ["round"] * 3
    assert [s.at for s in d.seen.states if s.state == "paused"] == [2, None, 2, None]


def test_what_stands_at_a_breakpoint_can_be_stopped(desk: Any) -> None:
    """A `finally` that never started owes nothing."""
    d = desk("root: {timeout: {seconds: 9, child: {finally: {child: {say: {}}, always: {say: {text: end}}}}}}")
    d.control.request("breakpoint", node=2)
    d.at(0.5, "stop", reason="enough")
    result = d.run()
    assert (result.outcome, result.failure.message) == ("interrupted", "enough")
    assert d.seen.notes() == []
    assert d.tree.nodes[1].status is Status.INVALID
    assert "tick_once" not in vars(d.tree.nodes[1])  # no trace of the breakpoint is left


def test_a_pause_does_not_keep_the_mission_from_stopping(desk: Any, cell: Any) -> None:
    d = desk("root: {finally: {child: {move: {seconds: 9}}, always: {move: {seconds: 0.1, text: home}}}}")
    d.at(0.3, "pause")
    d.at(0.6, "stop")
    assert d.run().outcome == "interrupted"
    assert d.seen.notes()[-1] == "home done"
    assert cell.pace == 1.0
    assert [s.state for s in d.seen.states] == ["running", "paused", "stopping"]


@pytest.mark.parametrize(
    ("command", "arguments", "message"),
    [
        ("resume", {}, "not paused"),
        ("step", {}, "not paused"),
        ("breakpoint", {"node": 99}, "no node 99"),
        ("breakpoint", {"node": -1}, "no node -1"),
        ("answer", {"choice": "yes"}, "no question"),
    ],
)
def test_what_can_not_be_done_is_told(desk: Any, command: str, arguments: Any, message: str) -> None:
    d = desk("root: {look: {seconds: 0.2}}")
    d.control.request(command, **arguments)
    assert d.run().outcome == "success"
    refused = [data for _, kind, data in d.seen.events if kind == "refused"]
    assert message in refused[0]["message"]


ASK = """
outputs: {said: {type: str}}
root: {prompt: {text: "Take it?", choices: ["yes", "no"], %s outputs: {answer: said}}}
"""


def test_a_question_is_answered(desk: Any) -> None:
    d = desk(ASK % "")
    d.at(0.5, "answer", choice="maybe")
    d.at(1.0, "answer", choice="no", prompt="1.1")
    result = d.run()
    assert result.outputs == {"said": "no"}
    prompt = d.seen.states[0].prompt or d.seen.states[1].prompt
    assert prompt is not None
    assert (prompt.id, prompt.text, prompt.choices, prompt.until) == ("1.1", "Take it?", ("yes", "no"), None)
    assert d.seen.states[-1].prompt is None
    refused = next(data for _, kind, data in d.seen.events if kind == "refused")
    assert "'maybe' is not one of yes, no" in refused["message"]
    assert d.waits > 50  # nobody is hurried: real time while a person thinks


@pytest.mark.parametrize("attended", [True, False])
def test_the_default_is_taken_in_time(desk: Any, attended: bool) -> None:
    d = desk(ASK % 'default: "yes", seconds: 2,', attended=attended)
    result = d.run()
    assert result.outputs == {"said": "yes"}
    assert result.sim_time == pytest.approx(2.0, abs=0.05)
    assert (d.waits > 0) == attended


def test_nobody_answers(desk: Any) -> None:
    assert desk(ASK % "seconds: 1,").run().failure.code == "no_answer"


def test_where_nobody_can_answer_nobody_waits(desk: Any) -> None:
    assert desk(ASK % 'default: "yes",', attended=False).run().outputs == {"said": "yes"}
    result = desk(ASK % "", attended=False).run()
    assert (result.failure.code, result.sim_time) == ("no_answer", pytest.approx(0, abs=0.05))


def test_a_lost_viewer_stops_the_mission_when_asked_for(desk: Any, cell: Any) -> None:
    d = desk("root: {move: {seconds: 60}}")
    d.control.stop_when_lost, d.control.grace = True, 0.0
    d.control.attach()
    cell.at(0.5, d.control.detach)
    advance = cell.advance

    def advance_and_let_others(dt: float) -> None:
        advance(dt)
        timer = d.control._timer
        if timer is not None:
            timer.join()

    cell.advance = advance_and_let_others
    result = d.run()
    assert (result.outcome, result.failure.message) == ("interrupted", "the controlling viewer is lost")
    assert cell.arms["left"].state.dq[0] == 0


def test_a_viewer_that_comes_back_stops_nothing() -> None:
    control = Control(stop_when_lost=True, grace=60.0)
    control.attach()
    control.detach()
    assert not control.attended
    control.attach()
    assert control.attended
    assert control._timer is None
    assert control.take() is None


def test_a_viewer_that_leaves_stops_nothing_unless_asked_for() -> None:
    control = Control()
    control.attach()
    control.detach()
    assert control._timer is None
