"""Several missions in one run: their order, where they stop, exit codes, JSON, files of targets, the keyboard."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import pg4da.run
import pg4da.skills.registry
from pg4da.commands.answers import TerminalAnswers, chosen, keyboard
from pg4da.commands.main import main
from pg4da.commands.targets import read_targets
from pg4da.errors import BadInput
from pg4da.mission.control import Control, Prompt
from pg4da.mission.events import Listener
from pg4da.run import RunRequest
from pg4da.session import run_missions

Write = Callable[..., Path]


@pytest.fixture
def fast_cell(monkeypatch: pytest.MonkeyPatch, cell: Any, toys: Any, tmp_path: Path) -> Any:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(pg4da.run, "make_cell", lambda request, scene: cell)
    monkeypatch.setattr(pg4da.run, "find_policy", lambda name: None)
    monkeypatch.setattr(pg4da.run, "find_scene", lambda request: None)
    monkeypatch.setattr(pg4da.skills.registry, "SKILLS", toys)
    return cell


class Order(Listener):
    def __init__(self) -> None:
        self.calls: list[str] = []

    def on_start(self, cell: Any) -> None:
        self.calls.append("start")

    def on_tree(self, tree: Any) -> None:
        self.calls.append(tree.name)

    def on_event(self, event: Any) -> None:
        if event.kind == "note":
            self.calls.append(event.data["text"])

    def on_end(self) -> None:
        self.calls.append("end")


@pytest.fixture
def files(write: Write) -> dict[str, str]:
    roots = {
        "good": "root: {say: {text: fine}}",
        "bad": "root: {fail: {}}",
        "pressed": "root: {press: {}}",
        "unsafe": "root: {fail: {code: safety_stop}}",
        "coloured": "inputs: {target: {type: colour}, n: {type: int, default: 1}}\nroot: {say: {text: $target}}",
    }
    return {name: str(write(root, name)) for name, root in roots.items()}


def test_one_cell_one_run(fast_cell: Any, files: Any) -> None:
    order = Order()
    results = run_missions([RunRequest(mission=files[name]) for name in ("good", "good")], (order,))
    assert order.calls == ["start", "good", "fine", "good", "fine", "end"]
    assert [result.mission for result in results] == ["good", "good"]
    assert fast_cell.closes == 1


@pytest.mark.parametrize(
    ("names", "options", "code", "ran"),
    [
        (["good", "good"], [], 0, 2),
        (["good", "bad", "good"], [], 1, 2),
        (["good", "bad", "good"], ["--keep-going"], 1, 3),
        (["pressed", "good"], ["--keep-going"], 130, 1),
        (["bad", "unsafe", "good"], ["--keep-going"], 3, 2),
    ],
)
def test_exit_code_of_the_worst(
    fast_cell: Any, files: Any, capsys: Any, names: list[str], options: list[str], code: int, ran: int
) -> None:
    assert main(["run", *(files[name] for name in names), *options, "--json"]) == code
    printed = capsys.readouterr()
    told = json.loads(printed.out)
    assert [one["mission"] for one in told["missions"]] == names[:ran]
    assert told["not_run"] == len(names) - ran
    assert ("not run" in printed.err) == (ran < len(names))
    assert (told["failure"] is None) == (code == 0)


def test_everything_is_checked_before_anything_runs(fast_cell: Any, files: Any, capsys: Any) -> None:
    assert main(["run", files["good"], files["coloured"]]) == 2
    assert "the input 'target' (colour) is required" in capsys.readouterr().err
    assert fast_cell.clock.time == 0.0


def test_a_line_a_target(fast_cell: Any, files: Any, tmp_path: Path, capsys: Any) -> None:
    (tmp_path / "targets.txt").write_text("# first\nred\n\ntarget=#00ff00 n=3\nblue  # last\n")
    assert main(["run", files["coloured"], "--targets", "targets.txt", "--set", "n=2", "--json"]) == 0
    assert len(json.loads(capsys.readouterr().out)["missions"]) == 3
    record = (tmp_path / "runs/coloured-default-seed0/run.pg4da.jsonl").read_text()
    notes = [json.loads(line) for line in record.splitlines()]
    assert [n["data"]["text"] for n in notes if n.get("event") == "note"] == ["red", "#00ff00", "blue"]
    assert sum(n["k"] == "tree" for n in notes) == 3
    assert sum(n["k"] == "end" for n in notes) == 1


@pytest.mark.parametrize(
    ("name", "text", "settings"),
    [
        ("a.txt", "green\nred\n", [{"target": "green"}, {"target": "red"}]),
        ("a.txt", "target='10, 20, 30' n=1", [{"target": "10, 20, 30", "n": "1"}]),
        ("a.yaml", "- green\n- {target: red, n: 3}\n", [{"target": "green"}, {"target": "red", "n": 3}]),
        ("a.yml", "- target: red\n", [{"target": "red"}]),
    ],
)
def test_files_of_targets(tmp_path: Path, name: str, text: str, settings: Any) -> None:
    (tmp_path / name).write_text(text)
    assert [task.settings for task in read_targets(tmp_path / name)] == settings


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("a.txt", b"", "no targets"),
        ("a.txt", b"green\nred blue\n", "a.txt:2: 'red': expected KEY=VALUE"),
        ("a.txt", b"n=1 n=2", "'n' is given twice"),
        ("a.txt", b"'red", "a.txt:1: No closing quotation"),
        ("a.txt", b"\xff\xfe\x00", "not UTF-8"),
        ("a.yaml", b"target: red", "expected a list"),
        ("a.yaml", b"- green\n- 7\n", "a.yaml:2:3: expected a target's colour"),
        ("a.yaml", b"- [", "a.yaml:2:1: not YAML"),
    ],
)
def test_bad_files_of_targets(tmp_path: Path, name: str, content: bytes, message: str) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(BadInput) as refused:
        read_targets(tmp_path / name)
    assert message in str(refused.value)
    assert "\n" not in str(refused.value)


def test_a_missing_file_of_targets(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="No such file"):
        read_targets(tmp_path / "none.txt")


def test_a_bad_target_is_told_with_its_line(fast_cell: Any, files: Any, tmp_path: Path, capsys: Any) -> None:
    (tmp_path / "targets.txt").write_text("red\nn=many target=red\n")
    assert main(["run", files["coloured"], "--targets", "targets.txt"]) == 2
    assert "targets.txt:2 n: expected int, got 'many'" in capsys.readouterr().err


PROMPT = Prompt("1.1", 1, "Take it?", ("yes", "No", "3"), "yes")


@pytest.mark.parametrize(
    ("typed", "choice"), [("yes", "yes"), ("", "yes"), ("2", "No"), ("no", "No"), ("3", "3"), ("4", None), ("x", None)]
)
def test_what_is_typed(typed: str, choice: str | None) -> None:
    assert chosen(PROMPT, typed) == choice


def test_questions_in_the_terminal(fast_cell: Any, write: Write, monkeypatch: Any, capsys: Any) -> None:
    """A pseudo-terminal stands for the person."""
    master, slave = os.openpty()
    monkeypatch.setattr(sys, "stdin", os.fdopen(slave))
    ask = (
        'outputs: {said: {type: str}}\nroot: {prompt: {text: Go on?, choices: ["yes", "no"], outputs: {answer: said}}}'
    )
    fast_cell.at(0.2, lambda: os.write(master, b"perhaps\n2\n"))
    try:
        assert main(["run", str(write(ask)), "--no-film"]) == 0
    finally:
        sys.stdin.close()
        os.close(master)
    printed = capsys.readouterr().out
    assert "Go on?" in printed
    assert "1) yes  2) no" in printed
    assert "answer with one of: yes, no" in printed
    assert "said: no" in printed


def test_no_terminal_no_keyboard(monkeypatch: Any, tmp_path: Path) -> None:
    from rich.console import Console

    with (tmp_path / "in").open("w+") as nothing:
        monkeypatch.setattr(sys, "stdin", nothing)
        with keyboard(TerminalAnswers(Console(), Control())):
            pass
