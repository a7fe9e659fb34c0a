"""Why a run failed: every failure in order, where it stands in which file, and what was done about it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass, field, replace
from typing import Any

from pg4da.stream.messages import Message
from pg4da.stream.state import RunState


@dataclass(frozen=True)
class Place:
    """A node as people find it: name, word, file and line; path from the root."""

    id: int
    name: str
    word: str
    path: str
    file: str
    line: int

    def __str__(self) -> str:
        return f"{self.word} '{self.name}' ({self.file}:{self.line})"


@dataclass(frozen=True)
class Fault:
    """One failure. through: the nodes above that failed for it in the same tick, from the nearest up.

    handler: the first node above that went on; None when the mission ended of it. next: the node that was entered
    next, within the time of the record.
    """

    time: float
    place: Place
    code: str
    phase: str
    message: str
    recoverable: bool
    times: int
    through: tuple[Place, ...] = ()
    handler: Place | None = None
    next: Place | None = None

    @property
    def choice(self) -> bool:
        """Whether this was no more than a condition that sent the mission another way."""
        return self.code == "condition_false" and self.handler is not None


@dataclass
class Why:
    """The whole story. outcome: success, failure, interrupted, safety_stop, or None for a record without an end.

    time [s]: of the failure that ended it, else of the end. where: the node that had it.
    """

    outcome: str | None
    time: float
    final: dict[str, Any] | None
    where: Place | None
    faults: list[Fault] = field(default_factory=list)
    running: list[Place] = field(default_factory=list)

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)


def why(messages: Iterable[Message]) -> Why:
    """Read a run from its messages, all its missions; of several runs in one record, the last."""
    state, faults = RunState(), list[Fault]()
    for message in messages:
        if message["k"] == "run":
            faults = []
        entered = _entered(state, message) if message["k"] == "tick" else []
        state.apply(message)
        if entered:
            _follow(faults, _place(state, entered[0][1]))
        if message["k"] == "tick":
            faults += _faults(state, message, entered)
    return _whole(state, faults)


def _whole(state: RunState, faults: list[Fault]) -> Why:
    end = state.end or {}
    final = end.get("failure")
    same = [fault for fault in faults if final and (fault.place.path, fault.code) == (final["path"], final["code"])]
    where, time = (same[-1].place, same[-1].time) if same else (None, state.time)
    return Why(end.get("outcome"), time, final, where, faults, [_place(state, number) for number in state.path])


def _entered(state: RunState, message: Message) -> list[tuple[int, int]]:
    """Which nodes start with this message, with their place in it; a child comes before its parent."""
    states = message.get("s", ())
    return [(i, node) for i, (node, letter) in enumerate(states) if letter in "RS" and state.states.get(node) != "R"]


def _follow(faults: list[Fault], place: Place) -> None:
    """What came after the newest failures, where that was not known yet."""
    for index in range(len(faults) - 1, -1, -1):
        if faults[index].next is not None:
            return
        faults[index] = replace(faults[index], next=place)


def _faults(state: RunState, message: Message, entered: list[tuple[int, int]]) -> list[Fault]:
    """Failures of this tick that nodes had for a reason of their own."""
    order = {node: index for index, (node, letter) in enumerate(message.get("s", ())) if letter == "F"}
    found = []
    for word, failure in message.get("f", {}).items():
        number = int(word)
        if number in state.nodes and state.nodes[number]["path"] == failure["path"]:
            later = [node for index, node in entered if index > order.get(number, 0)]
            fault = _fault(state, number, failure, message)
            found.append(replace(fault, next=_place(state, later[0]) if later else None))
    return found


def _fault(state: RunState, number: int, failure: dict[str, Any], message: Message) -> Fault:
    failed = message["f"]
    above = list(state.upwards(number))[1:]
    through = []
    for each in above:
        if str(each) not in failed:
            break
        through.append(each)
    handler = above[len(through)] if len(through) < len(above) else None
    return Fault(
        message["t"],
        _place(state, number),
        failure["code"],
        failure["phase"],
        failure["message"],
        failure["recoverable"],
        state.times[number][0] if number in state.times else 0,
        tuple(_place(state, each) for each in through),
        None if handler is None else _place(state, handler),
    )


def _place(state: RunState, number: int) -> Place:
    node = state.nodes.get(number)
    if node is None:
        return Place(number, f"node {number}", "?", "", "", 0)
    return Place(number, node["name"], node["word"], node["path"], node["file"], node["line"])
