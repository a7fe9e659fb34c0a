"""Runs a mission to its end, whatever happens on the way; then everything rests.

Nothing here reads the wall clock but the report of how long it took, the watchdog, and the wait while people think: a
run is a function of its seed.
"""

from __future__ import annotations

import asyncio
import atexit
import threading
import time
import traceback
from collections.abc import Callable
from concurrent.futures import Future
from contextlib import ExitStack, suppress
from dataclasses import dataclass, field
from typing import Any

from pg4da.errors import BadInput
from pg4da.hardware.errors import DeviceError
from pg4da.mission.control import Control
from pg4da.mission.events import Hub, Observer
from pg4da.mission.failure import Failure
from pg4da.mission.interrupts import EndNow, interrupts
from pg4da.mission.loop import FINISH_BOUND, Loop, NotAtRest, Outcome
from pg4da.mission.resources import stop_everything
from pg4da.mission.tree import MissionTree
from pg4da.mission.watchdog import Hung, Watchdog, within

HANG_BOUND = 5.0  # s on the wall that one tick may take
LAST_WORDS = 2.0  # s on the wall to tell of a tick that can't be broken off, whatever else may hang with it

Ended = tuple[Outcome, Failure | None]


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
        self.tree = tree
        self.runtime = tree.runtime
        self.cell = tree.runtime.cell
        self.control = control or Control()
        self._own_hub = hub is None
        self.hub = hub or Hub(self.cell.clock, observers)
        self.runtime.context.emit = self.hub.publish
        self.runtime.questions.attended = lambda: self.control.attended
        self._hang_bound, self._on_stuck = hang_bound, on_stuck
        bound = HANG_BOUND if hang_bound is None else hang_bound
        self._watchdog = Watchdog(bound, self.cell, self._at_work, self._stuck)
        self.loop = Loop(tree, tick, self.hub, self.control, self._watchdog)
        self._told_end = False
        self._passed_on: BaseException | None = None
        self._future: Future[MissionResult] = Future()
        self._started = (0.0, 0.0)

    def cancel(self, why: str = "stopped on request") -> None:
        """Ask for a stop; may be called from a signal handler or another thread. Asked twice, `finally` is skipped."""
        self.loop.cancel(why)

    def run(self) -> MissionResult:
        """Until the mission succeeds, fails, is cancelled or breaks; returns with every arm at rest.

        SystemExit and the like from within a skill are raised again when everything rests. Raises RuntimeError while
        another executive runs in the same cell.
        """
        driver = self.runtime.resources.driver
        if not driver.acquire(blocking=False):
            raise RuntimeError("another executive runs in this cell; missions for one cell go into one tree, or queue")
        try:
            return self._run()
        finally:
            self.loop.stops = 0
            driver.release()

    def _run(self) -> MissionResult:
        self._started = self.cell.clock.now(), time.monotonic()
        self._told_end = False
        self.loop.begin()
        if self._own_hub:
            self.hub.start(self.cell)
        self.runtime.changes.on = True
        self.hub.tree(self.tree)
        with ExitStack() as stack:
            if self._hang_bound is not None:
                stack.enter_context(self._watchdog)
            stack.enter_context(interrupts(self.cancel, lambda: stop_everything(self.cell)))
            outcome, failure = self._to_rest()
        result = self._result(outcome, failure)
        self._tell_end(result)
        if self._passed_on is not None:
            raise self._passed_on
        return result

    def start(self) -> Executive:
        """Run in a thread of its own; `result` waits for the end. A program that ends stops the mission first."""
        atexit.register(self._leave)
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
        finally:
            atexit.unregister(self._leave)

    def _leave(self) -> None:
        """The program ends, which would end the thread with the arms in motion; a Ctrl-C meanwhile skips `finally`."""
        for _ in range(2):
            self.cancel("the program has ended")
            with suppress(TimeoutError, KeyboardInterrupt):
                self._future.exception(FINISH_BOUND)
                return

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

    def _to_rest(self) -> Ended:
        """The loop, then rest, whatever the loop met; then what `finally` owes."""
        try:
            ended = self._guarded(self.loop.until_ended)
            ended = worse(ended, self._guarded(self.loop.halt))
            if self._owes_finish(*ended):
                ended = worse(ended, self._guarded(self.loop.finish))
        except EndNow:
            with ExitStack() as then:
                then.callback(stop_everything, self.cell)
                self.runtime.halt()
            ended = "interrupted", self._cancelled()
        except BaseException:  # BadInput, or a cell so broken that not even that can be told
            with ExitStack() as then:
                then.callback(stop_everything, self.cell)
                self.loop.halt()
            raise
        return ended

    def _guarded(self, act: Callable[[], Outcome]) -> Ended:
        """What became of it, whatever it raises but BadInput and EndNow."""
        try:
            outcome = act()
        except (BadInput, EndNow):
            raise
        except Hung:
            return "failure", self._hung()
        except NotAtRest as error:
            return "failure", Failure("arm_not_stopped", "execution", self.tree.name, str(error), recoverable=False)
        except DeviceError as error:
            return "safety_stop", Failure("safety_stop", "execution", self.tree.name, str(error), recoverable=False)
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

    def _owes_finish(self, outcome: Outcome, failure: Failure | None) -> bool:
        broken = failure is not None and failure.path == self.tree.name and failure.code == "internal_error"
        return bool(self.runtime.pending) and outcome != "safety_stop" and not broken

    def _cancelled(self) -> Failure:
        return Failure("cancelled", "cancelled", self.tree.name, self.loop.why)

    def _broken(self, error: Exception) -> Failure:
        text = "".join(traceback.format_exception(error))
        message = f"{type(error).__name__}: {error}"
        self.hub.publish("error", {"path": self.tree.name, "message": message, "traceback": text})
        return Failure("internal_error", "execution", self.tree.name, message, recoverable=False)

    def _at_work(self) -> tuple[str, float | None]:
        node = self.runtime.at_work
        return (self.tree.name, None) if node is None else (node.path, node.step_bound)

    def _hung(self) -> Failure | None:
        failure = self._watchdog.failure
        if failure is not None:
            data = {"path": failure.path, "message": failure.message, "traceback": self._watchdog.stack}
            self.hub.publish("hung", data)
        return failure

    def _stuck(self, failure: Failure) -> None:
        """The mission's thread is lost: whoever waits for the result is told, with the arms stopped."""
        result = self._result("failure", failure)
        within(LAST_WORDS, lambda: self._last_words(result))
        try:
            if self._on_stuck is not None:
                self._on_stuck(failure)
        finally:
            self._future.set_result(result)

    def _last_words(self, result: MissionResult) -> None:
        self._hung()
        self._tell_end(result)


def worse(ended: Ended, then: Ended) -> Ended:
    """How it ended, unless what came after it was worse: a safety stop, or arms that could not be brought to rest."""
    if then[0] == "success" or ended[0] == "safety_stop":
        return ended
    lighter = ended[0] in ("success", "interrupted") or then[0] == "safety_stop"
    return then if lighter else ended
