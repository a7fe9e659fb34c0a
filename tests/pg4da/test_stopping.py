"""An old skill is confirmed stopped before a new one starts; whatever a skill raises, nothing is left running."""

from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from py_trees.common import Status

from pg4da.mission.executive import Executive
from pg4da.mission.resources import resources_of
from pg4da.mission.tree import load_mission
from pg4da.skills.blocking import BlockingSkill, Token
from pg4da.skills.skill import Context, Ports, Skill

Start = Callable[..., Any]

REACTIVE = """
root:
  parallel:
    policy: any
    children:
      - sequence: [set: {alarm: false}, wait: {seconds: 0.5}, set: {alarm: true}, wait: {seconds: 9}]
      - fallback:
          memory: false
          children:
            - sequence: {memory: false, children: [condition: {if: $alarm}, %s]}
            - move: {seconds: 9, text: work}
"""


def make(write: Any, cell: Any, skills: Any, text: str, **options: Any) -> Executive:
    context = Context(cell, None, np.random.default_rng(0))  # type: ignore[arg-type]
    return Executive(load_mission(str(write(text)), context, {}, skills), **options)


def slow(cell: Any) -> None:
    """Give threads their turn between ticks."""
    advance = cell.advance

    def advance_slowly(dt: float) -> None:
        time.sleep(0.002)
        advance(dt)

    cell.advance = advance_slowly


def at_rest(cell: Any) -> bool:
    return all(arm.state.dq[0] == 0 for arm in cell.arms.values())


class Greet(Skill):
    """Needs no arm; says whether the arms rest when it starts."""

    name = "greet"

    def run(self, inputs: Any) -> Any:
        still = all(arm.state.dq[0] == 0 for arm in self.context.cell.arms.values())
        self.context.emit("note", {"text": "greets at rest" if still else "greets while arms move"})
        yield
        return self.Outputs()


class Asks(Skill):
    """A guard: ends in its first step."""

    name = "asks"
    guard = True

    class Inputs(Ports):
        slow: bool = False

    def run(self, inputs: Any) -> Any:
        if inputs.slow:
            yield
        return self.Outputs()


class Raises(Skill):
    name = "raises"
    needs = frozenset({"left"})

    class Inputs(Ports):
        kind: str
        now: bool = False

    def run(self, inputs: Any) -> Any:
        self.context.cell.arms["left"].move()  # type: ignore[attr-defined]
        if not inputs.now:
            yield
        raise {"KeyboardInterrupt": KeyboardInterrupt, "SystemExit": SystemExit, "GeneratorExit": GeneratorExit}[
            inputs.kind
        ]("from a skill")


class Deaf(BlockingSkill):
    """Never looks at its token."""

    name = "deaf"
    needs = frozenset({"right"})
    release = threading.Event()

    def work(self, inputs: Any, token: Token) -> Any:
        self.context.cell.arms["right"].move()  # type: ignore[attr-defined]
        Deaf.release.wait(20)


MORE: dict[str, type[Skill]] = {skill.name: skill for skill in (Greet, Asks, Raises, Deaf)}


@pytest.fixture
def skills(toys: dict[str, type[Skill]]) -> dict[str, type[Skill]]:
    return {**toys, **MORE}


def run(executive: Executive) -> tuple[Any, list[str]]:
    notes: list[str] = []
    publish = executive.hub.publish
    executive.runtime.context.emit = lambda kind, data: (
        notes.append(data["text"]) if kind == "note" else publish(kind, data)
    )
    return executive.run(), notes


def test_a_skill_that_shares_no_arm_waits_too(write: Any, cell: Any, skills: Any) -> None:
    _, notes = run(make(write, cell, skills, REACTIVE % "greet: {}"))
    assert notes == ["work starts at rest", "work stopped", "greets at rest"]


