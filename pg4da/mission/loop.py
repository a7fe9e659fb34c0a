"""The loop itself: requests, a tick, time; and at the end everything brought to rest."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import ExitStack
from math import ceil
from typing import Any, Literal

from pg4da.mission.control import Control
from pg4da.mission.events import Hub
from pg4da.mission.node import INVALID, RUNNING, SUCCESS
from pg4da.mission.resources import STOP_BOUND, all_at_rest, stop_everything
from pg4da.mission.steering import Steering
from pg4da.mission.tree import MissionTree
from pg4da.mission.trouble import not_ready, trouble_of
from pg4da.mission.watchdog import Watchdog

Outcome = Literal["success", "failure", "interrupted", "safety_stop"]
FINISH_BOUND = 30.0  # s on the cell's clock for what `finally` owes after a stop


class NotAtRest(Exception):
    """An arm moves on although everything was told to stop."""


class Loop:
    """Of one mission. tick [s]: the period on the cell's clock."""

    def __init__(self, tree: MissionTree, tick: float, hub: Hub, control: Control, watchdog: Watchdog) -> None:
        self.tree, self.tick, self.hub, self.control, self.watchdog = tree, tick, hub, control, watchdog
        self.runtime, self.cell = tree.runtime, tree.runtime.cell
        self.stops = 0
        self.why = "stopped on request"
        self.begin()

    def begin(self) -> None:
        """Before a run: nobody has asked for a pause yet."""
        self.steering = Steering(self.control, self.runtime, self.hub, self.cancel)

    def cancel(self, why: str) -> None:
        """Ask for a stop; the first reason counts."""
        if not self.stops:
            self.why = why
        self.stops += 1

    def until_ended(self) -> Outcome:
        """Turn until the mission ends or is asked to stop."""
        self.runtime.safety = not_ready(self.cell, self.tree)
        if self.runtime.safety:
            return "safety_stop"
        while True:
            ended = self.turn()
            if ended is not None:
                return ended

    def turn(self) -> Outcome | None:
        """Once round the loop: requests, a tick unless paused, time. None while the mission goes on."""
        tree, steering = self.tree, self.steering
        steering.look()
        if self.stops:
            return "interrupted"
        if self._unsafe():
            return "safety_stop"
        stepping = steering.steps > 0
        if steering.paused and not stepping:
            self._advance()
            return None
        if stepping:
            steering.step_begins()
        self._tick(tree.tick_once)
        if self._unsafe():
            return "safety_stop"
        if tree.status is not RUNNING:
            return "success" if tree.status is SUCCESS else "failure"
        self._advance()
        if stepping:
            steering.step_ends()
        return None

    def _unsafe(self) -> bool:
        """A skill has met a safety stop, or the cell has: the mission ends whatever its tree says."""
        if self.runtime.safety is None:
            self.runtime.safety = trouble_of(self.cell, self.tree)
        return self.runtime.safety is not None

    def _tick(self, act: Callable[[], Any]) -> Any:
        """Under the watchdog's eye; then everybody is told what changed."""
        dog = self.watchdog
        dog.beat += 1
        try:
            found = act()
            drained = self.runtime.changes.drain()
            if drained is not None:
                self.hub.changes(drained)
        finally:
            dog.beat += 1
        return found

    def _advance(self) -> None:
        dog = self.watchdog
        dog.beat += 1
        try:
            if self.steering.waiting_for_a_person or self.steering.slowed:
                self._advance_slowed()
            else:
                self.cell.advance(self.tick)
            self.hub.tick()
        finally:
            dog.beat += 1

    def _advance_slowed(self) -> None:
        """No faster than real time while a person is waited for: there is nothing to be gained by burning CPU."""
        began, pace = time.monotonic(), self.cell.pace
        self.cell.advance(self.tick)
        if self.steering.slowed:
            self.steering.pass_time(self.tick, pace)
        left = self.tick - (time.monotonic() - began)
        if left > 0 and self.steering.waiting_for_a_person:
            self.control.wait(left)

    def halt(self) -> Outcome:
        """Stop every arm and the tree; returns when all rest. Raises NotAtRest after the bound, with the cell stopped
        again.

        The arms come first, since a skill's clean-up may hang, and again after it, since it may set them in motion.
        Whatever breaks, the rest of it is done.
        """
        with ExitStack() as then:  # from the last to the first
            then.callback(self._wait_for_rest)
            then.callback(self._tick, lambda: None)
            then.callback(self.steering.stop)
            then.callback(stop_everything, self.cell)
            then.callback(self._tick, self._stop_tree)
            stop_everything(self.cell)
        return "success"

    def _stop_tree(self) -> None:
        try:
            if self.tree.status is RUNNING:
                self.tree.stop(INVALID)
        finally:
            self.runtime.halt()

    def _wait_for_rest(self) -> None:
        """A clock that stands still does not make it wait any longer."""
        cell, turns = self.cell, 2 * ceil(STOP_BOUND / self.tick) + 2
        deadline = cell.clock.now() + STOP_BOUND + 2 * self.tick
        while not self._at_rest() and cell.clock.now() < deadline and turns > 0:
            self._advance()
            turns -= 1
        if not self._at_rest():
            cell.stop()
        if not all_at_rest(cell):
            message = f"an arm still moves {STOP_BOUND:g} s after the stop"
            self.hub.publish("not_at_rest", {"message": message})
            raise NotAtRest(message)

    def _at_rest(self) -> bool:
        return self.runtime.resources.settled() and all_at_rest(self.cell)

    def finish(self) -> Outcome:
        """Run what `finally` owes, until a second request to stop, the bound, or a safety stop."""
        asked, deadline = self.stops, self.cell.clock.now() + FINISH_BOUND
        try:
            while self.stops == asked and self.cell.clock.now() < deadline and self._tick(self.tree.finish):
                if self._unsafe():
                    break
                self._advance()
                self.steering.look()
        finally:
            self.halt()
        return "safety_stop" if self.runtime.safety else "success"
