"""The loop: tick the tree, let time pass, until the mission ends or is asked to stop; then everything rests.

Nothing here reads the wall clock but the report of how long it took, the watchdog, and the wait while people think: a
run is a function of its seed.
"""

from __future__ import annotations

import asyncio
import threading
import time
import traceback
from collections.abc import Callable
from concurrent.futures import Future
from contextlib import ExitStack
from dataclasses import dataclass, field
from typing import Any, Literal

from pg4da.errors import BadInput
from pg4da.mission.control import Control
from pg4da.mission.events import Hub, Observer
from pg4da.mission.failure import Failure
from pg4da.mission.interrupts import EndNow, interrupts
from pg4da.mission.node import INVALID, RUNNING, SUCCESS
from pg4da.mission.resources import STOP_BOUND, all_at_rest
from pg4da.mission.steering import Steering
from pg4da.mission.tree import MissionTree
from pg4da.mission.watchdog import Hung, Watchdog

Outcome = Literal["success", "failure", "interrupted", "safety_stop"]
FINISH_BOUND = 30.0  # s on the cell's clock for what `finally` owes after a stop
HANG_BOUND = 5.0  # s on the wall that one tick may take


@dataclass(frozen=True)
class MissionResult:
    """How a mission ended. Times in seconds: on the cell's clock, and on the wall."""

    outcome: Outcome
    failure: Failure | None
    outputs: dict[str, Any] = field(default_factory=dict)
    sim_time: float = 0.0
    wall_time: float = 0.0


