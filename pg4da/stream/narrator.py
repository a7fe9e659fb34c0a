"""Tells a run as messages: an observer that listens to the executive and hands every message to its sinks."""

from __future__ import annotations

import os
import time as wall
import uuid
from collections.abc import Mapping
from dataclasses import asdict
from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING, Any

from py_trees.common import Status

from pg4da.errors import BadInput
from pg4da.hardware.cell import Cell
from pg4da.mission.changes import Drained
from pg4da.mission.control import ControlState
from pg4da.mission.events import Event, Listener
from pg4da.mission.failure import Failure
from pg4da.stream.arms import ArmReader
from pg4da.stream.brief import brief
from pg4da.stream.messages import VERSION, Message, encode
from pg4da.stream.outline import outline
from pg4da.stream.painter import Painter, Picture
from pg4da.stream.sink import Sink
from pg4da.stream.state import RunState

if TYPE_CHECKING:
    from pg4da.mission.tree import MissionTree

LETTER = {Status.RUNNING: "R", Status.SUCCESS: "S", Status.FAILURE: "F", Status.INVALID: "I"}
ARMS_PERIOD = 0.2  # s on the cell's clock; a tool pose costs 30 to 60 µs, and there are two
KEY_PERIOD = 10.0  # s on the cell's clock
QUIET = 0.5  # s on the cell's clock without a message before one says that the run goes on
DIGITS = 4
PICTURES_WAIT = 1.0  # s on the wall that the end waits for pictures
PICTURES = {"observation": ("camera", "heightmap"), "decision": ("decision",)}  # of an event
WORST = ("success", "failure", "interrupted", "safety_stop")  # from good to bad
NOTHING: dict[str, Any] = {}
TOLD_APART = ("observation", "decision")  # summarised in events; the blackboard and the pictures have them


