"""Sessions behind sockets and behind a pseudo terminal, each in a thread, with what can go wrong on the way."""

from __future__ import annotations

import os
import select
import socket
import threading
import tty
from collections.abc import Callable
from dataclasses import dataclass

from pg4da.hardware.emulator.robotiq.sessions import Session
from pg4da.hardware.emulator.socket_server import SocketServer

CHUNK = 4096


@dataclass
class Line:
    """What is wrong on the way. stalled: heard, never answered; lag: s before each answer."""

    stalled: bool = False
    lag: float = 0.0


def port_of(host: str, port: int, session: Callable[[], Session], line: Line) -> SocketServer:
    """A TCP port; every client has a session of its own. Port 0 takes a free one. Raises OSError when it is taken."""

    def serve(client: socket.socket, over: threading.Event) -> None:
        own = session()
        while data := client.recv(CHUNK):
            if reply := _reply(own, data, line, over):
                client.sendall(reply)

    return SocketServer("gripper", host, port, serve)


class PtyServer:
    """A pseudo terminal; `path` is what a client opens as its serial device."""

    def __init__(self, session: Session, line: Line) -> None:
        self._session, self._line = session, line
        self._over = threading.Event()
        self._wake, self._waker = os.pipe()
        self._master, self._slave = os.openpty()  # the slave stays open, or the master fails between two clients
        tty.setraw(self._slave)
        self.path = os.ttyname(self._slave)
        self._thread = threading.Thread(target=self._serve, name=f"gripper {self.path}", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Idempotent."""
        if self._over.is_set():
            return
        self._over.set()
        os.write(self._waker, b"0")
        self._thread.join(1.0)
        for end in (self._master, self._slave, self._wake, self._waker):
            os.close(end)

    def _serve(self) -> None:
        while not self._over.is_set():
            ready, _, _ = select.select([self._master, self._wake], [], [])
            if self._master in ready and (
                reply := _reply(self._session, os.read(self._master, CHUNK), self._line, self._over)
            ):
                os.write(self._master, reply)


def _reply(session: Session, data: bytes, line: Line, over: threading.Event) -> bytes:
    if line.stalled:
        return b""
    reply = session.feed(data)
    if line.lag > 0.0:
        over.wait(line.lag)
    return b"" if line.stalled else reply
