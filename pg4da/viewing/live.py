"""A run that can be watched: a sink for its messages, and a server that shows them."""

from __future__ import annotations

from pg4da.mission.control import Control
from pg4da.stream.broadcast import Broadcast, Subscription
from pg4da.stream.messages import Message
from pg4da.stream.sink import Sink
from pg4da.viewing.access import Access
from pg4da.viewing.feed import LiveFeed
from pg4da.viewing.server import ViewServer


class LiveView(Sink):
    """Hand it to one run after another as a sink; they close it, and it stays until `leave`."""

    def __init__(self, access: Access, control: Control | None = None) -> None:
        self._broadcast = Broadcast()
        self.server = ViewServer(LiveFeed(self._broadcast.subscribe), access, control)

    def start(self) -> None:
        """Raises BadInput when the address can't be had."""
        self.server.start()

    def send(self, message: Message, line: bytes) -> None:
        self._broadcast.send(message, line)

    def trouble(self) -> str:
        return self.server.trouble()

    def subscribe(self) -> Subscription:
        """For a viewer in this process."""
        return self._broadcast.subscribe()

    def leave(self) -> None:
        """Viewers get the last lines; the address is free again."""
        self.server.close()
        self._broadcast.close()