def test_after_a_timeout_the_next_skill_waits_for_rest(write: Any, cell: Any, skills: Any) -> None:
    text = "root: {fallback: [timeout: {seconds: 0.3, child: {move: {seconds: 9}}}, greet: {}]}"
    assert run(make(write, cell, skills, text))[1][-1] == "greets at rest"


def test_a_guard_is_asked_while_what_it_guards_runs(write: Any, cell: Any, skills: Any) -> None:
    text = "root: {sequence: {memory: false, children: [asks: {}, move: {seconds: 0.5}]}}"
    result, notes = run(make(write, cell, skills, text))
    assert (result.outcome, notes) == ("success", ["move starts at rest", "move done"])


def test_a_guard_that_takes_its_time_is_a_bug(write: Any, cell: Any, skills: Any) -> None:
    result, _ = run(make(write, cell, skills, "root: {asks: {slow: true}}"))
    assert result.failure.code == "internal_error"


@pytest.mark.parametrize("now", ["true", "false"])
@pytest.mark.parametrize("kind", ["KeyboardInterrupt", "SystemExit", "GeneratorExit"])
def test_nothing_survives_what_a_skill_raises(write: Any, cell: Any, skills: Any, kind: str, now: str) -> None:
    """The sibling is stopped although its parent never got to say so."""
    text = f"root: {{parallel: {{children: [look: {{seconds: 9}}, raises: {{kind: {kind}, now: {now}}}]}}}}"
    executive = make(write, cell, skills, text)
    if kind == "KeyboardInterrupt":
        assert executive.run().outcome == "interrupted"
    else:
        with pytest.raises((SystemExit, GeneratorExit), match="from a skill"):
            executive.run()
    assert at_rest(cell)
    assert [node.status for node in executive.tree.nodes] == [Status.INVALID] * 3
    assert resources_of(cell).hold(executive.tree.nodes[0], {"left", "right", "camera"})


def test_finally_runs_before_a_system_exit_goes_on(write: Any, cell: Any, skills: Any) -> None:
    text = "root: {finally: {child: {raises: {kind: SystemExit}}, always: {move: {seconds: 0.1, text: home}}}}"
    executive = make(write, cell, skills, text)
    notes: list[str] = []
    executive.runtime.context.emit = lambda kind, data: notes.append(data["text"]) if kind == "note" else None
    with pytest.raises(SystemExit):
        executive.run()
    assert notes == ["home starts at rest", "home done"]


def test_a_tree_that_is_ticked_by_others_stops_as_well(write: Any, cell: Any, skills: Any) -> None:
    tree = make(write, cell, skills, "root: {parallel: {children: [look: {}, raises: {kind: KeyboardInterrupt}]}}").tree
    tree.tick_once()
    with pytest.raises(KeyboardInterrupt):
        tree.tick_once()
    assert tree.status is Status.INVALID
    assert cell.arms["left"].stops == 1


def test_the_third_signal_ends_it_without_finally(write: Any, cell: Any, skills: Any) -> None:
    executive = make(
        write, cell, skills, "root: {finally: {child: {move: {seconds: 9}}, always: {move: {seconds: 9, text: home}}}}"
    )
    cell.at(0.5, lambda: [os.kill(os.getpid(), signal.SIGINT) for _ in range(3)])
    result, notes = run(executive)
    assert (result.outcome, result.failure.message) == ("interrupted", "stopped by Ctrl-C")
    assert "home starts at rest" not in notes
    assert cell.arms["left"].stops >= 1


def test_a_second_signal_ends_finally(write: Any, cell: Any, skills: Any) -> None:
    executive = make(
        write, cell, skills, "root: {finally: {child: {move: {seconds: 9}}, always: {move: {seconds: 9, text: home}}}}"
    )
    for moment in (0.5, 1.0):
        cell.at(moment, lambda: os.kill(os.getpid(), signal.SIGTERM))
    result, notes = run(executive)
    assert notes == ["move starts at rest", "move stopped", "home starts at rest", "home stopped"]
    assert result.failure.message == "stopped by SIGTERM"
    assert result.sim_time < 1.5


