"""The loop: tick the tree, let time pass, until the mission ends or is asked to stop; then everything rests.

Nothing here reads the wall clock but the report of how long it took: a run is a function of its seed.
"""

from __future__ import annotations

import signal
import threading
import time
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Literal

from pg4da.errors import BadInput
from pg4da.mission.events import Hub, Observer
from pg4da.mission.failure import Failure
from pg4da.mission.node import INVALID, RUNNING, SUCCESS
from pg4da.mission.resources import STOP_BOUND, all_at_rest
from pg4da.mission.tree import MissionTree

Outcome = Literal["success", "failure", "interrupted", "safety_stop"]
FINISH_BOUND = 30.0  # s on the cell's clock for what `finally` owes after a stop


@dataclass(frozen=True)
class MissionResult:
    """How a mission ended. Times in seconds: on the cell's clock, and on the wall."""

    outcome: Outcome
    failure: Failure | None
    outputs: dict[str, Any] = field(default_factory=dict)
    sim_time: float = 0.0
    wall_time: float = 0.0


class Executive:
    """Runs one mission tree to its end. `tick` is the period [s] on the cell's clock."""

    def __init__(self, tree: MissionTree, tick: float = 0.008, observers: tuple[Observer, ...] = ()) -> None:
        self.tree, self.tick = tree, tick
        self.context = tree.runtime.context
        self.hub = Hub(self.context.cell.clock, observers)
        self.context.emit = self.hub.publish
        self._stops = 0

    def cancel(self) -> None:
        """Ask for a stop; may be called from a signal handler or another thread. Asked twice, `finally` is skipped."""
        self._stops += 1

    def run(self) -> MissionResult:
        """Until the mission succeeds, fails, is cancelled or breaks; returns with every arm at rest."""
        cell, started = self.context.cell, time.monotonic()
        sim_started = cell.clock.now()
        self.hub.start(cell)
        self.tree.runtime.changes.on = True
        self.hub.tree(self.tree)
        with self._signals():
            outcome, failure = self._guarded()
        result = MissionResult(
            outcome, failure, self.tree.outputs, cell.clock.now() - sim_started, time.monotonic() - started
        )
        self.hub.publish("mission_finished", {"outcome": outcome, "failure": failure, "outputs": result.outputs})
        self.hub.end()
        return result

    def _guarded(self) -> tuple[Outcome, Failure | None]:
        """The loop, then rest, whatever the loop met."""
        try:
            outcome = self._loop()
            failure = self.tree.failure if outcome in ("failure", "safety_stop") else None
            if outcome == "interrupted":
                failure = Failure("cancelled", "cancelled", self.tree.name, "stopped on request")
        except BadInput:
            raise
        except Exception as error:
            outcome, failure = "failure", self._broken(error)
        finally:
            self._halt()
        if self._owes_finish(outcome, failure):
            self._finish()
        return outcome, failure

    def _loop(self) -> Outcome:
        while True:
            if self._stops:
                return "interrupted"
            self.tree.tick_once()
            self._tell_changes()
            if self.tree.runtime.safety:
                return "safety_stop"
            if self.tree.status is not RUNNING:
                return "success" if self.tree.status is SUCCESS else "failure"
            self._advance()

    def _tell_changes(self) -> None:
        drained = self.tree.runtime.changes.drain()
        if drained is not None:
            self.hub.changes(drained)

    def _advance(self) -> None:
        self.context.cell.advance(self.tick)
        self.hub.tick()

    def _halt(self) -> None:
        """Stop the tree and every arm; returns when all rest, or after the bound with the cell stopped again."""
        if self.tree.status is RUNNING:
            self.tree.stop(INVALID)
        self._tell_changes()
        cell = self.context.cell
        cell.stop()
        deadline = cell.clock.now() + STOP_BOUND
        while not all_at_rest(self.context.cell) and cell.clock.now() < deadline:
            self._advance()
        if not all_at_rest(self.context.cell):
            cell.stop()
            self.hub.publish("not_at_rest", {"message": f"an arm still moves {STOP_BOUND:g} s after the stop"})

    def _owes_finish(self, outcome: Outcome, failure: Failure | None) -> bool:
        broken = failure is not None and failure.path == self.tree.name and failure.code == "internal_error"
        return bool(self.tree.runtime.pending) and outcome != "safety_stop" and not broken

    def _finish(self) -> None:
        """Run what `finally` owes, until a second request to stop or the bound."""
        asked, deadline = self._stops, self.context.cell.clock.now() + FINISH_BOUND
        try:
            while self.tree.finish() and self._stops == asked and self.context.cell.clock.now() < deadline:
                self._tell_changes()
                self._advance()
        except Exception as error:
            self._broken(error)
        finally:
            for node in self.tree.runtime.pending:
                node.stop_early()
            self._halt()

    def _broken(self, error: Exception) -> Failure:
        text = "".join(traceback.format_exception(error))
        message = f"{type(error).__name__}: {error}"
        self.hub.publish("error", {"path": self.tree.name, "message": message, "traceback": text})
        return Failure("internal_error", "execution", self.tree.name, message, recoverable=False)

    @contextmanager
    def _signals(self) -> Iterator[None]:
        """Ctrl-C and SIGTERM ask for a stop while the mission runs; only the main thread can be told."""
        if threading.current_thread() is not threading.main_thread():
            yield
            return
        old = {number: signal.signal(number, lambda *_: self.cancel()) for number in (signal.SIGINT, signal.SIGTERM)}
        try:
            yield
        finally:
            for number, handler in old.items():
                signal.signal(number, handler)
