"""Messages between the driver and its child process over a pair of sockets. Neither side ever waits for the other."""

from __future__ import annotations

import json
import socket
import struct
import threading
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from pg4da.hardware.frames import Array

HEAD = struct.Struct("<II")  # bytes of the JSON part, bytes of the array
MOST = 64 * 2**20  # bytes of one message
UNREAD = 2**17  # bytes waiting to be sent above which a message that may be lost is


@dataclass(frozen=True)
class Message:
    """kind: one word; data: what JSON can hold; rows: an array of any length, float64, (n, width)."""

    kind: str
    data: dict[str, Any] = field(default_factory=dict)
    rows: Array | None = None


class Closed(Exception):
    """The other side is gone."""


class Channel:
    """One end. `send` may be called from any thread, `receive` from one."""

    def __init__(self, end: socket.socket) -> None:
        end.setblocking(False)
        self._socket = end
        self._out = bytearray()
        self._in = bytearray()
        self._lock = threading.Lock()

    def fileno(self) -> int:
        """To wait for messages with `select`."""
        return self._socket.fileno()

    @property
    def waiting(self) -> bool:
        """Something is left to be sent; `flush` tries again."""
        return bool(self._out)

    def send(self, message: Message, lossy: bool = False) -> None:
        """Hand over, or keep what does not fit for `flush`; a lossy one is dropped when much is waiting.

        Raises Closed.
        """
        width = 0 if message.rows is None else message.rows.shape[1]
        text = json.dumps([message.kind, message.data, width]).encode()
        rows = b"" if message.rows is None else np.ascontiguousarray(message.rows, np.float64).tobytes()
        with self._lock:
            if lossy and len(self._out) > UNREAD:
                return
            self._out += HEAD.pack(len(text), len(rows)) + text + rows
            self._push()

    def flush(self) -> None:
        """Send what waits, as much as fits. Raises Closed."""
        with self._lock:
            self._push()

    def _push(self) -> None:
        while self._out:
            try:
                sent = self._socket.send(self._out)
            except BlockingIOError:
                return
            except OSError as error:
                raise Closed from error
            del self._out[:sent]

    def receive(self) -> list[Message]:
        """Every message that has come. Raises Closed once the other side is gone and all it said was read."""
        ended = self._pull()
        messages = []
        while (message := self._take()) is not None:
            messages.append(message)
        if ended and not messages:
            raise Closed
        return messages

    def _pull(self) -> bool:
        while True:
            try:
                data = self._socket.recv(2**16)
            except BlockingIOError:
                return False
            except OSError:
                return True
            if not data:
                return True
            self._in += data

    def _take(self) -> Message | None:
        if len(self._in) < HEAD.size:
            return None
        texts, rows = HEAD.unpack_from(self._in)
        if texts + rows > MOST:
            raise Closed
        end = HEAD.size + texts + rows
        if len(self._in) < end:
            return None
        kind, data, width = json.loads(bytes(self._in[HEAD.size : HEAD.size + texts]))
        found = None
        if width:
            found = np.frombuffer(bytes(self._in[HEAD.size + texts : end]), np.float64).reshape(-1, width).copy()
        del self._in[:end]
        return Message(kind, data, found)

    def close(self) -> None:
        """Let go; the other side sees it."""
        self._socket.close()
