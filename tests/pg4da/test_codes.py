"""Failure codes: what nodes can end with, what the checker makes of it, and codes that nobody declared."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
import pytest

from pg4da.books import Plugin
from pg4da.mission.codes import ANY, OWN, Endings, known_codes
from pg4da.mission.events import Event, Listener
from pg4da.mission.executive import Executive
from pg4da.mission.failure import SAFETY_CODES, Failure
from pg4da.mission.loader import load_spec
from pg4da.mission.problems import MissionError
from pg4da.mission.schema import mission_schema
from pg4da.mission.tree import load_mission
from pg4da.plugins import _check_skill
from pg4da.skills.codes import ends_with
from pg4da.skills.registry import SKILLS
from pg4da.skills.skill import Context, Phase, Skill, SkillFailure

Write = Callable[..., Path]
OF_NODE = {"bad_input", "internal_error", "resource_busy", "arm_not_stopped"}


class Slips(Skill):
    """Says what it can fail with, and fails otherwise when told to."""

    name = "slips"
    codes = ends_with(slipped="it slipped", dropped="it fell")
    code: ClassVar[str] = "slipped"

    def run(self, inputs: Any) -> Any:
        yield
        raise SkillFailure(self.code, Phase.EXECUTION, "so it was told")


class Blunt(Skill):
    """Fails before its first step, in a `run` that is no generator."""

    name = "blunt"
    codes = ends_with(blunt="it is so")

    def run(self, inputs: Any) -> Any:
        raise SkillFailure("blunt", Phase.PRECONDITION, "at once")


class Say(Skill):
    """Does not say what it can fail with."""

    name = "say"

    def run(self, inputs: Any) -> Any:
        yield
        return self.Outputs()


KNOWN: dict[str, type[Skill]] = {skill.name: skill for skill in (Slips, Blunt, Say)}
SLIPS = {"slipped", "dropped", *OF_NODE}

ENDS = [
    ("{slips: {}}", SLIPS),
    ("{say: {}}", {ANY, *OF_NODE}),
    ("{sequence: [set: {a: 1}, slips: {}, wait: {seconds: 1}]}", SLIPS),
    ("{fallback: [slips: {}, condition: {if: 1 > 2}]}", {"condition_false", "bad_reference"}),
    ("{fallback: [slips: {}, set: {a: 1}]}", set()),
    ("{fallback: [set: {a: 1}, slips: {}]}", set()),
    ("{parallel: [slips: {}, give_up: {code: enough}]}", {*SLIPS, "enough"}),
    ("{switch: {on: 1, cases: {1: {slips: {}}}}}", {*SLIPS, "bad_reference"}),
    ("{switch: {on: 1, cases: {1: {slips: {}}, default: {set: {a: 1}}}}}", SLIPS),
    ("{retry: {attempts: 2, child: {slips: {}}, recovery: {give_up: {code: spent}}}}", {*SLIPS, "spent"}),
    ("{repeat: {times: 2, child: {set: {a: 1}}}}", {"limit_reached"}),
    ("{for_each: {items: [1], as: i, child: {slips: {}}}}", {*SLIPS, "limit_reached"}),
    ("{guard: {while: true, code: gone, child: {wait: {seconds: 1}}}}", {"gone"}),
    ("{guard: {while: true, child: {wait: {seconds: 1}}}}", {"guard_failed"}),
    ("{timeout: {seconds: 1, child: {slips: {}}}}", {*SLIPS, "timeout"}),
    ("{invert: {child: {slips: {}}}}", {"inverted"}),
    ("{force_success: {child: {slips: {}}}}", set()),
    ("{force_failure: {child: {slips: {}}}}", {*SLIPS, "forced"}),
    ("{finally: {child: {set: {a: 1}}, always: {slips: {}}}}", SLIPS),
    ("{prompt: {text: a}}", {"no_answer"}),
    ("{prompt: {text: a, choices: [b], default: b}}", set()),
    ("{catch: {child: {slips: {}}, cases: {slipped: {give_up: {code: slid}}}}}", (SLIPS - {"slipped"}) | {"slid"}),
    ("{catch: {child: {slips: {}}, cases: {default: {wait: {seconds: 1}}}}}", SLIPS),
]


@pytest.mark.parametrize(("root", "codes"), ENDS)
def test_what_a_node_can_end_with(write: Write, root: str, codes: set[str]) -> None:
    spec = load_spec(str(write(f"root: {root}")), KNOWN)
    assert Endings(KNOWN).of(spec.root) == codes


def test_a_subtree_ends_as_its_mission_does(write: Write) -> None:
    write("root: {give_up: {code: enough}}", "inner")
    spec = load_spec(str(write("root: {subtree: {use: inner}}")), KNOWN)
    assert Endings(KNOWN).of(spec.root) == {"enough"}


# where the problem stands, part of the message, the mission's root (line 2 of the file)
WRONG = [
    ("slippd", "on of retry: nothing below it can end with 'slippd'; did you mean 'slipped'?",
     "root: {retry: {attempts: 2, on: [dropped, slippd], child: {slips: {}}}}"),
    ("drop]", "abort_on of repeat: nothing below it can end with 'drop'; did you mean 'dropped'?",
     "root: {repeat: {times: 2, abort_on: [drop], child: {sequence: [slips: {}]}}}"),
    ("slips_", "cases of catch: nothing below it can end with 'slips_'",
     "root: {catch: {child: {slips: {}}, cases: {slipped: {wait: {seconds: 1}}, slips_: {wait: {seconds: 1}}}}}"),
    ("'slipped, time", "did you mean 'timeout'?",
     "root: {catch: {child: {timeout: {seconds: 1, child: {slips: }}}, cases: {'slipped, timeou': {set: {a: 1}}}}}"),
    ("a]", "'a' never comes: nothing below it can fail", "root: {retry: {attempts: 2, on: [a], child: {set: {b: 1}}}}"),
    ("safety_stop", "ends the whole mission", "root: {retry: {attempts: 2, on: [safety_stop], child: {say: {}}}}"),
    ("cancelled", "ends the whole mission", "root: {catch: {child: {say: }, cases: {cancelled: {say: }}}}"),
]  # fmt: skip


@pytest.mark.parametrize(("at", "message", "root"), WRONG)
def test_a_code_that_never_comes_is_told_at_its_place(write: Write, at: str, message: str, root: str) -> None:
    with pytest.raises(MissionError) as caught:
        load_spec(str(write(root)), KNOWN)
    (problem,) = caught.value.problems
    assert message in problem.message
    assert (problem.mark.line, problem.mark.column) == (2, root.index(at) + 1)


@pytest.mark.parametrize(
    "root",
    [
        "{retry: {attempts: 2, on: [slipped, internal_error], abort_on: [dropped], child: {slips: {}}}}",
        "{retry: {attempts: 2, on: [whatever], child: {sequence: [slips: {}, say: {}]}}}",
        "{catch: {child: {give_up: {code: enough}}, cases: {enough: {say: {}}, default: {say: {}}}}}",
    ],
)
def test_codes_that_may_come_are_taken(write: Write, root: str) -> None:
    assert load_spec(str(write(f"root: {root}")), KNOWN).name == "test"


def test_one_mistake_is_told_once(write: Write) -> None:
    """A node that can't be read may be what ends with the code."""
    with pytest.raises(MissionError) as caught:
        load_spec(str(write("root: {retry: {attempts: 2, on: [dropped], child: {sequence: [slip: {}]}}}")), KNOWN)
    assert ["unknown node" in problem.message for problem in caught.value.problems] == [True]


