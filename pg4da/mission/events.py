"""What happens in a run, told to whoever listens. A broken listener can't break the run once it moves.

Kinds and what they carry. From skills: observation (observation), decision (observation, decision), motion_started
(index, action, arms), motion_finished (kind, success, arms, code), note (text). From the executive: skill_started
(path, skill), skill_finished (path, skill, state, failure), finally_failed (path, failure), error (path, message,
traceback), hung (path, message, traceback), abandoned (path, skill, message), undeclared_code (path, skill, code,
message), not_at_rest (message), answered (path, text, choice), refused (command, message), observer_dropped (message,
traceback), mission_finished (outcome, failure, outputs).
"""

from __future__ import annotations

import traceback
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

from pg4da.errors import BadInput
from pg4da.hardware.cell import Cell, Clock
from pg4da.mission.changes import Drained
from pg4da.mission.control import ControlState

if TYPE_CHECKING:
    from pg4da.mission.tree import MissionTree


BEFORE_IT_MOVES = ("on_start", "on_tree")  # where a listener may still refuse the run with BadInput


@dataclass(frozen=True)
class Event:
    """time [s] on the cell's clock."""

    time: float
    kind: str
    data: Mapping[str, Any]


class Observer(Protocol):
    """A recorder or a viewer."""

    def on_start(self, cell: Cell) -> None:
        """The cell is ready; nothing has moved yet."""
        ...

    def on_tree(self, tree: MissionTree) -> None:
        """A mission is about to start; more than one may run after another."""
        ...

    def on_event(self, event: Event) -> None: ...

    def on_changes(self, time: float, changes: Drained) -> None:
        """After a tick that changed a status or a value, with the cell's time [s]."""
        ...

    def on_tick(self, time: float) -> None:
        """After each tick, with the cell's time [s]."""
        ...

    def on_control(self, time: float, state: ControlState) -> None:
        """Paused, resumed, about to stop, a breakpoint set, a question asked; and once at the start."""
        ...

    def on_end(self) -> None:
        """Every arm is at rest; the cell is still open."""
        ...


class Listener:
    """An observer that ignores everything; a base for those that want only some of it."""

    def on_start(self, cell: Cell) -> None: ...

    def on_tree(self, tree: MissionTree) -> None: ...

    def on_event(self, event: Event) -> None: ...

    def on_changes(self, time: float, changes: Drained) -> None: ...

    def on_tick(self, time: float) -> None: ...

    def on_control(self, time: float, state: ControlState) -> None: ...

    def on_end(self) -> None: ...


class Hub:
    """Passes on events in order. An observer that raises is dropped, and the others are told."""

    def __init__(self, clock: Clock, observers: tuple[Observer, ...] = ()) -> None:
        self._clock = clock
        self._observers = list(observers)
        self._listening: dict[str, tuple[tuple[Observer, Callable[..., None]], ...]] = {}

    def publish(self, kind: str, data: Mapping[str, Any]) -> None:
        """The signature of `Context.emit`."""
        event = Event(self._clock.now(), kind, data)
        self._each("on_event", event)

    def start(self, cell: Cell) -> None:
        self._each("on_start", cell)

    def tree(self, tree: MissionTree) -> None:
        self._each("on_tree", tree)

    def changes(self, drained: Drained) -> None:
        self._each("on_changes", self._clock.now(), drained)

    def tick(self) -> None:
        self._each("on_tick", self._clock.now())

    def control(self, state: ControlState) -> None:
        self._each("on_control", self._clock.now(), state)

    def end(self) -> None:
        self._each("on_end")

    def _each(self, method: str, *arguments: Any) -> None:
        listening = self._listening.get(method)
        if listening is None:
            listening = self._listening[method] = self._who_listens(method)
        for observer, call in listening:
            try:
                call(*arguments)
            except Exception as error:
                if isinstance(error, BadInput) and method in BEFORE_IT_MOVES:
                    raise
                self._drop(observer, error)

    def _who_listens(self, method: str) -> tuple[tuple[Observer, Callable[..., None]], ...]:
        """Those with more than Listener's empty method."""
        nothing = getattr(Listener, method)
        return tuple((o, getattr(o, method)) for o in self._observers if getattr(type(o), method, None) is not nothing)

    def _drop(self, observer: Observer, error: Exception) -> None:
        if observer not in self._observers:
            return
        self._observers.remove(observer)
        self._listening.clear()
        text = "".join(traceback.format_exception(error))
        message = f"{type(observer).__name__} dropped: {type(error).__name__}: {error}"
        self.publish("observer_dropped", {"message": message, "traceback": text})