def test_a_thread_that_does_not_stop_is_left_behind_and_told(write: Any, cell: Any, skills: Any) -> None:
    Deaf.release.clear()
    slow(cell)
    text = "root: {fallback: [timeout: {seconds: 0.3, child: {deaf: {}}}, greet: {}]}"
    executive = make(write, cell, skills, text)
    events: list[tuple[str, Any]] = []
    executive.runtime.context.emit = lambda kind, data: events.append((kind, data))
    result = executive.run()
    Deaf.release.set()
    assert result.outcome == "success"
    kinds = [kind for kind, _ in events]
    assert kinds.index("abandoned") < kinds.index("note")
    assert at_rest(cell)


def test_a_resource_has_one_holder(write: Any, cell: Any, skills: Any) -> None:
    """Two missions on one cell: the second waits for the first to be stopped, then for its arms to rest."""
    first, second = (make(write, cell, skills, "root: {move: {seconds: 9}}").tree for _ in range(2))
    first.tick_once()
    second.tick_once()
    assert cell.arms["left"].speed == 1.0
    first.stop(Status.INVALID)
    cell.advance(0.01)
    second.tick_once()
    assert second.status is Status.RUNNING
    assert cell.arms["left"].stops == 1
    assert cell.arms["left"]._stopped_at is not None  # still braking for the first
    cell.advance(0.2)
    second.tick_once()
    assert cell.arms["left"]._stopped_at is None  # set in motion by the second


def test_waiting_for_another_mission_ends(write: Any, cell: Any, skills: Any) -> None:
    holder = make(write, cell, skills, "root: {move: {seconds: 99}}").tree
    holder.tick_once()
    result = make(write, cell, skills, "root: {move: {seconds: 1}}").run()
    assert (result.failure.code, "held by move" in result.failure.message) == ("resource_busy", True)
    assert holder.status is Status.RUNNING


def test_failures_name_what_led_to_them(start: Start) -> None:
    run = start("""
root:
  fallback:
    - fail: {code: first}
    - retry: {attempts: 3, child: {fail: {code: second}}}
    - fail: {code: third}
""")
    failure = run.result.failure
    assert [f.code for f in failure.chain()] == ["first", "second", "second", "second", "third"]
    assert failure.code == "third"
    assert failure.as_dict()["causes"][1]["causes"][0]["message"] == "failed try 2"


def test_the_chain_of_failures_is_bounded(start: Start) -> None:
    failing = "retry: {attempts: 9, child: {fail: {code: again}}}"
    run = start(f"root: {{retry: {{attempts: 9, child: {{retry: {{attempts: 9, child: {{{failing}}}}}}}}}}}")
    assert len(list(run.result.failure.chain())) < 60


class Peeks(Skill):
    """Declares the left arm only, and does what it is told."""

    name = "peeks"
    needs = frozenset({"left"})

    class Inputs(Ports):
        what: str

    def run(self, inputs: Any) -> Any:
        cell = self.context.cell
        acts: dict[str, Callable[[], Any]] = {
            "read": lambda: cell.arms["right"].state.dq,
            "own": lambda: cell.arms["left"].stop(),
            "other": lambda: cell.arms["right"].stop(),
            "camera": lambda: cell.camera.capture(),
        }
        acts[inputs.what]()
        yield
        return self.Outputs()


@pytest.mark.parametrize(
    ("what", "message"),
    [
        ("read", ""),
        ("own", ""),
        ("other", "peeks commands the right arm, which is not in its needs"),
        ("camera", "peeks uses the camera, which is not in its needs"),
    ],
)
def test_only_what_is_declared_may_be_used(write: Any, cell: Any, what: str, message: str) -> None:
    failure = make(write, cell, {"peeks": Peeks}, f"root: {{peeks: {{what: {what}}}}}").run().failure
    assert message in (failure.message if failure else "")
    assert (failure is None) == (message == "")