class Told(Listener):
    """What was told of codes that are not declared."""

    def __init__(self) -> None:
        self.undeclared: list[Mapping[str, Any]] = []

    def on_event(self, event: Event) -> None:
        if event.kind == "undeclared_code":
            self.undeclared.append(event.data)


@pytest.fixture
def fail(write: Write, cell: Any) -> Callable[[str], tuple[Failure, list[Mapping[str, Any]]]]:
    """Run a mission that fails: why, and what was told of undeclared codes."""

    def run(root: str) -> tuple[Failure, list[Mapping[str, Any]]]:
        told = Told()
        context = Context(cell, policy=None, rng=np.random.default_rng(0))  # type: ignore[arg-type]
        failure = Executive(load_mission(str(write(root)), context, {}, KNOWN), observers=(told,)).run().failure
        assert failure is not None
        return failure, told.undeclared

    return run


def test_a_code_that_is_not_declared_is_passed_on_and_told_once(fail: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Slips, "code", "melted")
    failure, (told,) = fail("root: {retry: {attempts: 3, child: {slips: {}}}}")
    assert failure.code == "melted"
    assert (told["skill"], told["code"]) == ("slips", "melted")
    assert told["message"] == "slips failed with 'melted', which it does not declare"


@pytest.mark.parametrize("code", ["slipped", *sorted(SAFETY_CODES)])
def test_nothing_is_said_of_codes_that_are_known(fail: Any, monkeypatch: pytest.MonkeyPatch, code: str) -> None:
    monkeypatch.setattr(Slips, "code", code)
    failure, told = fail("root: {slips: {}}")
    assert (failure.code, told) == (code, [])


