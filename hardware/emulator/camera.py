"""A camera server over an emulated world, for any number of clients; protocol: `hardware.cameras.wire`."""

from __future__ import annotations

import contextlib
import socket
import threading
from dataclasses import replace
from typing import Any

import numpy as np

from pg4da.hardware.cameras.wire import WireError, encode, receive
from pg4da.hardware.cell import CameraFrame
from pg4da.hardware.emulator.world import World

DROP, STALL, STALE, NOISE = "drop", "stall", "stale", "noise"
FAULTS = (DROP, STALL, STALE, NOISE)
USUAL_NOISE = 0.005  # m, standard deviation of depth
STRAY = 0.02  # share of pixels without depth under noise
LOOK = 0.5  # s between looks for the end
CLIENTS = 16


class CameraServer:
    """Serves pictures of `world` from its construction to `close`. On loopback unless told otherwise."""

    def __init__(self, world: World, host: str = "127.0.0.1", port: int = 0, serial: str = "emulated") -> None:
        """Port 0 takes a free one. Raises OSError when the port is taken."""
        self._world, self._serial = world, serial
        self._over, self._stalled = threading.Event(), threading.Event()
        self._looking = threading.Lock()  # one picture at a time
        self._lock = threading.Lock()
        self._clients: set[socket.socket] = set()
        self._threads: list[threading.Thread] = []
        self._stale, self._noise = False, 0.0
        self._last: CameraFrame | None = None
        self._sequence = 0
        self._rng = np.random.default_rng(0)
        self._listener: socket.socket | None = _listen(host, port)
        self.host, self.port = self._listener.getsockname()[:2]
        self._accepting = self._spawn(self._accept, self._listener)

    def inject(self, fault: str, amount: float | None = None) -> None:
        """One of FAULTS, until `clear`; amount: of noise, the deviation of depth [m]. Raises ValueError."""
        if fault == DROP:
            self._drop()
        elif fault == STALL:
            self._stalled.set()
        elif fault == STALE:
            self._stale = True
        elif fault == NOISE:
            self._noise = USUAL_NOISE if amount is None else amount
        else:
            raise ValueError(f"no fault {fault!r} of a camera; valid: {', '.join(FAULTS)}")

    def clear(self) -> None:
        """All is well again; dropped clients may connect again."""
        self._stalled.clear()
        self._stale, self._noise = False, 0.0
        if self._listener is None and not self._over.is_set():
            self._listener = _listen(self.host, self.port)
            self._accepting = self._spawn(self._accept, self._listener)

    def close(self) -> None:
        """Idempotent."""
        self._over.set()
        self._drop()
        for thread in list(self._threads):
            if thread is not threading.current_thread():
                thread.join(1.0)

    def _drop(self) -> None:
        with self._lock:
            listener, self._listener = self._listener, None
            ends = [*self._clients, *([listener] if listener is not None else [])]
        for end in ends:
            with contextlib.suppress(OSError):  # it may have gone by itself
                end.shutdown(socket.SHUT_RDWR)
        if listener is not None:
            self._accepting.join(2 * LOOK)  # it closes the listener, which frees the port

    def _spawn(self, work: Any, connection: socket.socket) -> threading.Thread:
        thread = threading.Thread(target=work, args=(connection,), name=f"camera port {self.port}", daemon=True)
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
        with client, contextlib.suppress(OSError, EOFError, WireError):  # the client went, or speaks something else
            client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            client.sendall(encode({"camera": self._serial}))
            while True:
                asked = receive(client).header
                if not self._stalled.is_set():
                    client.sendall(self._answer(asked))
        with self._lock:
            self._clients.discard(client)

    def _answer(self, asked: Any) -> bytes:
        number = asked.get("id")
        if asked.get("ask") == "state":
            last = self._last if self._stale else None
            return encode({"id": number, "stamp": self._world.now() if last is None else last.stamp})
        if asked.get("ask") != "frame":
            return encode({"id": number, "error": "the questions are 'frame' and 'state'"})
        frame = self._look()
        told = {"sequence": frame.sequence, "stamp": frame.stamp, "age": max(0.0, self._world.now() - frame.stamp)}
        arrays = {"rgb": np.ascontiguousarray(frame.rgb), "depth": np.ascontiguousarray(frame.depth, "<f4")}
        return encode({"id": number, **told, "K": frame.K.tolist()}, arrays)

    def _look(self) -> CameraFrame:
        with self._looking:
            if self._stale and self._last is not None:
                return self._last
            self._sequence += 1
            frame = replace(self._world.picture(), sequence=self._sequence)
            self._last = replace(frame, depth=self._noisy(frame.depth)) if self._noise > 0 else frame
            return self._last

    def _noisy(self, depth: Any) -> Any:
        stray = self._rng.random(depth.shape) < STRAY
        noise = self._rng.normal(0.0, self._noise, depth.shape).astype(np.float32)
        return np.where((depth > 0) & ~stray, np.maximum(depth + noise, 0), np.float32(0)).astype(np.float32)


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
