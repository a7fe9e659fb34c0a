"""Sessions behind sockets and behind a pseudo terminal, each in a thread, with what can go wrong on the way."""

from __future__ import annotations

import contextlib
import os
import select
import socket
import threading
import tty
from collections.abc import Callable
from dataclasses import dataclass

from pg4da.hardware.emulator.robotiq.sessions import Session

LOOK = 0.5  # s; shutting a listener down wakes it at once on Linux, elsewhere after this
CHUNK = 4096


@dataclass
class Line:
    """What is wrong on the way. stalled: heard, never answered; lag: s before each answer."""

    stalled: bool = False
    lag: float = 0.0


class SocketServer:
    """One TCP port; every client has a session of its own."""

    def __init__(self, host: str, port: int, session: Callable[[], Session], line: Line) -> None:
        """Port 0 takes a free one. Raises OSError when the port is taken."""
        self._session, self._line = session, line
        self._over = threading.Event()
        self._clients: set[socket.socket] = set()
        self._lock = threading.Lock()
        self._listener: socket.socket | None = _listen(host, port)
        self.host, self.port = self._listener.getsockname()
        self._threads: list[threading.Thread] = []
        self._accepting = self._spawn(self._accept, self._listener)

    def drop(self) -> None:
        """Cut every connection and refuse new ones, until `restore`."""
        with self._lock:
            listener, self._listener = self._listener, None
            clients = list(self._clients)
        for end in [*clients, *([listener] if listener is not None else [])]:
            with contextlib.suppress(OSError):  # it may have gone by itself
                end.shutdown(socket.SHUT_RDWR)
        if listener is not None and self._accepting is not threading.current_thread():
            self._accepting.join(2 * LOOK)  # it closes the listener, which frees the port

    def restore(self) -> None:
        """Listen again, at the same port."""
        if self._listener is None and not self._over.is_set():
            self._listener = _listen(self.host, self.port)
            self._accepting = self._spawn(self._accept, self._listener)

    def close(self) -> None:
        """Idempotent."""
        self._over.set()
        self.drop()
        for thread in self._threads:
            thread.join(1.0)

    def _spawn(self, work: Callable[[socket.socket], None], argument: socket.socket) -> threading.Thread:
        thread = threading.Thread(target=work, args=(argument,), name=f"gripper port {self.port}", daemon=True)
        self._threads = [t for t in self._threads if t.is_alive()] + [thread]
        thread.start()
        return thread

    def _accept(self, listener: socket.socket) -> None:
        with listener:
            while self._listener is listener:
                try:
                    client, _ = listener.accept()
                except TimeoutError:
                    continue
                except OSError:  # it was shut down
                    return
                client.settimeout(None)
                self._spawn(self._serve, client)

    def _serve(self, client: socket.socket) -> None:
        session = self._session()
        with self._lock:
            self._clients.add(client)
        with client, contextlib.suppress(OSError, ValueError):  # the client went, or does not speak this protocol
            client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            while data := client.recv(CHUNK):
                if reply := _reply(session, data, self._line, self._over):
                    client.sendall(reply)
        with self._lock:
            self._clients.discard(client)


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


def _listen(host: str, port: int) -> socket.socket:
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((host, port))
        listener.listen(8)
        listener.settimeout(LOOK)
    except OSError:
        listener.close()
        raise
    return listener


def _reply(session: Session, data: bytes, line: Line, over: threading.Event) -> bytes:
    if line.stalled:
        return b""
    reply = session.feed(data)
    if line.lag > 0.0:
        over.wait(line.lag)
    return b"" if line.stalled else reply
