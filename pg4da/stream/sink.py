"""Where the messages of a run go: a record, viewers, anything else that wants them."""

from __future__ import annotations

from pg4da.stream.messages import Message


class Sink:
    """Does nothing; a base. All calls come from the thread that runs the mission and must not block it."""

    def open(self) -> None:
        """A run is about to start; may come again for the next. Raises BadInput when that can't work."""

    def send(self, message: Message, line: bytes) -> None:
        """One message, and the same as a line. A sink that raises OSError is left out from then on, and reported."""

    def trouble(self) -> str:
        """What went wrong in a thread of its own, told once; empty when nothing did. Asked a few times a second."""
        return ""

    def close(self) -> None:
        """Nothing more will come."""
