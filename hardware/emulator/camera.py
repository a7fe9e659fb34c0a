"""A camera server over an emulated world, for any number of clients; protocol: `hardware.cameras.wire`."""

from __future__ import annotations

import socket
import threading
from dataclasses import replace
from typing import Any

import numpy as np

from pg4da.hardware.cameras.wire import encode, receive
from pg4da.hardware.cell import CameraFrame
from pg4da.hardware.emulator.socket_server import SocketServer
from pg4da.hardware.emulator.world import World

DROP, STALL, STALE, NOISE = "drop", "stall", "stale", "noise"
FAULTS = (DROP, STALL, STALE, NOISE)
USUAL_NOISE = 0.005  # m, standard deviation of depth
STRAY = 0.02  # share of pixels without depth under noise


class CameraServer:
    """Serves pictures of `world` from its construction to `close`. On loopback unless told otherwise."""

    def __init__(self, world: World, host: str = "127.0.0.1", port: int = 0, serial: str = "emulated") -> None:
        """Port 0 takes a free one. Raises OSError when the port is taken."""
        self._world, self._serial = world, serial
        self._stalled = threading.Event()
        self._looking = threading.Lock()  # one picture at a time
        self._stale, self._noise = False, 0.0
        self._last: CameraFrame | None = None
        self._sequence = 0
        self._rng = np.random.default_rng(0)
        self._server = SocketServer("camera", host, port, self._serve)
        self.host, self.port = self._server.host, self._server.port

    def inject(self, fault: str, amount: float | None = None) -> None:
        """One of FAULTS, until `clear`; amount: of noise, the deviation of depth [m]. Raises ValueError."""
        if fault == DROP:
            self._server.drop()
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
        self._server.restore()

    def close(self) -> None:
        """Idempotent."""
        self._server.close()

    def _serve(self, client: socket.socket, _: threading.Event) -> None:
        client.sendall(encode({"camera": self._serial}))
        while True:
            asked = receive(client).header
            if not self._stalled.is_set():
                client.sendall(self._answer(asked))

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