class Executive:
    """Runs one mission tree to its end: `run()` here, `start()` in a thread, `await run_async()`.

    tick [s]: the period on the cell's clock. control: where people ask for a pause or a stop. hub: one that has been
    started and goes on after this mission, in place of observers. hang_bound [s on the wall]: how long a tick may
    take, None for as long as it likes. on_stuck: told of a tick that can't even be broken off; its thread is lost.
    """

    def __init__(
        self,
        tree: MissionTree,
        tick: float = 0.008,
        observers: tuple[Observer, ...] = (),
        *,
        control: Control | None = None,
        hub: Hub | None = None,
        hang_bound: float | None = HANG_BOUND,
        on_stuck: Callable[[Failure], None] | None = None,
    ) -> None:
        self.tree, self.tick = tree, tick
        self.runtime = tree.runtime
        self.cell = tree.runtime.cell
        self.control = control or Control()
        self._own_hub = hub is None
        self.hub = hub or Hub(self.cell.clock, observers)
        self.runtime.context.emit = self.hub.publish
        self.runtime.questions.attended = lambda: self.control.attended
        self._steering = Steering(self.control, self.runtime, self.hub, self.cancel)
        self._hang_bound, self._on_stuck = hang_bound, on_stuck
        bound = HANG_BOUND if hang_bound is None else hang_bound
        self._watchdog = Watchdog(bound, self.cell, self._at_work, self._tell_hung, self._stuck)
        self._stops = 0
        self._why = "stopped on request"
        self._told_end = False
        self._passed_on: BaseException | None = None
        self._future: Future[MissionResult] = Future()
        self._started = (0.0, 0.0)

    def cancel(self, why: str = "stopped on request") -> None:
        """Ask for a stop; may be called from a signal handler or another thread. Asked twice, `finally` is skipped."""
        if not self._stops:
            self._why = why
        self._stops += 1

    def run(self) -> MissionResult:
        """Until the mission succeeds, fails, is cancelled or breaks; returns with every arm at rest.

        SystemExit and the like from within a skill are raised again when everything rests.
        """
        self._started = self.cell.clock.now(), time.monotonic()
        if self._own_hub:
            self.hub.start(self.cell)
        self.runtime.changes.on = True
        self.hub.tree(self.tree)
        with ExitStack() as stack:
            if self._hang_bound is not None:
                stack.enter_context(self._watchdog)
            stack.enter_context(interrupts(self.cancel, self.cell.stop))
            outcome, failure = self._to_rest()
        result = self._result(outcome, failure)
        self._tell_end(result)
        if self._passed_on is not None:
            raise self._passed_on
        return result

    def start(self) -> Executive:
        """Run in a thread of its own; `result` waits for the end."""
        threading.Thread(target=self._run_in_thread, name=f"mission {self.tree.name}", daemon=True).start()
        return self

    def result(self, timeout: float | None = None) -> MissionResult:
        """Of a mission that was started; raises what `run` would, and TimeoutError after `timeout` seconds."""
        return self._future.result(timeout)

    async def run_async(self) -> MissionResult:
        """`run` beside an asyncio loop. Cancelling the task stops the mission; it ends when every arm rests."""
        self.start()
        ended = asyncio.wrap_future(self._future)
        cancelled = False
        while not ended.done():
            try:
                await asyncio.wait([ended])
            except asyncio.CancelledError:
                cancelled = True
                self.cancel("the task was cancelled")
        if cancelled:
            raise asyncio.CancelledError
        return ended.result()

    def _run_in_thread(self) -> None:
        try:
            result = self.run()
        except BaseException as error:
            if not self._future.done():
                self._future.set_exception(error)
        else:
            if not self._future.done():
                self._future.set_result(result)

    def _result(self, outcome: Outcome, failure: Failure | None) -> MissionResult:
        sim, wall = self._started
        return MissionResult(outcome, failure, self.tree.outputs, self.cell.clock.now() - sim, time.monotonic() - wall)

    def _tell_end(self, result: MissionResult) -> None:
        if self._told_end:  # by the watchdog, for a thread that came back after all
            return
        self._told_end = True
        ended = {"outcome": result.outcome, "failure": result.failure, "outputs": result.outputs}
        self.hub.publish("mission_finished", ended)
        if self._own_hub:
            self.hub.end()
            self.control.close()

    def _to_rest(self) -> tuple[Outcome, Failure | None]:
        """The loop, then rest, whatever the loop met; then what `finally` owes."""
        try:
            outcome, failure = self._guarded(self._loop)
            rest, problem = self._guarded(self._halt)
            if rest != "success" and outcome == "success":
                outcome, failure = rest, problem
            if self._owes_finish(outcome, failure):
                self._guarded(self._finish)
        except EndNow:
            self.runtime.halt()
            self.cell.stop()
            outcome, failure = "interrupted", self._cancelled()
        except BadInput:
            self._halt()
            raise
        return outcome, failure

    def _guarded(self, act: Callable[[], Outcome]) -> tuple[Outcome, Failure | None]:
        """What became of it, whatever it raises but BadInput and EndNow."""
        try:
            outcome = act()
        except (BadInput, EndNow):
            raise
        except Hung:
            return "failure", self._watchdog.failure
        except KeyboardInterrupt:
            self.cancel("KeyboardInterrupt")
            return "interrupted", self._cancelled()
        except Exception as error:
            return "failure", self._broken(error)
        except BaseException as error:
            self._passed_on = error
            self.cancel(f"{type(error).__name__}: {error}")
            return "interrupted", self._cancelled()
        if outcome == "interrupted":
            return outcome, self._cancelled()
        return outcome, None if outcome == "success" else self.tree.failure

    def _loop(self) -> Outcome:
        while True:
            ended = self.turn()
            if ended is not None:
                return ended

    def turn(self) -> Outcome | None:
        """Once round the loop: requests, a tick unless paused, time. None while the mission goes on."""
        tree, steering = self.tree, self._steering
        steering.look()
        if self._stops:
            return "interrupted"
        stepping = steering.steps > 0
        if steering.paused and not stepping:
            self._advance()
            return None
        if stepping:
            steering.step_begins()
        self._tick(tree.tick_once)
        if self.runtime.safety:
            return "safety_stop"
        if tree.status is not RUNNING:
            return "success" if tree.status is SUCCESS else "failure"
        self._advance()
        if stepping:
            steering.step_ends()
        return None

    def _tick(self, act: Callable[[], Any]) -> Any:
        """Under the watchdog's eye; then everybody is told what changed."""
        dog = self._watchdog
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
        dog = self._watchdog
        dog.beat += 1
        try:
            if self._steering.waiting_for_a_person or self._steering.slowed:
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
        if self._steering.slowed:
            self._steering.pass_time(self.tick, pace)
        left = self.tick - (time.monotonic() - began)
        if left > 0 and self._steering.waiting_for_a_person:
            self.control.wait(left)

    def _halt(self) -> Outcome:
        """Stop the tree and every arm; returns when all rest, or after the bound with the cell stopped again."""
        if self.tree.status is RUNNING:
            self.tree.stop(INVALID)
        self.runtime.halt()
        cell = self.cell
        cell.stop()
        self._steering.stop()
        self._tick(lambda: None)
        deadline = cell.clock.now() + STOP_BOUND + 2 * self.tick
        while not self._at_rest() and cell.clock.now() < deadline:
            self._advance()
        if not self._at_rest():
            cell.stop()
            self.hub.publish("not_at_rest", {"message": f"an arm still moves {STOP_BOUND:g} s after the stop"})
        return "success"

    def _at_rest(self) -> bool:
        return self.runtime.resources.settled() and all_at_rest(self.cell)

    def _owes_finish(self, outcome: Outcome, failure: Failure | None) -> bool:
        broken = failure is not None and failure.path == self.tree.name and failure.code == "internal_error"
        return bool(self.runtime.pending) and outcome != "safety_stop" and not broken

    def _finish(self) -> Outcome:
        """Run what `finally` owes, until a second request to stop or the bound."""
        asked, deadline = self._stops, self.cell.clock.now() + FINISH_BOUND
        try:
            while self._stops == asked and self.cell.clock.now() < deadline and self._tick(self.tree.finish):
                self._advance()
                self._steering.look()
        finally:
            for node in self.runtime.pending:
                node.stop_early()
            self._halt()
        return "success"

    def _cancelled(self) -> Failure:
        return Failure("cancelled", "cancelled", self.tree.name, self._why)

    def _broken(self, error: Exception) -> Failure:
        text = "".join(traceback.format_exception(error))
        message = f"{type(error).__name__}: {error}"
        self.hub.publish("error", {"path": self.tree.name, "message": message, "traceback": text})
        return Failure("internal_error", "execution", self.tree.name, message, recoverable=False)

    def _at_work(self) -> tuple[str, float | None]:
        node = self.runtime.at_work
        return (self.tree.name, None) if node is None else (node.path, node.step_bound)

    def _tell_hung(self, failure: Failure, stack: str) -> None:
        self.hub.publish("hung", {"path": failure.path, "message": failure.message, "traceback": stack})

    def _stuck(self, failure: Failure) -> None:
        """The mission's thread is lost: whoever waits for the result is told, with the arms stopped."""
        result = self._result("failure", failure)
        self._tell_end(result)
        try:
            if self._on_stuck is not None:
                self._on_stuck(failure)
        finally:
            self._future.set_result(result)
