"""`pg4da check`: problems as text and JSON, the tree, the schema, XML."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from pg4da.commands.main import main
from pg4da.mission.loader import load_spec, packaged
from pg4da.mission.problems import MissionError
from pg4da.mission.schema import mission_schema
from pg4da.mission.source import plain, read_source
from pg4da.skills.registry import SKILLS

Write = Callable[..., Path]


def test_all_files_are_checked_before_anything_is_refused(write: Write, capsys: pytest.CaptureFixture[str]) -> None:
    first, second = write("root: {wiat: {seconds: 1}}", "first"), write("root: {wait: {}}", "second")
    assert main(["check", str(first), "retrieve", str(second)]) == 2
    printed = capsys.readouterr()
    assert "retrieve.yaml: ok" in printed.out
    lines = printed.err.splitlines()
    assert lines[0].startswith(f"error: {first}:2:8: unknown node 'wiat'; did you mean 'wait'?")
    assert lines[1] == f"error: {second}:2:14: wait needs 'seconds'"


def test_problems_as_json(write: Write, capsys: pytest.CaptureFixture[str]) -> None:
    path = write("root: {wait: {seconds: soon}}")
    assert main(["check", "--json", str(path), "push_grasp"]) == 2
    report = json.loads(capsys.readouterr().out)
    assert [entry["ok"] for entry in report["missions"]] == [False, True]
    (problem,) = report["missions"][0]["problems"]
    assert (problem["file"], problem["line"], problem["column"]) == (str(path), 2, 24)
    assert "valid number, got 'soon'" in problem["message"]
    assert main(["check", "--json", "nowhere"]) == 2
    assert "not found" in json.loads(capsys.readouterr().out)["missions"][0]["problems"][0]["message"]


def test_the_tree_is_shown_with_its_subtrees(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", "--tree", "retrieve"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].startswith("retrieve")
    assert lines[1] == "└─ finally Retrieve the target"
    assert any(line.endswith("observe Look  target: $target, observation -> observation") for line in lines)
    assert lines[-1] == "   └─ always: go_home Arms home"


def test_a_mission_as_xml(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", "--xml", "push_grasp"]) == 0
    path = tmp_path / "push_grasp.xml"
    path.write_text(capsys.readouterr().out)
    assert main(["check", str(path)]) == 0
    assert "ok, 14 nodes" in capsys.readouterr().out


@pytest.mark.parametrize(
    "arguments", [[], ["--schema", "retrieve"], ["--tree", "--json", "retrieve"], ["--xml", "retrieve", "push_grasp"]]
)
def test_what_makes_no_sense_together(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", *arguments]) == 2
    assert capsys.readouterr().err.startswith("error: ")


def test_the_schema_is_printed_for_editors(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", "--schema"]) == 0
    schema = json.loads(capsys.readouterr().out)
    Draft202012Validator.check_schema(schema)
    assert schema == mission_schema(SKILLS)
    nodes = schema["$defs"]["node"]["properties"]
    assert nodes["observe"]["description"].startswith("Take a frame")
    assert nodes["retry"]["properties"]["wait"]["description"] == "seconds between two rounds"


@pytest.mark.parametrize("name", sorted(packaged()))
def test_our_missions_fit_the_schema(name: str) -> None:
    value = plain(read_source(packaged()[name].read_text(), name))
    assert [error.json_path for error in Draft202012Validator(mission_schema(SKILLS)).iter_errors(value)] == []


FITS = [
    "root: {wait: {seconds: $n}}",
    "root: {parallel: {policy: 2, children: [say: , look: {}]}}",
    "root: {parallel: [say: {text: a}, look: {seconds: 2}]}",
    "root: {set: {n: [1, {a: null}]}}",
    "root: {prompt: {text: Is it $n?, default: ok, outputs: {answer: n}}}",
    "root: {catch: {child: {say: }, cases: {a_code: {say: }}, as: why}}",
    'inputs: {n: {type: "list[str]", default: [a]}}\nroot: {for_each: {items: $n, as: x, child: {say: }}}',
]
WRONG = [
    ("$.root", "root: {sya: {}}"),
    ("$.root", "root: {say: {}, look: {}}"),
    ("$.root.say", "root: {say: {txt: a}}"),
    ("$.root.count", "root: {count: {}}"),
    ("$.root.count", "root: {count: }"),
    ("$.root.look.seconds", "root: {look: {seconds: soon}}"),
    ("$.root.sequence", "root: {sequence: []}"),
    ("$.root.sequence", "root: {sequence: {memroey: true, children: [say: ]}}"),
    ("$.root.sequence[1]", "root: {sequence: [say: , lok: ]}"),
    ("$.root.parallel.policy", "root: {parallel: {policy: some, children: [say: ]}}"),
    ("$.root.retry.attempts", "root: {retry: {attempts: 0, child: {say: }}}"),
    ("$.root.invert", "root: {invert: {}}"),
    ("$.root.give_up.code", "root: {give_up: {code: Not a code}}"),
    ("$.root.count.outputs", "root: {count: {start: 1, outputs: {sum: n}}}"),
    ("$.inputs.n.type", "inputs: {n: {type: integer}}\nroot: {say: }"),
    ("$", "roto: {say: }"),
]


@pytest.mark.parametrize("text", FITS)
def test_what_fits_the_schema(write: Write, toys: Any, text: str) -> None:
    value = plain(read_source(write(text).read_text(), "x"))
    assert [error.message for error in Draft202012Validator(mission_schema(toys)).iter_errors(value)] == []


@pytest.mark.parametrize(("path", "text"), WRONG)
def test_what_breaks_the_schema_is_wrong_for_the_checker_too(write: Write, toys: Any, path: str, text: str) -> None:
    mission = write(text)
    value = plain(read_source(mission.read_text(), "x"))
    assert path in [error.json_path for error in Draft202012Validator(mission_schema(toys)).iter_errors(value)]
    with pytest.raises(MissionError):
        load_spec(str(mission), toys)
