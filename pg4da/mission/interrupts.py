"""Ctrl-C, SIGTERM and a lost terminal while a mission runs.

The first asks for a stop, the second skips `finally`, the third ends it.
"""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType

NAMES = {
    signal.SIGINT: "stopped by Ctrl-C",
    signal.SIGTERM: "stopped by SIGTERM",
    signal.SIGHUP: "stopped: the terminal is lost",
}
AT_ONCE = 3


class EndNow(KeyboardInterrupt):
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
        if asked >= AT_ONCE:
            try:
                stop_arms()
            finally:
                raise EndNow

    obeyed = [number for number in NAMES if not (number == signal.SIGHUP and is_ignored(number))]
    old = {number: signal.signal(number, handle) for number in obeyed}
    try:
        yield
    finally:
        for number, handler in old.items():
            signal.signal(number, handler)


def is_ignored(number: signal.Signals) -> bool:
    """As `nohup` asks for."""
    return signal.getsignal(number) is signal.SIG_IGN


@contextmanager
def like_ctrl_c() -> Iterator[None]:
    """SIGTERM and a lost terminal end the block as Ctrl-C does, so that a cell is closed and a record ended."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    wanted = [number for number in (signal.SIGTERM, signal.SIGHUP) if not is_ignored(number)]
    old = {number: signal.signal(number, signal.default_int_handler) for number in wanted}
    try:
        yield
    finally:
        for number, handler in old.items():
            signal.signal(number, handler)
