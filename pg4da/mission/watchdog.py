"""Sees on the wall clock that a tick does not come back, stops the arms, and breaks into what hangs.

It runs in a thread of its own. What neither listens to exceptions nor returns (a call into C that never ends) is
reported to `on_stuck`, and the arms are stopped again and again.
"""

from __future__ import annotations

import ctypes
import signal
import sys
import threading
import time
import traceback
from collections.abc import Callable
from types import FrameType

from pg4da.hardware.cell import Cell
from pg4da.mission.failure import Failure
from pg4da.mission.resources import stop_everything

TRIES, BETWEEN = 3, 0.5  # s: how often, how far apart it breaks into a tick before that counts as stuck
SIGNAL = signal.SIGURG  # ignored by default, so that one that comes too late does no harm


class Hung(BaseException):
    """Raised in a tick that takes too long. Not an Exception: a skill that catches those must not swallow it."""


class Watchdog:
    """The loop adds one to `beat` before and after each tick; `odd` means within one.

    bound [s on the wall]; where() gives the path at work and its own bound, if any. failure, stack: what hung.
    """

    def __init__(
        self,
        bound: float,
        cell: Cell,
        where: Callable[[], tuple[str, float | None]],
        on_stuck: Callable[[Failure], None],
    ) -> None:
        self.beat = 0
        self.failure: Failure | None = None
        self._bound, self._cell = bound, cell
        self._where, self._on_stuck = where, on_stuck
        self.stack = ""
        self._thread_watched = 0
        self._main = False
        self._closed = threading.Event()

    def __enter__(self) -> Watchdog:
        """Watch the thread that calls this."""
        self.failure = None
        self._closed.clear()
        self._thread_watched = threading.get_ident()
        self._main = threading.current_thread() is threading.main_thread()
        self._thread = threading.Thread(target=self._watch, name="pg4da watchdog", daemon=True)
        if self._main:
            self._old_handler = signal.signal(SIGNAL, self._break)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._closed.set()
        self._thread.join(timeout=2 * BETWEEN)
        if self._main:
            signal.signal(SIGNAL, self._old_handler)

    def _watch(self) -> None:
        """Time counts only as far as this thread was awake, so that a suspended machine is no hanging skill."""
        period = min(0.1, self._bound / 4)
        seen, spent, last = -1, 0.0, time.monotonic()
        while not self._closed.wait(period):
            now = time.monotonic()
            awake, last = min(now - last, 2 * period), now
            if self.beat != seen or self.beat % 2 == 0:
                seen, spent = self.beat, 0.0
                continue
            spent += awake
            path, own = self._where()
            bound = max(self._bound, own or 0.0)
            if spent > bound:
                self._bite(seen, path, bound)

    def _bite(self, beat: int, path: str, bound: float) -> None:
        frame = sys._current_frames().get(self._thread_watched)
        place = "" if frame is None else f", in {frame.f_code.co_name} ({frame.f_code.co_filename}:{frame.f_lineno})"
        self.stack = "" if frame is None else "".join(traceback.format_stack(frame))
        self.failure = Failure("hung", "execution", path, f"no answer for {bound:g} s{place}", recoverable=False)
        self._stop_arms()
        for _ in range(TRIES):
            if self.beat != beat:
                return
            self._break_in()
            if self._gone_on(beat):
                return
        self._on_stuck(self.failure)
        while not self._gone_on(beat):
            self._stop_arms()

    def _gone_on(self, beat: int) -> bool:
        """Waits a little for the tick to end."""
        return any(self.beat != beat or self._closed.wait(BETWEEN / 10) for _ in range(10))

    def _stop_arms(self) -> None:
        try:
            stop_everything(self._cell)
        except Exception as error:
            print(f"the cell does not stop: {type(error).__name__}: {error}", file=sys.stderr)

    def _break_in(self) -> None:
        if self._main:  # a signal also ends a blocking call
            signal.pthread_kill(self._thread_watched, SIGNAL)
        else:
            ctypes.pythonapi.PyThreadState_SetAsyncExc(ctypes.c_ulong(self._thread_watched), ctypes.py_object(Hung))

    def _break(self, number: int, frame: FrameType | None) -> None:
        if self.failure is not None and self.beat % 2 == 1:
            raise Hung


def within(seconds: float, act: Callable[[], None]) -> None:
    """Do something that may hang itself: it is left behind after so many seconds on the wall."""
    thread = threading.Thread(target=act, name="last words", daemon=True)
    thread.start()
    thread.join(seconds)