class Narrator(Listener):
    """A tick without a change costs a comparison; when nothing changes for long, the time is told now and then.

    about: what the run's first message says of it (mission, cell, scene, policy, seed, inputs).
    """

    def __init__(self, *sinks: Sink, about: Mapping[str, Any] | None = None, pictures: bool = True) -> None:
        self.state = RunState()
        self._sinks = sinks
        self._about = dict(about or {})
        self._painter = Painter() if pictures else None
        self._tree: MissionTree | None = None
        self._arms = ArmReader({})
        self._tick = self._last = 0
        self._arms_due = self._key_due = 0.0
        self._repeated: dict[int, int] = {}
        self._numbers: dict[str, int] = {}
        self._outcome: Mapping[str, Any] = {}
        self._started = 0.0

    def on_start(self, cell: Cell) -> None:
        """Raises BadInput when a sink can't start."""
        for sink in self._sinks:
            sink.open()
        self._arms = ArmReader(cell.arms)
        now = cell.clock.now()
        self._arms_due, self._key_due = now, now + KEY_PERIOD
        self._outcome, self._started = {}, wall.monotonic()
        about = {"cell": cell.name} | {name: brief(value) for name, value in self._about.items()}
        stamp = {"started": datetime.now(UTC).isoformat(timespec="seconds"), "pid": os.getpid(), "id": uuid.uuid4().hex}
        self._tell({"k": "run", "t": _round(now), "version": VERSION, **about, **stamp})

    def on_tree(self, tree: MissionTree) -> None:
        self._tree = tree
        self._repeated.clear()
        time = tree.runtime.context.cell.clock.now()
        self._tell({"k": "tree", "t": _round(time), "mission": tree.name, "nodes": outline(tree)})

    def on_event(self, event: Event) -> None:
        data = dict(event.data)
        if event.kind == "mission_finished" and _worse(data, self._outcome):
            self._outcome = data
        self._paint(event)
        told = {name: brief(data.pop(name)) for name in TOLD_APART if name in data}
        data = {name: _plain(value) for name, value in data.items()}
        self._tell({"k": "event", "t": _round(event.time), "event": event.kind, "data": told | data})

    def on_changes(self, time: float, changes: Drained) -> None:
        message: Message = {"k": "tick", "t": _round(time), "n": self._tick}
        states = self._news(changes)
        if states:
            message["s"] = states
            failed = self._failed(states)
            if failed:
                message["f"] = failed
        if changes.values:
            self._add_values(message, changes)
        if len(message) > 3:
            self._tell(message)

    def on_tick(self, time: float) -> None:
        self._tick += 1
        if time >= self._arms_due:
            self._arms_due = time + ARMS_PERIOD
            self._now_and_then(time)

    def on_control(self, time: float, state: ControlState) -> None:
        """What the operator has asked for, whenever it changes."""
        self._tell({"k": "control", "t": _round(time), **brief(asdict(state))})

    def on_end(self) -> None:
        """Pictures that are still being drawn are waited for, within a bound."""
        dropped = 0
        if self._painter is not None:
            self._painter.wait(PICTURES_WAIT)
            dropped = self._painter.dropped
            self._show_pictures()
        result = {**self.state.counts, "wall_time_s": round(wall.monotonic() - self._started, 3)}
        result |= {"pictures_dropped": dropped} if dropped else {}
        ended = {name: _plain(self._outcome.get(name)) for name in ("outcome", "failure", "outputs")}
        self._tell({"k": "end", "t": self.state.time, **ended, "result": result})

    def close(self) -> None:
        """No more pictures. Sinks are closed by whoever made them."""
        if self._painter is not None:
            self._painter.close()

    def _news(self, changes: Drained) -> list[list[Any]]:
        """Changes of status in order; a node that answers the same tick after tick is told once."""
        states, repeated, tick = self.state.states, self._repeated, self._tick
        found: list[list[Any]] = []
        silent: list[tuple[int, int, str]] = []
        fresh: dict[int, str] = {}
        entered: set[int] = set()
        for number, status in changes.statuses:
            letter = LETTER[status]
            before = fresh.get(number) or states.get(number)
            again = letter == before and repeated.get(number, -2) >= tick - 1
            repeated[number] = tick
            if again:
                silent.append((len(found), number, letter))
            else:
                if before != "R":
                    entered.add(number)
                fresh[number] = letter
                found.append([number, letter])
        if silent and entered:
            self._with_their_parents(found, silent, entered)
        return found

    def _with_their_parents(
        self, found: list[list[Any]], silent: list[tuple[int, int, str]], entered: set[int]
    ) -> None:
        """Who answers as before in a new round of its parent is told with it; else it would seem not to have run."""
        for place, number, letter in reversed(silent):
            if self.state.nodes[number]["parent"] in entered:
                found.insert(place, [number, letter])
                entered.add(number)

    def _failed(self, states: list[list[Any]]) -> dict[str, Any]:
        """Why, for every node that stands in failure now."""
        assert self._tree is not None
        nodes, found = self._tree.nodes, {}
        for number, letter in states:
            failure = nodes[number - 1].failure if letter == "F" else None
            if failure is not None:
                found[str(number)] = _why(failure)
        return found

    def _add_values(self, message: Message, changes: Drained) -> None:
        """Values that differ from what was told last; scopes that were emptied."""
        cleared: list[int] = []
        told: dict[str, dict[str, Any]] = {}
        for scope, key, value in changes.values:
            name = str(scope)
            if key == "":
                cleared.append(scope)
                told.pop(name, None)
                continue
            plain = brief(value)
            known = NOTHING if scope in cleared else self.state.values.get(name, NOTHING)
            before = known.get(key, self)
            if before != plain or type(before) is not type(plain):
                told.setdefault(name, {})[key] = plain
            elif name in told:
                told[name].pop(key, None)
        if cleared:
            message["c"] = sorted(set(cleared))
        if any(told.values()):
            message["v"] = {name: values for name, values in told.items() if values}

    def _now_and_then(self, time: float) -> None:
        """Five times a second: arms if they moved, pictures if any are ready, a keyframe if one is due."""
        moved = self._arms.changed()
        if moved is not None:
            self._tell({"k": "arms", "t": _round(time), "arms": moved})
        self._show_pictures()
        for sink in self._sinks:
            if trouble := sink.trouble():
                self._report(trouble)
        if time - self.state.time >= QUIET:
            self._sign_of_life(time)
        if time >= self._key_due:
            self._key_due = time + KEY_PERIOD
            if self.state.tick != self._last:
                self._last = self.state.tick
                self._tell(self.state.keyframe(lean=True))

    def _sign_of_life(self, time: float) -> None:
        """Nothing has changed for a while: clocks of viewers go on. No reason for a keyframe."""
        quiet = self.state.tick == self._last
        self._tell({"k": "tick", "t": _round(time), "n": self._tick})
        if quiet:
            self._last = self.state.tick

    def _paint(self, event: Event) -> None:
        if self._painter is None or event.kind not in PICTURES:
            return
        self._numbers[event.kind] = number = self._numbers.get(event.kind, 0) + 1
        for name in PICTURES[event.kind]:
            head = {"k": "picture", "t": _round(event.time), "name": name, "of": number}
            self._painter.paint(head, partial(_draw, name, event.data))

    def _show_pictures(self) -> None:
        if self._painter is not None and self._painter.finished:
            for message, line in self._painter.take():
                self._hand_out(message, line)

    def _tell(self, message: Message) -> None:
        self.state.apply(message)
        self._hand_out(message, encode(message))

    def _hand_out(self, message: Message, line: bytes) -> None:
        for sink in self._sinks:
            try:
                sink.send(message, line)
            except OSError as error:
                self._sinks = tuple(each for each in self._sinks if each is not sink)
                self._report(f"{type(sink).__name__} dropped: {error}")

    def _report(self, message: str) -> None:
        """To everyone who listens to the mission: what is no longer written. Raises BadInput before it has begun."""
        if self._tree is None:
            raise BadInput(message)
        self._tree.runtime.context.emit("observer_dropped", {"message": message, "traceback": ""})


def _worse(ended: Mapping[str, Any], before: Mapping[str, Any]) -> bool:
    """Of several missions in one run the worst tells how it went; of equals the last."""
    first, second = ended.get("outcome"), before.get("outcome")
    return first not in WORST or second not in WORST or WORST.index(first) >= WORST.index(second)


def _draw(name: str, data: Mapping[str, Any]) -> Picture:
    """In the painter's thread, which also spends the time that loading what draws takes."""
    from pg4da.stream.pictures import draw

    return draw(name, data)


def _plain(value: Any) -> Any:
    return _why(value) if isinstance(value, Failure) else brief(value)


def _why(failure: Failure) -> dict[str, Any]:
    """A failure as the stream has it, with what led to it."""
    told = {name: brief(getattr(failure, name)) for name in ("code", "phase", "path", "message", "recoverable")}
    return told | ({"causes": [_why(cause) for cause in failure.causes]} if failure.causes else {})


def _round(time: float) -> float:
    return round(time, DIGITS)
