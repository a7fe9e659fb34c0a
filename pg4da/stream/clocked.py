"""How often each node of a run was entered and how long it ran."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Any

from pg4da.stream.messages import Message
from pg4da.stream.state import RunState


@dataclass
class Spent:
    """entered: times; seconds: altogether; failed: times it ended in failure."""

    id: int
    path: str
    word: str
    entered: int = 0
    seconds: float = 0.0
    failed: int = 0

    def as_dict(self) -> dict[str, Any]:
        return {**asdict(self), "seconds": round(self.seconds, 4)}


def clocked(messages: Iterable[Message]) -> list[Spent]:
    """Nodes of the last tree in the order of the file; one that still runs counts until the last message."""
    state, found, since = RunState(), dict[int, Spent](), dict[int, float]()
    for message in messages:
        state.apply(message)
        if message["k"] in ("run", "tree"):
            since.clear()
            found = {number: Spent(number, node["path"], node["word"]) for number, node in state.nodes.items()}
        for number, letter in message.get("s", ()) if message["k"] == "tick" else ():
            if number in found:
                _count(found[number], letter, message["t"], since)
    for number, start in since.items():
        found[number].seconds += state.time - start
    return list(found.values())


def _count(spent: Spent, letter: str, time: float, since: dict[int, float]) -> None:
    start = since.pop(spent.id, None)
    if start is not None:
        spent.seconds += time - start
    spent.entered += letter != "I" and start is None
    spent.failed += letter == "F"
    if letter == "R":
        since[spent.id] = time
