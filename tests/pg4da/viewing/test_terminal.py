"""The terminal view, read back from a pseudo-terminal."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from pg4da.viewing.rows import Layout

PROGRAM = (sys.executable, "-c", "import sys; from pg4da.commands.main import main; sys.exit(main(sys.argv[1:]))")
RUN = """
root:
  sequence:
    name: Whole
    children:
      - say: {name: First words}
      - fallback:
          name: Either
          children:
            - fail: {name: One way, code: blocked}
            - look: {name: Long look, seconds: 300}
"""


@pytest.fixture
def terminal(module: Callable[[str], Any]) -> Iterator[Callable[..., Any]]:
    """`terminal(arguments, rows, columns, **env)`: a pg4da command in a pseudo-terminal."""
    opened: list[Any] = []

    def start(*arguments: str, **options: Any) -> Any:
        opened.append(module("pseudo").Terminal([*PROGRAM, *arguments], **options))
        return opened[-1]

    yield start
    for each in opened:
        each.close()


def has(text: str) -> Callable[[list[str]], bool]:
    return lambda screen: any(text in line for line in screen)


def test_the_running_path_the_failure_and_the_arms(live: Callable[..., Any], terminal: Callable[..., Any]) -> None:
    run = live(RUN).start()
    shown = terminal("watch", run.view.server.address)
    screen = shown.until(has("Long look"))
    assert any(line.lstrip().startswith("▶ Long look") for line in screen)
    assert any(line.lstrip().startswith("✓ First words") for line in screen)
    assert any(line.startswith("last failure") and "One way  (blocked, execution)" in line for line in screen)
    assert has("failed try 1")(screen)
    assert has("left")(screen)
    assert has("right")(screen)
    assert has("running")(screen)
    assert len(screen) <= 25
    assert all(len(line) <= 80 for line in screen)
    assert shown.interrupt() == 0, "Ctrl-C is how one leaves"
    assert not run.executive._future.done(), "leaving has touched the run"


def test_colour_is_left_out_when_nobody_wants_it(live: Callable[..., Any], terminal: Callable[..., Any]) -> None:
    run = live(RUN).start()
    plain, coloured = terminal("watch", run.view.server.address, NO_COLOR="1"), terminal("watch", str(run.port))
    plain.until(has("Long look"))
    coloured.until(has("Long look"))
    assert b"\x1b[1;34m" in coloured.raw
    assert b"\x1b[1;34m" not in plain.raw
    assert b";3" not in b"".join(part.split(b"m")[0] for part in plain.raw.split(b"\x1b[")[1:])


def test_it_fits_when_the_terminal_changes_its_size(live: Callable[..., Any], terminal: Callable[..., Any]) -> None:
    run = live(RUN).start()
    shown = terminal("watch", run.view.server.address)
    shown.until(has("Long look"))
    shown.resize(12, 44)
    screen = shown.until(lambda lines: len(lines) <= 13 and all(len(line) <= 44 for line in lines))
    assert has("Long look")(screen)
    shown.resize(40, 120)
    shown.until(lambda lines: len(lines) > 30)


def test_what_an_earlier_round_left_is_faint(
    live: Callable[..., Any], terminal: Callable[..., Any], rounds: str
) -> None:
    run = live(rounds).start()
    shown = terminal("watch", run.view.server.address)
    shown.until(lambda screen: has("▶ Look")(screen) and has("x2")(screen) and has("✓ Longer")(screen))
    whole = shown.raw.split(b"\x1b[H")[-2].decode()
    assert "\x1b[2m✓ \x1b[0m\x1b[2mAfterwards" in whole
    assert "\x1b[2m✓ \x1b[0m\x1b[2mLonger" in whole
    assert "\x1b[32m✓ \x1b[0mAt first" in whole


def test_it_waits_for_a_run_and_for_the_next(live: Callable[..., Any], terminal: Callable[..., Any]) -> None:
    from pg4da.viewing.access import Access

    first = live(RUN)
    port = first.port
    first.view.leave()
    shown = terminal("watch", f"127.0.0.1:{port}")
    shown.until(has("waiting for a run"))
    second = live(RUN, access=Access(port=port)).start()
    shown.until(has("Long look"))
    second.finish()
    second.view.leave()
    shown.until(has("connection lost, waiting"))
    live("root: {look: {name: Another, seconds: 300}}", access=Access(port=port)).start()
    shown.until(has("▶ Another"))


def test_why_a_mission_failed_stays_on_the_screen(live: Callable[..., Any], terminal: Callable[..., Any]) -> None:
    run = live("root: {sequence: [{fail: {name: The end, code: slipped, recoverable: false}}]}").start()
    shown = terminal("watch", run.view.server.address)
    screen = shown.until(has("why: The end  (slipped, execution)"))
    assert has("failure")(screen)


def test_without_a_terminal_it_tells_lines(live: Callable[..., Any]) -> None:
    run = live("root: {sequence: [{say: {text: hello}}, {fail: {code: slipped}}]}").start()
    command = [*PROGRAM, "watch", "--once", run.view.server.address]
    told = subprocess.run(command, capture_output=True, text=True, timeout=60, check=True).stdout
    assert "hello" in told
    assert "failure: failed try 1 (slipped, execution)" in told


def test_a_missing_token_is_bad_input(live: Callable[..., Any]) -> None:
    from pg4da.viewing.access import Access

    run = live(RUN, access=Access("0.0.0.0", 0))
    told = subprocess.run([*PROGRAM, "watch", str(run.port)], capture_output=True, text=True, timeout=60)
    assert told.returncode == 2
    assert "token" in told.stderr
    assert "Traceback" not in told.stderr


@pytest.mark.parametrize("address", ["https://x", "host:port", "http://", "[::1", "ftp://a"])
def test_an_address_that_is_none_is_bad_input(address: str) -> None:
    from pg4da.commands.main import main

    assert main(["watch", address]) == 2


@pytest.mark.slow
def test_run_and_watch_in_one_terminal(terminal: Callable[..., Any], tmp_path: Path) -> None:
    options = ("--watch", "--port", "0", "--cell", "sim-grippers", "--out", str(tmp_path / "run"), "--no-film")
    shown = terminal("run", "retrieve", *options)
    shown.until(has("▶"), wait=90.0)
    assert b"#token=" in shown.raw
    assert shown.interrupt() == 130
    assert b"stopped by Ctrl-C" in shown.raw


ASK = """
outputs: {said: {type: str}}
root:
  prompt:
    name: Ask
    text: Is the gripper empty, is nothing between the fingers, and did nobody reach into the cell since the last look?
    choices: ["yes", "not yet"]
    outputs: {answer: said}
