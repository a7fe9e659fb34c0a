"""Ctrl-C and SIGTERM while a mission runs: the first asks for a stop, the second skips `finally`, the third ends it."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType

NAMES = {signal.SIGINT: "stopped by Ctrl-C", signal.SIGTERM: "stopped by SIGTERM"}
AT_ONCE = 3


class EndNow(BaseException):
    """Asked for the third time: no more waiting."""


@contextmanager
def interrupts(cancel: Callable[[str], None], stop_arms: Callable[[], None]) -> Iterator[None]:
    """Only the main thread can be told; handlers are put back at the end."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    asked = 0

    def handle(number: int, frame: FrameType | None) -> None:
        nonlocal asked
        asked += 1
        cancel(NAMES[signal.Signals(number)])
        if asked == AT_ONCE:
            stop_arms()
            raise EndNow

    old = {number: signal.signal(number, handle) for number in NAMES}
    try:
        yield
    finally:
        for number, handler in old.items():
            signal.signal(number, handler)
