"""Work done by several processes. Ctrl-C is for the one that started them: it ends them when it wants to."""

from __future__ import annotations

import signal
from collections import deque
from collections.abc import Callable, Generator, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from multiprocessing import active_children, get_context
from typing import TypeVar

T = TypeVar("T")
R = TypeVar("R")
SIGNALS = {signal.SIGINT}
AHEAD = 50  # items a process that are handed out before they are asked for: some take much longer than others


class WorkerDied(RuntimeError):
    """A process ended in the middle of its work, for want of memory perhaps."""


def in_order(task: Callable[[T], R], items: Sequence[T], workers: int = 1) -> Generator[R, None, None]:
    """What `task`, a module's function, makes of each; with one worker in this process.

    Closing the iterator ends the processes at once. Raises WorkerDied, and what the task raises.
    """
    if workers == 1:
        yield from map(task, items)
        return
    with _pool(workers) as pool:
        try:
            yield from _results(pool, task, items, AHEAD * workers)
        except BrokenProcessPool as error:
            raise WorkerDied(f"one of {workers} processes died in the middle of its work; --resume goes on") from error


def _results(pool: ProcessPoolExecutor, task: Callable[[T], R], items: Sequence[T], ahead: int) -> Iterator[R]:
    """In order. Nothing is ever cancelled, as `pool.map` would: the pool's own thread trips over that when it ends."""
    given: deque[Future[R]] = deque()
    for item in items:
        with _masked():  # the processes start here, and begin with this mask
            given.append(pool.submit(task, item))
        if len(given) > ahead:
            yield given.popleft().result()
    while given:
        yield given.popleft().result()


@contextmanager
def _pool(workers: int) -> Iterator[ProcessPoolExecutor]:
    others = set(active_children())
    with ProcessPoolExecutor(workers, mp_context=get_context("spawn"), initializer=_begin) as pool:
        try:
            yield pool
        except BaseException:
            for process in set(active_children()) - others:
                process.terminate()
            raise


@contextmanager
def _masked() -> Iterator[None]:
    before = signal.pthread_sigmask(signal.SIG_BLOCK, SIGNALS)
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _begin() -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, SIGNALS)
