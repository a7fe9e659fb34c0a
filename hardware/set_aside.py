"""Keeps Python's garbage collector from holding up the threads that listen to devices.

A full collection walks through everything that is loaded, a tenth of a second or more in which no thread runs. While a
cell is connected, what was there before it is left out (`gc.freeze`): for the whole process, as Python offers it.
"""

from __future__ import annotations

import gc
import threading

_lock = threading.Lock()
_holders = 0
_ours = False


def set_aside() -> None:
    """Leave out all that is loaded now; what an application left out by itself stays its own affair."""
    global _holders, _ours
    with _lock:
        if not _holders:
            _ours = gc.get_freeze_count() == 0
        _holders += 1
        if _ours:
            gc.freeze()


def take_back() -> None:
    """Once for each `set_aside`; the last one ends it."""
    global _holders
    with _lock:
        _holders -= 1
        if not _holders and _ours:
            gc.unfreeze()
