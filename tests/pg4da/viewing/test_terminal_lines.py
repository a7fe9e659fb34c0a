"""What the terminal view writes, line by line, without a terminal."""

from __future__ import annotations

from io import StringIO
from typing import Any

import pytest
from rich.console import Console

from pg4da.viewing.terminal import TerminalView
from pg4da.viewing.typed import LONGEST, TypedLine

RUN = {"k": "run", "t": 0.0, "version": 1, "mission": "first"}
NODE = {"id": 1, "parent": 0, "name": "Ask", "word": "prompt", "path": "Ask", "file": "", "line": 1, "text": ""}
PROMPT = {"id": "1.1", "node": 1, "text": "Go on?", "choices": ["yes", "no"], "default": "no", "until": None}


def told(*messages: dict[str, Any], typed: TypedLine | None = None, width: int = 60) -> list[str]:
    """The lines of the view after these messages."""
    view = TerminalView(typed)
    for message in (RUN, *messages):
        view.state.apply(message)
    console = Console(width=width, height=14, file=StringIO(), force_terminal=False)
    console.print(view)
    return [line.rstrip() for line in console.file.getvalue().split("\n")]  # type: ignore[attr-defined]


def asked(**other: Any) -> dict[str, Any]:
    prompt = {**PROMPT, **other}
    return {"k": "control", "t": 1.0, "state": "running", "at": None, "breakpoints": [], "prompt": prompt}


def test_the_mission_that_runs_is_named() -> None:
    assert told()[0].startswith("first  running")
    assert told({"k": "tree", "t": 3.0, "mission": "second", "nodes": [NODE]})[0].startswith("second  running")


def test_nothing_is_minus_zero() -> None:
    arm = {"q": [0.0], "tool": [-0.0001, 0.2, -0.0004, 0, 0, 0, 1], "width": -0.0002, "moving": False, "object": False}
    assert "left   tool 0, 200, 0 mm  gripper 0 mm" in told({"k": "arms", "t": 1.0, "arms": {"left": arm}})


def test_a_question_with_and_without_a_keyboard() -> None:
    line = TypedLine()
    assert list(line.feed("ye")) == []
    assert [each for each in told(asked(), typed=line) if each][-3:] == ["? Go on?", "  1) yes  2) no  [no]", "> ye"]
    line.tell("answer with one of: yes, no")
    assert [each for each in told(asked(), typed=line) if each][-1] == "answer with one of: yes, no"
    assert [each for each in told(asked()) if each][-2:] == ["? Go on?", "  1) yes  2) no  [no]"]


def test_a_long_question_is_wrapped() -> None:
    lines = told(asked(text="word " * 20 + "end?"), typed=TypedLine(), width=40)
    assert " ".join(lines).count("word") == 20
    assert any(line.endswith("end?") for line in lines)


@pytest.mark.parametrize("kind", ["observer_dropped", "not_at_rest", "undeclared_code"])
def test_a_warning_is_shown(kind: str) -> None:
    event = {"k": "event", "t": 2.5, "event": kind, "data": {"message": "the page is served no longer"}}
    assert "warning, 2.5 s: the page is served no longer" in told(event)


@pytest.mark.parametrize(
    ("typed", "lines", "rest"),
    [
        ("yes\n", ["yes"], ""),
        ("a\r\nb", ["a", ""], "b"),
        ("yet\x7f\x7f\b", [], ""),
        ("one two\x17", [], "one"),
        ("one two\x15x", [], "x"),
        ("\x1b[Aa\x1bOPb\x1b[3~c", [], "abc"),
        ("\x00\x07ü", [], "ü"),
        ("x" * (LONGEST + 9), [], "x" * LONGEST),
    ],
)
def test_a_line_as_it_is_typed(typed: str, lines: list[str], rest: str) -> None:
    line = TypedLine()
    assert list(line.feed(typed)) == lines
    assert line.text == rest
