"""Where a server's lines come from: a run in this process, or a record."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal, Protocol

from pg4da.viewing.history import History

Mode = Literal["live", "replay"]


class Source(Protocol):
    """A subscription to a run: a keyframe first, then its lines; never blocks with a timeout of 0."""

    def get(self, timeout: float | None = None) -> bytes | None: ...

    def close(self) -> None: ...


class Feed(Protocol):
    """What a server serves. All but `mode` is called in the server's thread."""

    @property
    def mode(self) -> Mode: ...

    @property
    def history(self) -> History: ...

    def poll(self) -> bool:
        """Take in what is new; whether there was anything."""
        ...

    def close(self) -> None: ...


class LiveFeed:
    """A run in this process. Nothing here is called from the thread that ticks."""

    mode: Mode = "live"

    def __init__(self, subscribe: Callable[[], Source]) -> None:
        self._subscribe = subscribe
        self._source = subscribe()
        self.history = History()

    def poll(self) -> bool:
        found = self._drain()
        self.history.add(found)
        if self.history.wants_key:
            self._start_anew()
        return bool(found)

    def close(self) -> None:
        self._source.close()

    def _drain(self) -> list[bytes]:
        found: list[bytes] = []
        while (line := self._source.get(0)) is not None:
            found.append(line)
        return found

    def _start_anew(self) -> None:
        """Get a keyframe, from which the history can go on when its beginning is forgotten."""
        fresh = self._subscribe()
        self._source.close()
        self._source = fresh
        self.history.add(self._drain())
