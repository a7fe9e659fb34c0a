"""A TCP port whose clients are each served in a thread, and whose line can be cut and mended."""

from __future__ import annotations

import contextlib
import socket
import threading
from collections.abc import Callable

LOOK = 0.5  # s; shutting a listener down wakes it at once on Linux, elsewhere after this
CLIENTS = 16


class SocketServer:
    """Listens from its construction to `close`. serve: talks with one client until that is gone or the event says that
    all is over; an OSError, EOFError or ValueError of it (the client went, or speaks something else) ends that client.
    """

    def __init__(
        self, name: str, host: str, port: int, serve: Callable[[socket.socket, threading.Event], None]
    ) -> None:
        """Port 0 takes a free one. Raises OSError when the port is taken."""
        self._over = threading.Event()
        self._name, self._talk = name, serve
        self._clients: set[socket.socket] = set()
        self._lock = threading.Lock()
        self._threads: list[threading.Thread] = []
        self._listener: socket.socket | None = _listen(host, port)
        self.host, self.port = self._listener.getsockname()[:2]
        self._accepting = self._spawn(self._accept, self._listener)

    def drop(self) -> None:
        """Cut every connection and refuse new ones, until `restore`."""
        with self._lock:
            listener, self._listener = self._listener, None
            ends = [*self._clients, *([listener] if listener is not None else [])]
        for end in ends:
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
        for thread in list(self._threads):
            if thread is not threading.current_thread():
                thread.join(1.0)

    def _spawn(self, work: Callable[[socket.socket], None], connection: socket.socket) -> threading.Thread:
        thread = threading.Thread(target=work, args=(connection,), name=f"{self._name} port {self.port}", daemon=True)
        self._threads = [each for each in self._threads if each.is_alive()] + [thread]
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
                with self._lock:
                    welcome = self._listener is listener and len(self._clients) < CLIENTS
                    if welcome:
                        self._clients.add(client)
                if welcome:
                    self._spawn(self._serve, client)
                else:
                    client.close()

    def _serve(self, client: socket.socket) -> None:
        with client, contextlib.suppress(OSError, EOFError, ValueError):
            client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self._talk(client, self._over)
        with self._lock:
            self._clients.discard(client)


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
