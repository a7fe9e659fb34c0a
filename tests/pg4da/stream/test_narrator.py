"""A run told as messages: complete, in order, nothing twice."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import pytest

from pg4da.errors import BadInput
from pg4da.stream.messages import KINDS, Message, decode
from pg4da.stream.shape import check
from pg4da.stream.sink import Sink
from pg4da.stream.state import RunState

Tell = Callable[..., Any]


def ids(told: Any) -> dict[str, int]:
    """Number of each node by its name."""
    return {node["name"]: node["id"] for node in told.kept.of("tree")[0]["nodes"]}


def states(told: Any, name: str) -> str:
    """Every state that a node was told to be in, in order."""
    number = ids(told)[name]
    return "".join(letter for tick in told.kept.of("tick") for node, letter in tick.get("s", ()) if node == number)


def test_every_message_has_the_shape_it_should(tries: Any) -> None:
    for message, line in zip(tries.kept.messages, tries.kept.lines, strict=True):
        assert message["k"] in KINDS
        assert decode(line) == decode(line.decode())
        check(decode(line))
    with pytest.raises(ValueError, match="'tick' message, n"):
        check({"k": "tick", "t": 0.0})


def test_a_run_is_told_from_first_to_last(tries: Any) -> None:
    kinds = [message["k"] for message in tries.kept.messages]
    assert kinds[:2] == ["run", "tree"]
    assert kinds[-1] == "end"
    run, end = tries.kept.messages[0], tries.kept.messages[-1]
    assert (run["mission"], run["seed"], run["cell"], run["version"]) == ("test", 7, "fake", 1)
    assert (end["outcome"], end["failure"], end["outputs"]) == ("success", None, {"total": 5})
    times = [message["t"] for message in tries.kept.messages]
    assert times == sorted(times)


def test_the_tree_names_every_node_with_its_place(tries: Any) -> None:
    nodes = tries.kept.of("tree")[0]["nodes"]
    assert [node["name"] for node in nodes] == ["All", "Greet", "Thrice", "Slip", "Both arms", "Add"]
    assert [node["parent"] for node in nodes] == [0, 1, 1, 3, 1, 1]
    slip = nodes[3]
    assert (slip["word"], slip["path"]) == ("fail", "All/Thrice/Slip")
    lines = (tries.path.parent / "test.yaml").read_text().splitlines()
    assert "Slip" in lines[slip["line"] - 1]
    assert "start: 4" in nodes[5]["text"]
    assert "total -> total" in nodes[5]["text"]


def test_statuses_and_restarts(tries: Any) -> None:
    assert states(tries, "Slip") == "RFRFRS"
    assert states(tries, "Thrice") == "RS"
    assert states(tries, "Both arms") == "RS"


def test_only_the_time_is_told_while_nothing_changes(tries: Any) -> None:
    move = ids(tries)["Both arms"]
    times = [t["t"] for t in tries.kept.of("tick") if move in [node for node, _ in t.get("s", ())]]
    between = [t for t in tries.kept.of("tick") if times[0] < t["t"] < times[1]]
    assert times[1] - times[0] > 1.0
    assert [set(tick) for tick in between] == [{"k", "t", "n"}] * len(between)
    assert len(between) < 4


def test_a_watched_condition_is_told_once(tell: Tell) -> None:
    watched = tell("""
root:
  sequence:
    memory: false
    children:
      - condition: {name: Holds, if: true}
      - look: {name: Wait, seconds: 0.5}
""")
    assert states(watched, "Holds") == "S"
    assert states(watched, "Wait") == "RS"


def test_failures_are_told_with_their_reason(fails: Any) -> None:
    numbers = ids(fails)
    told = [tick["f"] for tick in fails.kept.of("tick") if "f" in tick]
    first = told[0][str(numbers["First"])]
    assert (first["code"], first["phase"], first["path"]) == ("slipped", "execution", "All/Either/First")
    assert str(numbers["Either"]) not in told[0]
    last = told[-1]
    assert {str(numbers[name]) for name in ("Last", "Again", "All")} <= set(last)
    assert fails.kept.messages[-1]["failure"]["code"] == "stuck"


def test_values_are_told_when_they_change(tell: Tell) -> None:
    told = tell("""
root:
  sequence:
    - set: {a: 1, b: "x"}
    - say: {}
    - set: {a: 1, b: "y"}
""")
    assert [tick["v"] for tick in told.kept.of("tick") if "v" in tick] == [{"0": {"a": 1, "b": "x"}}, {"0": {"b": "y"}}]


def test_a_subtree_that_starts_again_has_forgotten_its_values(tell: Tell, write: Callable[..., Any]) -> None:
    write(
        "mission: inner\ninputs: {n: {type: int, default: 1}}\nroot: {sequence: [set: {seen: $n}, fail: {times: 1}]}",
        name="inner",
    )
    told = tell("root: {retry: {attempts: 2, child: {subtree: {use: inner.yaml}}}}")
    scope = ids(told)["inner"]
    assert [tick["c"] for tick in told.kept.of("tick") if "c" in tick] == [[scope]]
    state = RunState()
    for message in told.kept.messages:
        if message["k"] == "tick" and "c" in message:
            state.apply({**message, "v": {}})
            assert str(scope) not in state.values
        state.apply(message)
    assert state.values[str(scope)] == {"n": 1, "seen": 1}


class Full(Sink):
    """A disk that is full after a few lines."""

    def __init__(self) -> None:
        self.lines = 0

    def send(self, message: Message, line: bytes) -> None:
        self.lines += 1
        if self.lines > 4:
            raise OSError(28, "No space left on device")


def test_a_full_disk_is_reported_and_the_mission_goes_on(tell: Tell) -> None:
    full = Full()
    told = tell("root: {sequence: [say: {}, move: {seconds: 0.3}, say: {}]}", full)
    assert told.run.result.outcome == "success"
    assert full.lines == 5
    reported = [
        message["data"]["message"] for message in told.kept.of("event") if message["event"] == "observer_dropped"
    ]
    assert reported == ["Full dropped: [Errno 28] No space left on device"]
    assert told.run.log.of("observer_dropped")[0]["message"] == reported[0]
    assert told.kept.messages[-1]["k"] == "end"


class Closed(Sink):
    def open(self) -> None:
        raise BadInput("record.jsonl: the record cannot be written: Permission denied")


def test_a_record_that_cannot_be_made_is_bad_input(tell: Tell) -> None:
    with pytest.raises(BadInput, match="cannot be written"):
        tell("root: {say: {}}", Closed())


def test_no_thread_is_left(tries: Any) -> None:
    assert [thread.name for thread in threading.enumerate() if thread.name in ("pictures", "broadcast")] == []
