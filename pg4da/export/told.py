"""What the exports have in common: a record as timed pieces, whatever the format."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from pg4da.stream.log import Log
from pg4da.stream.messages import Message
from pg4da.stream.state import RunState
from pg4da.stream.story import Teller

NAMES = {"R": "running", "S": "success", "F": "failure", "I": "idle"}


@dataclass(frozen=True)
class Status:
    """A node that changed; failure: why it stands in failure."""

    time: float
    id: int
    path: str
    state: str
    failure: dict[str, Any] | None


@dataclass(frozen=True)
class Value:
    """A blackboard value; scope: empty for the mission's own, else the path of a subtree."""

    time: float
    scope: str
    key: str
    value: Any


@dataclass(frozen=True)
class Note:
    """A line of the story. file, line: of the node that failed, where one did."""

    time: float
    text: str
    bad: bool
    file: str = ""
    line: int = 0


@dataclass(frozen=True)
class Pose:
    """An arm: joints [rad], tool [x, y, z, qx, qy, qz, qw] in `world` or None, gripper's width [m] or None."""

    time: float
    arm: str
    q: list[float]
    tool: list[float] | None
    width: float | None


@dataclass(frozen=True)
class Shot:
    """A picture as base64 of a PNG."""

    time: float
    name: str
    png: str


Piece = Status | Value | Note | Pose | Shot


def pieces(log: Log) -> Iterator[Piece]:
    """Everything in the order of the record."""
    state, teller = RunState(), Teller()
    for message in log.messages():
        if message["k"] == "picture":
            yield Shot(message["t"], message["name"], message["png"])
            continue
        state.apply(message)
        if message["k"] == "tick":
            yield from _tick(state, message)
        elif message["k"] == "arms":
            for name, arm in message["arms"].items():
                yield Pose(message["t"], name, arm["q"], arm.get("tool"), arm.get("width"))
        else:
            for line in teller.tell(message):
                yield Note(line.time, f"{line.word}: {line.text}", line.good is False)


def _tick(state: RunState, message: Message) -> Iterator[Piece]:
    time, failed = message["t"], message.get("f", {})
    for number, letter in message.get("s", ()):
        node = state.nodes.get(number, {})
        failure = failed.get(str(number)) if letter == "F" else None
        yield Status(time, number, node.get("path", f"node {number}"), NAMES[letter], failure)
        if failure is not None and failure["path"] == node.get("path"):
            text = f"{node['path']}: {failure['message']} ({failure['code']}, {failure['phase']})"
            yield Note(time, text, True, node["file"], node["line"])
    for scope, values in message.get("v", {}).items():
        path = state.nodes.get(int(scope), {}).get("path", "")
        for key, value in values.items():
            yield Value(time, path, key, value)
