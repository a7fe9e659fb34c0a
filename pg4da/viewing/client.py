"""A run in another process, over its stream: connects, comes back by itself, waits for a run to appear."""

from __future__ import annotations

import json
import os
import socket
import time
from collections import deque
from contextlib import ExitStack
from dataclasses import dataclass
from urllib.parse import parse_qs, urlsplit

from websockets.exceptions import ConnectionClosed, InvalidHandshake, InvalidMessage
from websockets.sync.client import ClientConnection, connect

from pg4da.errors import BadInput
from pg4da.viewing.access import LOOPBACK, PORT

RETRY = 1.0  # s between two tries
PATIENCE = 5.0  # s for an answer
OWN = ('{"k":"hello"', '{"k":"png"', '{"k":"refused"')  # what the server says for itself


@dataclass(frozen=True)
class Address:
    """Where a run is told; `link` is for a browser."""

    host: str
    port: int
    token: str = ""

    @property
    def stream(self) -> str:
        return f"ws://{self._name}:{self.port}/stream"

    @property
    def link(self) -> str:
        return f"http://{self._name}:{self.port}/" + (f"#token={self.token}" if self.token else "")

    @property
    def _name(self) -> str:
        return f"[{self.host}]" if ":" in self.host else self.host


def parse_address(text: str | None) -> Address:
    """What `run --watch` printed, or HOST, HOST:PORT, PORT; the token may stand in PG4DA_TOKEN. Raises BadInput."""
    given = text or LOOPBACK
    if given.isdecimal():
        given = f"{LOOPBACK}:{given}"
    try:
        parts = urlsplit(given if "://" in given else f"http://{given}")
        host, port = parts.hostname, parts.port
    except ValueError as error:
        raise BadInput(f"{text}: {error}") from None
    if parts.scheme != "http" or not host:
        raise BadInput(f"{text}: expected an address such as http://{LOOPBACK}:{PORT}/")
    token = parse_qs(parts.fragment).get("token", [os.environ.get("PG4DA_TOKEN", "")])[0]
    return Address(host, PORT if port is None else port, token)


class Client:
    """`get` as a subscription's; `note` says what is wrong with the connection, empty when nothing is."""

    def __init__(self, address: Address) -> None:
        self._address = address
        self._socket: ClientConnection | None = None
        self._connection = ExitStack()
        self._lines: deque[bytes] = deque()
        self._next_try = 0.0
        self.note = "waiting for a run"

    def get(self, timeout: float | None = None) -> bytes | None:
        """The next line of the run; None when none came in time. Raises BadInput when the token is refused."""
        if not self._lines:
            self._receive(PATIENCE if timeout is None else timeout)
        return self._lines.popleft() if self._lines else None

    def close(self) -> None:
        self._socket = None
        self._connection.close()

    def _receive(self, timeout: float) -> None:
        if self._socket is None and not self._connect(timeout):
            return
        assert self._socket is not None
        try:
            text = self._socket.recv(timeout=timeout)
        except TimeoutError:
            return
        except ConnectionClosed as closed:
            self._lost(closed)
            return
        assert isinstance(text, str)
        self._lines.extend(line.encode() for line in text.split("\n") if not line.startswith(OWN))

    def _connect(self, timeout: float) -> bool:
        wait = self._next_try - time.monotonic()
        if wait > 0:
            time.sleep(min(wait, timeout))
            return False
        self._next_try = time.monotonic() + RETRY
        try:
            stream = self._connection.enter_context(
                connect(self._address.stream, compression=None, max_size=None, proxy=None, open_timeout=PATIENCE)
            )
            stream.send(json.dumps({"token": self._address.token}))
        except socket.gaierror as error:
            self.close()
            if error.errno == socket.EAI_NONAME:
                raise BadInput(f"{self._address.host}: {error.strerror}") from None
            return False
        except (OSError, InvalidHandshake, InvalidMessage, ConnectionClosed):
            self.close()
            return False
        self._socket = stream
        self.note = ""
        return True

    def _lost(self, closed: ConnectionClosed) -> None:
        from pg4da.viewing.viewer import NO_TOKEN

        self.close()
        if closed.rcvd is not None and closed.rcvd.code == NO_TOKEN:
            raise BadInput(f"{self._address.stream}: {closed.rcvd.reason}; give the address with its #token=…")
        self.note = "connection lost, waiting"
