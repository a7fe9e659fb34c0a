"""Which outcomes are counted, and what is told of those that were never seen."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from pg4da import Context, Executive, load_mission
from pg4da.mission.loader import load_spec
from pg4da.skills.registry import SKILLS
from pg4da.testing import Coverage, VirtualCell, coverage, fail, hang, mission_under_test, succeed
from pg4da.testing.cases import read_cases
from pg4da.testing.coverage_report import report_lines
from pg4da.testing.possible import possible

C = "{check_cell: {}}"
SET = "{set: {a: 1}}"
LOSE = "{give_up: {code: lost}}"


@pytest.fixture
def seen(monkeypatch: pytest.MonkeyPatch) -> Coverage:
    """What missions under test see from here on."""
    found = Coverage()
    monkeypatch.setattr(coverage, "current", found)
    return found


@pytest.mark.parametrize(
    ("root", "wanted"),
    [
        (C, "sf"),
        (SET, "s"),
        (LOSE, "f"),
        ("{wait: {seconds: 1}}", "s"),
        ("{condition: {if: 1 < 2}}", "sf"),
        (f"{{sequence: [{SET}, {C}]}}", "sf"),
        (f"{{sequence: [{SET}, {LOSE}]}}", "f"),
        (f"{{fallback: [{C}, {SET}]}}", "s"),
        (f"{{fallback: [{C}, {LOSE}]}}", "sf"),
        (f"{{parallel: {{children: [{SET}, {C}], policy: any}}}}", "s"),
        (f"{{parallel: [{SET}, {C}]}}", "sf"),
        (f"{{parallel: {{children: [{SET}, {LOSE}, {LOSE}], policy: 2}}}}", "f"),
        (f"{{invert: {{child: {SET}}}}}", "f"),
        (f"{{force_success: {{child: {LOSE}}}}}", "s"),
        (f"{{force_failure: {{child: {C}}}}}", "f"),
        (f"{{timeout: {{seconds: 1, child: {SET}}}}}", "sf"),
        (f"{{guard: {{while: 1 < 2, child: {LOSE}}}}}", "f"),
        (f"{{retry: {{attempts: 2, child: {SET}}}}}", "s"),
        (f"{{repeat: {{times: 2, child: {SET}}}}}", "s"),
        (f"{{repeat: {{times: 2, until: 1 > 2, child: {SET}}}}}", "sf"),
        (f"{{for_each: {{items: [1], as: i, child: {LOSE}}}}}", "sf"),
        (f"{{catch: {{child: {LOSE}, cases: {{lost: {SET}}}}}}}", "sf"),
        (f"{{finally: {{child: {SET}, always: {C}}}}}", "sf"),
        ("{prompt: {text: go, choices: [a, b], default: a}}", "s"),
        ("{prompt: {text: go, choices: [a, b]}}", "sf"),
        ("{subtree: {use: push_grasp}}", "sf"),
    ],
)
def test_what_a_node_can_do(tmp_path: Path, root: str, wanted: str) -> None:
    path = tmp_path / "m.yaml"
    path.write_text(f"mission: m\nroot: {root}\n")
    outcomes = possible(load_spec(str(path), SKILLS).root)
    assert outcomes == {{"s": "success", "f": "failure"}[letter] for letter in wanted}


def test_outcomes_add_up_over_runs(fetch: Any, seen: Coverage) -> None:
    assert seen.percent == 100.0
    fetch({"Look": succeed(found=True)}).run()
    first = seen.percent
    missing = {point.name: point.missing for point in seen.points.values() if point.missing}
    assert missing["Look again"] == ["success", "failure"]
    assert missing["Look"] == ["failure"]
    fetch({"Look": fail(), "Look again": [fail()], "Tidy up": fail()}).run()
    assert first < seen.percent < 100.0
    fetch({"Look": fail(), "Look again": succeed(found=False)}).run()
    fetch({"Look": fail(), "Look again": succeed(found=True)}).run()
    assert seen.percent == 100.0


def test_being_stopped_is_noted_and_not_asked_for(fetch: Any, seen: Coverage) -> None:
    fetch({"Look": hang()}).run()
    (look,) = [point for point in seen.points.values() if point.name == "Look"]
    assert (look.seen, look.missing) == ({"stopped"}, ["success", "failure"])


def test_what_was_replaced_does_not_count_as_run(fetch: Any, seen: Coverage) -> None:
    fetch({"Find it": succeed()}).run()
    assert {p.name for p in seen.points.values() if not p.seen} == {
        "Not for long",
        "Look",
        "Ask",
        "Look again",
        "Found",
    }


def test_a_replaced_subtree_is_not_asked_for(seen: Coverage) -> None:
    mission_under_test("retrieve", replace={"push_grasp": fail(recoverable=False)}).run()
    assert [Path(file).name for file in seen.by_file()] == ["retrieve.yaml"]


def test_json_and_back(fetch: Any, seen: Coverage) -> None:
    fetch().run()
    data = json.loads(seen.as_json())
    again = Coverage.from_dict(data)
    assert again.as_dict() == data
    again.merge(seen)
    assert again.as_dict() == data
    (file,) = data["files"].values()
    assert file["percent"] == data["percent"] == pytest.approx(seen.percent, abs=0.01)
    assert (file["nodes"][2]["line"], file["nodes"][2]["name"]) == (13, "Not for long")


def test_the_report_names_lines(fetch: Any, seen: Coverage) -> None:
    fetch({"Look": hang()}).run()
    lines = report_lines(seen)
    assert lines[0].split() == ["mission", "nodes", "outcomes", "seen"]
    assert lines[1].endswith(" %")
    told = "\n".join(lines)
    assert "fetch.yaml:16:23: look_for 'Look': never success or failure" in told
    assert "fetch.yaml:21:19: condition 'Found': never failure" in told


def test_the_missions_of_pg4da_are_covered_whole(repository: Path, seen: Coverage) -> None:
    for path in sorted((repository / "tests" / "trees").glob("*.mission-test.yaml")):
        for case in read_cases(path):
            assert case.check() == ""
    assert {Path(file).name for file in seen.by_file()} == {p.name for p in (repository / "trees").glob("*.yaml")}
    assert "\n".join(line for line in report_lines(seen) if "never" in line) == ""


def test_it_observes_any_run(fetch: Any) -> None:
    test, found = fetch(), Coverage()
    context = Context(VirtualCell(), None, np.random.default_rng(0))  # type: ignore[arg-type]
    Executive(load_mission(test.mission, context, {}, test.skills), observers=(found,)).run()
    assert {point.name for point in found.points.values() if not point.missing} == set()
    assert {point.name for point in found.points.values() if point.seen} == {
        "Fetch",
        "Find it",
        "Not for long",
        "Look",
        "Tidy up",
    }