"""


@pytest.mark.slow
def test_a_question_is_answered_below_the_tree(
    terminal: Callable[..., Any], write: Callable[..., Path], tmp_path: Path
) -> None:
    """Whole, with what is typed, what was wrong with it, and nothing of it left on the screen afterwards."""
    other = str(write("root: {wait: {name: The second one, seconds: 600}}", "second"))
    options = ("--watch", "--port", "0", "--cell", "sim-grippers", "--out", str(tmp_path / "run"), "--no-film")
    shown = terminal("run", str(write(ASK, "first")), other, *options)
    shown.until(has(">"), wait=90.0)
    screen = shown.until(has("1) yes  2) not yet"))
    assert screen[0].startswith("first")
    text = " ".join(line.strip() for line in screen)
    assert "? Is the gripper empty, is nothing between the fingers" in text
    assert "since the last look?" in text
    shown.type("mabbe")
    shown.until(has("> mabbe"))
    shown.type("\x7f\x7f\x7fy\x1b[Dbe\n")
    shown.until(has("answer with one of: yes, not yet"))
    shown.type("2")
    screen = shown.until(has("> 2"))
    assert has("? Is the gripper")(screen)
    shown.type("\n")
    screen = shown.until(lambda screen: screen[0].startswith("second"))
    assert not has("gripper empty")(screen)
    assert not has(">")(screen)
    assert shown.echo() is False
    assert shown.interrupt() == 130
    assert shown.echo(), "the terminal stays silent"
    assert b"said: not yet" in shown.raw


def nodes(parents: list[int]) -> dict[int, dict[str, Any]]:
    return {number: {"id": number, "parent": parent} for number, parent in enumerate(parents, 1)}


def test_a_tree_that_fits_is_shown_whole() -> None:
    rows = Layout(nodes([0, 1, 2, 2, 1])).rows(5, [], 0)
    assert [row.node for row in rows] == [1, 2, 3, 4, 5]
    assert [row.depth for row in rows] == [0, 1, 2, 2, 1]


def test_what_does_not_run_is_folded_first() -> None:
    rows = Layout(nodes([0, 1, 2, 2, 2, 1, 6])).rows(5, [1, 6, 7], 7)
    assert [(row.node, row.inside) for row in rows] == [(1, 0), (2, 3), (6, 0), (7, 0)]


def test_the_running_node_is_in_sight_in_any_tree() -> None:
    layout = Layout(nodes([0, *[1] * 2000]))
    for focus in (2, 1000, 2001):
        rows = layout.rows(15, [1, focus], focus)
        assert len(rows) == 15
        assert focus in [row.node for row in rows]
        assert sum(row.left_out for row in rows) + sum(row.node > 0 for row in rows) == 2001


def test_what_a_run_says_does_not_steer_the_terminal() -> None:
    """Names, words, failures and questions may come from another machine."""
    from io import StringIO

    from rich.console import Console

    from pg4da.viewing.terminal import TerminalView

    evil = "x\x1b]52;c;AAAA\x07\x1b[2J"
    failure = {"code": evil, "phase": evil, "path": evil, "message": evil, "recoverable": True}
    node = {"id": 1, "parent": 0, "name": evil, "word": f"w{evil}", "path": evil, "file": evil, "line": 1}
    prompt = {"id": "1.1", "node": 1, "text": evil, "choices": [evil], "default": evil}
    view = TerminalView()
    for message in (
        {"k": "run", "t": 0.0, "version": 1, "mission": evil, "arms": [evil]},
        {"k": "tree", "t": 0.0, "mission": evil, "nodes": [node]},
        {"k": "tick", "t": 0.1, "n": 1, "s": [[1, "F"]], "f": {"1": failure}},
        {"k": "control", "t": 0.1, "state": evil, "at": None, "breakpoints": [], "prompt": prompt},
        {"k": "event", "t": 0.1, "event": "not_at_rest", "data": {"message": evil}},
    ):
        view.take(json.dumps(message).encode())
    written = StringIO()
    Console(file=written, width=300, height=40).print(view)
    assert written.getvalue().count("\N{REPLACEMENT CHARACTER}") > 20
    assert not {"\x1b", "\x07"} & set(written.getvalue())
