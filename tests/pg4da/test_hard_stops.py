"""Everything comes to rest although the cell, a skill's own clean-up or a listener breaks while things are stopped."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from py_trees.common import Status

from pg4da.errors import BadInput
from pg4da.mission.control import Control
from pg4da.mission.events import Listener
from pg4da.mission.executive import Executive
from pg4da.mission.resources import resources_of
from pg4da.mission.tree import load_mission
from pg4da.skills.blocking import BlockingSkill, Token
from pg4da.skills.skill import Context, Phase, Ports, Skill, SkillFailure


class OneArm(Skill):
    """Moves one arm; what it does when it is closed is up to the test."""

    arm = "left"

    class Inputs(Ports):
        on_close: str = ""
        after: float = 1e9
        fails: str = ""

    def run(self, inputs: Any) -> Any:
        cell: Any = self.context.cell
        end = cell.clock.now() + inputs.after
        cell.arms[self.arm].move()
        try:
            while cell.clock.now() < end:
                yield
        except GeneratorExit:
            if inputs.on_close == "moves":
                cell.arms[self.arm].move()
            while inputs.on_close == "swallows":
                yield
            if inputs.on_close == "hangs":
                time.sleep(60)
            if inputs.on_close == "exits":
                raise SystemExit("from the clean-up") from None
            raise
        if inputs.fails:
            raise SkillFailure(inputs.fails, Phase.EXECUTION, "as told")
        cell.arms[self.arm].stop()
        return self.Outputs()


class Left(OneArm):
    name = "left"
    needs = frozenset({"left"})


class Right(OneArm):
    name = "right"
    needs = frozenset({"right"})
    arm = "right"


class Early(Skill):
    """Sets its arm in motion before its first step, and breaks there."""

    name = "early"
    needs = frozenset({"left"})

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        cell: Any = context.cell
        cell.arms["left"].move()
        raise ZeroDivisionError("in the constructor")

    def run(self, inputs: Any) -> Any:
        yield


class Odd(Skill):
    """Can't say whether it has stopped."""

    name = "odd"

    def run(self, inputs: Any) -> Any:
        while True:
            yield

    def stopped(self) -> bool:
        raise ZeroDivisionError("in stopped")


class Chatty(BlockingSkill):
    name = "chatty"

    def work(self, inputs: Any, token: Token) -> Any:
        for i in range(5):
            self.context.emit("note", {"text": str(i)})
        return self.Outputs()


SKILLS: dict[str, type[Skill]] = {skill.name: skill for skill in (Left, Right, Early, Odd, Chatty)}
BOTH = "root: {parallel: {children: [left: {%s}, right: {}]}}"
STOPPED = [Status.INVALID] * 3
CLEAN_UPS = pytest.mark.parametrize("on_close", ["moves", "swallows", "exits"])

Make = Callable[..., Executive]


@pytest.fixture
def make(write: Any, cell: Any, toys: Any) -> Make:
    def executive(text: str, **options: Any) -> Executive:
        context = Context(cell, None, np.random.default_rng(0))  # type: ignore[arg-type]
        return Executive(load_mission(str(write(text)), context, {}, {**toys, **SKILLS}), **options)

    return executive


def rests(cell: Any) -> bool:
    """Whether both arms rest a while later."""
    for _ in range(100):
        cell.advance(0.008)
    return all(arm.state.dq[0] == 0 for arm in cell.arms.values())


def breaks(*_: Any) -> Any:
    raise ConnectionError("the line is dead")


@CLEAN_UPS
def test_a_clean_up_that_does_as_it_likes(make: Make, cell: Any, on_close: str) -> None:
    ex = make(BOTH % f"on_close: {on_close}")
    cell.at(0.5, ex.cancel)
    with suppress(SystemExit):
        ex.run()
    assert rests(cell)
    assert [node.status for node in ex.tree.nodes] == STOPPED


@CLEAN_UPS
def test_the_same_in_a_tree_of_somebody_else(make: Make, cell: Any, on_close: str) -> None:
    """Where nothing but the nodes themselves stops an arm."""
    tree = make(BOTH % f"on_close: {on_close}").tree
    tree.tick_once()
    with suppress(SystemExit):
        tree.stop(Status.INVALID)
    assert rests(cell)
    assert [node.status for node in tree.nodes] == STOPPED
    assert resources_of(cell).hold(tree.nodes[0], {"left", "right"})


def test_a_clean_up_that_hangs(make: Make, cell: Any) -> None:
    """The arms do not wait for it, and the watchdog breaks into it."""
    ex = make(BOTH % "on_close: hangs", hang_bound=0.2)
    cell.at(0.5, ex.cancel)
    result = ex.start().result(30)
    assert (result.outcome, result.failure.code if result.failure else "") == ("failure", "hung")
    assert rests(cell)