def test_a_failure_before_the_first_step_keeps_its_code(fail: Any) -> None:
    failure, _ = fail("root: {blunt: {}}")
    assert (failure.code, failure.phase, failure.message) == ("blunt", "precondition", "at once")


def test_the_executives_codes_are_all_listed(repository: Path) -> None:
    """Each that the source of the language makes has a line, and each line has one that makes it."""
    made = set(SAFETY_CODES) | {"guard_failed"}
    for file in sorted((repository / "pg4da" / "mission").glob("*.py")):
        for node in ast.walk(ast.parse(file.read_text())):
            if isinstance(node, ast.Call) and ast.unparse(node.func) in ("self.fail", "Failure") and node.args:
                made |= {node.args[0].value} if isinstance(node.args[0], ast.Constant) else set()
    assert made == set(OWN)


def test_the_language_page_lists_every_code(repository: Path) -> None:
    text = (repository / "docs" / "missions.md").read_text()
    own = text.split("| code | means |")[1].split("\n\n")[0]
    assert dict(re.findall(r"^\| `(\w+)` \| (.*?) \|$", own, re.MULTILINE)) == OWN
    rows = re.findall(r"^\| `(\w+)` \| (.*?) \|$", text.split("| skill | codes |")[1].split("\n\n")[0], re.MULTILINE)
    told = {name: re.findall(r"`(\w+)`", codes) for name, codes in rows}
    assert told == {name: list(skill.codes) for name, skill in SKILLS.items() if skill.codes}


def test_the_schema_offers_the_codes_with_what_they_mean() -> None:
    offered = mission_schema(SKILLS)["$defs"]["codes"]["items"]["anyOf"]
    lines = {each["const"]: each["description"] for each in offered if "const" in each}
    assert lines == known_codes(SKILLS)
    assert lines["nothing_held"] == "the fingers closed on nothing"
    assert "cancelled" not in lines


def test_codes_of_a_plug_in_are_a_mapping(monkeypatch: pytest.MonkeyPatch) -> None:
    plugin = Plugin("pg4da.skills", "slips", "some-package", None)  # type: ignore[arg-type]
    monkeypatch.setattr(Plugin, "refuse", lambda self, why: ValueError(why))
    assert _check_skill(plugin, Slips) is Slips
    monkeypatch.setattr(Slips, "codes", "slipped")
    with pytest.raises(ValueError, match="no mapping"):
        _check_skill(plugin, Slips)
