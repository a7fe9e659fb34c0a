"""What is known of a run after some of its messages: the one reducer of viewers, replay and exports."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator
from itertools import pairwise
from typing import Any

from pg4da.stream.messages import Message

EVENTS = 200  # kept for who comes late
FAILURES = 200
COUNTS = ("motions", "pushes", "grasps", "grasps_held", "arm_motions")


class RunState:
    """Feed it every message in order with `apply`. Times in seconds on the cell's clock.

    mission: the name of the one that runs. states: id to R, S, F or I (missing: I). times: id to [times entered, start,
    end or None while it runs]. failures: id to why, for nodes that stand in failure. history: (time, id, failure) of
    every node that failed for a reason of its own, oldest first. pictures: the last message of each name.
    """

    def __init__(self) -> None:
        self.run: Message | None = None
        self.mission: str | None = None
        self._forget()

    def _forget(self) -> None:
        self.time, self.tick = 0.0, 0
        self.arms: dict[str, Any] = {}
        self.control: Message | None = None
        self.pictures: dict[str, Message] = {}
        self.events: deque[Message] = deque(maxlen=EVENTS)
        self.counts = dict.fromkeys(COUNTS, 0)
        self.history: deque[tuple[float, int, Any]] = deque(maxlen=FAILURES)
        self.end: Message | None = None
        self._plant([])

    def _plant(self, nodes: list[dict[str, Any]]) -> None:
        self.nodes: dict[int, dict[str, Any]] = {node["id"]: node for node in nodes}
        self.states: dict[int, str] = {}
        self.times: dict[int, list[Any]] = {}
        self.values: dict[str, dict[str, Any]] = {}
        self.failures: dict[int, Any] = {}

    def apply(self, message: Message) -> None:
        """Take one message in; unknown kinds are passed over. Raises ValueError for one that makes no sense."""
        take = _TAKE.get(message["k"])
        if take is None:
            return
        try:
            if message["k"] != "picture":
                self.time = message["t"]
            take(self, message)
        except (KeyError, TypeError, AttributeError, IndexError, ValueError) as error:
            raise ValueError(f"a '{message['k']}' message that makes no sense ({error})") from error

    @property
    def running(self) -> list[int]:
        """Ids of the nodes that run, in the order of the file."""
        return sorted(number for number, state in self.states.items() if state == "R")

    @property
    def path(self) -> list[int]:
        """Ids from the root to the node that started last of those that run; empty when none does."""
        if not self.running:
            return []
        deepest = max(self.running, key=lambda number: (self.started(number), number))
        return list(reversed(list(self.upwards(deepest))))

    def started(self, number: int) -> float:
        """When a node was last entered [s]; 0 for one that never was."""
        return float(self.times[number][1]) if number in self.times else 0.0

    def past(self, number: int) -> bool:
        """Whether its state is of an earlier round: something above it was entered again since, the node not yet."""
        if self.states.get(number, "I") == "I":
            return False
        line = [self.started(each) for each in self.upwards(number)]
        return any(above > below for below, above in pairwise(line))

    def upwards(self, number: int) -> Iterator[int]:
        """A node, its parent, and so on to the root."""
        seen: set[int] = set()
        while number in self.nodes and number not in seen:
            seen.add(number)
            yield number
            number = self.nodes[number]["parent"]

    @property
    def last_failure(self) -> tuple[float, int, Any] | None:
        """Time, node and reason of the last failure; also one that has been mended since."""
        return self.history[-1] if self.history else None

    def keyframe(self, lean: bool = False) -> Message:
        """A `key` message from which another RunState gets to the same; pictures are left out.

        lean: for a record, without what stands above it in the file.
        """
        found: Message = {"k": "key", "t": self.time, "n": self.tick}
        if not lean:
            found |= {"run": self.run, "mission": self.mission, "tree": list(self.nodes.values())}
            found["events"] = list(self.events)
        return found | {
            "s": [[number, state] for number, state in self.states.items()],
            "times": {str(number): list(times) for number, times in self.times.items()},
            "v": {scope: dict(values) for scope, values in self.values.items()},
            "f": {str(number): failure for number, failure in self.failures.items()},
            "failures": [list(each) for each in self.history],
            "counts": dict(self.counts),
            "arms": self.arms,
            "control": self.control,
            "end": self.end,
        }

    def _run(self, message: Message) -> None:
        self._forget()
        self.run, self.mission = message, message.get("mission")

    def _tree(self, message: Message) -> None:
        self._plant(message["nodes"])
        self.mission = message.get("mission", self.mission)
        self.end = None

    def _tick(self, message: Message) -> None:
        self.tick = message["n"]
        for number, state in message.get("s", ()):
            self._state(number, state, message["t"])
        for scope in message.get("c", ()):
            self.values.pop(str(scope), None)
        for scope, values in message.get("v", {}).items():
            self.values.setdefault(scope, {}).update(values)
        for number, failure in message.get("f", {}).items():
            self._failure(int(number), failure, message["t"])

    def _state(self, number: int, state: str, time: float) -> None:
        before = self.states.get(number, "I")
        self.states[number] = state
        self.failures.pop(number, None)
        if state != "I" and before != "R":
            entered = self.times[number][0] if number in self.times else 0
            self.times[number] = [entered + 1, time, None if state == "R" else time]
        elif state != "R" and before == "R":
            self.times[number][2] = time

    def _failure(self, number: int, failure: dict[str, Any], time: float) -> None:
        self.failures[number] = failure
        if number not in self.nodes or self.nodes[number]["path"] == failure["path"]:
            self.history.append((time, number, failure))

    def _event(self, message: Message) -> None:
        self.events.append(message)
        data = message["data"]
        if message["event"] != "motion_finished":
            return
        kind = "pushes" if data["kind"] == "push" else "grasps"
        added = {"motions": 1, kind: 1, "arm_motions": int(data.get("arms", 1))}
        if kind == "grasps":
            added["grasps_held"] = int(bool(data["success"]))
        for name, count in added.items():
            self.counts[name] += count

    def _arms(self, message: Message) -> None:
        self.arms = message["arms"]

    def _picture(self, message: Message) -> None:
        self.pictures[message["name"]] = message

    def _control(self, message: Message) -> None:
        self.control = message

    def _end(self, message: Message) -> None:
        self.end = message

    def _key(self, message: Message) -> None:
        if "run" in message:
            self._forget()
            self.run = message["run"]
            self.mission = message.get("mission") or (self.run or {}).get("mission")
            self.events.extend(message.get("events", ()))
        self._plant(message.get("tree", list(self.nodes.values())))
        self.time, self.tick = message["t"], message["n"]
        self.states = dict(message["s"])
        self.times = {int(number): list(times) for number, times in message["times"].items()}
        self.values = {scope: dict(values) for scope, values in message["v"].items()}
        self.failures = {int(number): failure for number, failure in message["f"].items()}
        self.history.clear()
        self.history.extend((time, number, failure) for time, number, failure in message["failures"])
        self.counts = dict(message["counts"])
        self.arms, self.control, self.end = message["arms"], message["control"], message["end"]


_TAKE: dict[str, Callable[[RunState, Message], None]] = {
    "run": RunState._run,
    "tree": RunState._tree,
    "tick": RunState._tick,
    "event": RunState._event,
    "arms": RunState._arms,
    "picture": RunState._picture,
    "control": RunState._control,
    "key": RunState._key,
    "end": RunState._end,
}