@pytest.mark.parametrize("broken", ["left", "right"])
def test_an_arm_that_can_not_be_told_to_stop(make: Make, cell: Any, broken: str) -> None:
    """The other is, and the mission says so whatever it was stopped for."""
    ex = make(BOTH % "")
    cell.arms[broken].stop = breaks
    cell.at(0.5, ex.cancel)
    result = ex.run()
    assert result.outcome == "failure"
    assert "the line is dead" in (result.failure.message if result.failure else "")
    assert cell.arms[{"left": "right", "right": "left"}[broken]].speed == 0


@pytest.mark.parametrize("broken", ["left", "right"])
def test_one_skill_with_both_arms(make: Make, cell: Any, broken: str) -> None:
    tree = make("root: {move: {seconds: 9}}").tree
    cell.arms[broken].stop = breaks
    tree.tick_once()
    with pytest.raises(ConnectionError):
        tree.stop(Status.INVALID)
    assert cell.arms[{"left": "right", "right": "left"}[broken]].stops


def test_a_cell_whose_stop_breaks(make: Make, cell: Any) -> None:
    ex = make(BOTH % "")
    cell.stop = breaks
    cell.at(0.5, ex.cancel)
    assert ex.run().outcome == "failure"
    assert rests(cell)


def test_a_clock_that_breaks(make: Make, cell: Any) -> None:
    """Not even what happened can be told any more."""
    ex = make(BOTH % "")
    cell.at(0.5, lambda: setattr(cell.clock, "now", breaks))
    with pytest.raises(ConnectionError):
        ex.run()
    assert cell.stops


def test_a_clock_that_stands_still(make: Make, cell: Any) -> None:
    ex = make(BOTH % "")
    for arm in cell.arms.values():
        arm.braking = 1e9
    cell.at(0.5, ex.cancel)
    cell.at(0.5, lambda: setattr(cell, "advance", lambda dt: None))
    result = ex.start().result(30)
    assert result.failure is not None
    assert (result.outcome, result.failure.code) == ("failure", "arm_not_stopped")


def test_a_success_with_an_arm_that_moves_on_is_none(make: Make, cell: Any) -> None:
    cell.arms["left"].braking = 1e9
    result = make("root: {left: {after: 0.1}}").run()
    assert result.failure is not None
    assert (result.outcome, result.failure.code) == ("failure", "arm_not_stopped")


def test_a_listener_refuses_in_mid_motion(make: Make, cell: Any) -> None:
    class FullDisk(Listener):
        def on_event(self, event: Any) -> None:
            if event.kind == "skill_finished":
                raise BadInput("no space left")

    ex = make(BOTH % "", observers=(FullDisk(),))
    cell.at(0.5, ex.cancel)
    assert ex.run().outcome == "interrupted"
    assert [node.status for node in ex.tree.nodes] == STOPPED


def test_a_skill_that_breaks_before_its_first_step(make: Make, cell: Any) -> None:
    tree = make("root: {early: {}}").tree
    tree.tick_once()
    assert tree.failure is not None
    assert tree.failure.message == "ZeroDivisionError: in the constructor"
    assert rests(cell)


def test_a_skill_that_can_not_say_whether_it_has_stopped(make: Make, cell: Any) -> None:
    result = make("root: {timeout: {seconds: 0.1, child: {odd: {}}}}").run()
    assert result.failure is not None
    assert result.failure.code == "timeout"
    assert make("root: {move: {seconds: 0.1}}").run().outcome == "success"


def test_a_safety_stop_ends_a_tree_of_somebody_else(make: Make, cell: Any) -> None:
    moving = "fallback: [left: {after: 0.2, fails: protective_stop}, left: {}]"
    tree = make(f"root: {{parallel: {{children: [{moving}, right: {{}}]}}}}").tree
    tree.tick_once()
    while tree.status is Status.RUNNING:
        cell.advance(0.008)
        tree.tick_once()
    assert tree.failure is not None
    assert (tree.status, tree.failure.code) == (Status.FAILURE, "protective_stop")
    assert rests(cell)


def test_a_safety_stop_in_finally(make: Make, cell: Any) -> None:
    home = "parallel: {children: [left: {after: 0.2, fails: protective_stop}, right: {after: 5}]}"
    ex = make(f"root: {{finally: {{child: {{move: {{seconds: 9}}}}, always: {{{home}}}}}}}")
    cell.at(0.5, ex.cancel)
    result = ex.run()
    assert result.outcome == "safety_stop"
    assert result.sim_time < 1.5


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
    root = Path(__file__).parents[2]
    program = [sys.executable, "-c", FORGETFUL, str(root), str(mission)]
    run = subprocess.run(program, check=True, capture_output=True, text=True, timeout=60)
    assert "told to stop" in run.stdout
