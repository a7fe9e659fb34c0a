"""A record shown on the page."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import TYPE_CHECKING

from pg4da.viewing.access import Access, parse_listen
from pg4da.viewing.feed import Mode
from pg4da.viewing.history import History
from pg4da.viewing.server import ViewServer

if TYPE_CHECKING:
    from pg4da.stream.log import Log

ALL = 1 << 40  # bytes: nothing is forgotten
LOOK = 0.5  # s between two looks whether the page is still served


class LogFeed:
    """Everything at once; the page keeps it and scrubs by itself."""

    mode: Mode = "replay"

    def __init__(self, log: Log) -> None:
        self.history = History(ALL, ALL)
        self.history.add(line for line in log.lines() if not line.startswith(b'{"k":"key"'))

    def poll(self) -> bool:
        return False

    def close(self) -> None:
        """Nothing is open."""


def replay_server(log: Log, access: Access) -> ViewServer:
    """Not started yet."""
    return ViewServer(LogFeed(log), access)


def serve_log(log: Log, port: int | None, say: Callable[[str], None]) -> None:
    """Until Ctrl-C. Raises BadInput when the port can't be had."""
    server = replay_server(log, parse_listen(None, port))
    server.start()
    try:
        say(f"the page: {server.address} (Ctrl-C to leave)")
        while not (trouble := server.trouble()):
            threading.Event().wait(LOOK)
        say(trouble)
    except KeyboardInterrupt:
        say("")
    finally:
        server.close()
