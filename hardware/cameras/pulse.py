"""Whether a camera server lives and its stream runs, asked again and again without ever waiting for the answer."""

from __future__ import annotations

import select
import socket

from pg4da.hardware.cameras.wire import Message, encode, receive
from pg4da.hardware.wall_clock import monotonic

PERIOD = 0.05  # s between an answer and the next question
NUMBER = -1  # of the question; pictures count up from 1
REST = 0.05  # s for the rest of an answer that has begun to come


class Pulse:
    """Call `look` often. silent_after [s]: without an answer, or with the stream's time standing still."""

    def __init__(self, silent_after: float) -> None:
        self._silent_after = silent_after
        self.rest()

    def rest(self) -> None:
        """Forget what was asked: the connection is a new one, or has been used for something else."""
        self._asked: float | None = None
        self._answered = monotonic()
        self._stamp: object = None
        self._ran = self._answered

    def look(self, connection: socket.socket) -> str:
        """What is wrong, empty when nothing is. Raises OSError, EOFError or WireError where the connection is gone."""
        now = monotonic()
        if select.select([connection], [], [], 0)[0]:
            return self._heard(receive(connection, now + REST), now)
        if self._asked is None:
            if now - self._answered >= PERIOD:
                connection.sendall(encode({"ask": "state", "id": NUMBER}))
                self._asked = now
            return ""
        silent = now - self._asked
        return f"no sign of life for {silent:.2f} s" if silent > self._silent_after else ""

    def _heard(self, answer: Message, now: float) -> str:
        stamp = answer.header.get("stamp", self._stamp)
        runs = stamp != self._stamp or "stamp" not in answer.header  # an older server knows no such question: it lives
        unwatched = now - self._answered > self._silent_after  # nobody looked: says nothing about the time between
        if runs or unwatched:
            self._ran = now
        self._asked, self._answered, self._stamp = None, now, stamp
        still = now - self._ran
        return f"its stream is frozen for {still:.2f} s" if still > self._silent_after else ""
