"""RTDE, protocol version 2 (UR's RTDE guide): port 30004. Recipes both ways, data at the client's rate."""

from __future__ import annotations

import math
import struct
from dataclasses import dataclass

from pg4da.hardware.emulator.ur5e.controller import Controller
from pg4da.hardware.emulator.ur5e.drive import CYCLE
from pg4da.hardware.emulator.ur5e.link import Line
from pg4da.hardware.emulator.ur5e.rtde_inputs import Claims
from pg4da.hardware.emulator.ur5e.rtde_outputs import OUTPUTS, Read, Sample
from pg4da.hardware.emulator.ur5e.rtde_types import HEADER, Layout, frame

PORT = 30004
VERSION = 2
FASTEST = round(1 / CYCLE)  # Hz
WARNING = 2  # level of a text message


@dataclass(frozen=True)
class _Outputs:
    reads: tuple[Read, ...]
    layout: Layout
    every: int  # cycles between two frames


class Session:
    """One RTDE client."""

    def __init__(self, controller: Controller, claims: Claims, line: Line) -> None:
        self._controller = controller
        self._claims = claims
        self._line = line
        self._inputs: dict[int, tuple[tuple[str, ...], Layout]] = {}
        self._outputs: _Outputs | None = None
        self._started = False
        self._answers = {
            "V": self._version,
            "v": self._controller_version,
            "O": self._choose_outputs,
            "I": self._choose_inputs,
            "S": self._start,
            "P": self._pause,
            "U": self._write,
        }

    async def serve(self) -> None:
        """Until the client goes. Raises ValueError for a frame that is none."""
        while True:
            size, kind = HEADER.unpack(await self._line.exactly(HEADER.size))
            if size < HEADER.size:
                raise ValueError(f"an RTDE frame of {size} bytes")
            payload = await self._line.exactly(size - HEADER.size)
            answer = self._answers.get(chr(kind))
            if answer is None:
                self._say(f"unknown frame '{chr(kind)}'")
                continue
            try:
                answer(payload)
            except (struct.error, UnicodeDecodeError) as error:
                self._say(f"frame '{chr(kind)}' can't be read: {error}")

    def close(self) -> None:
        """Let go of the inputs that this client held."""
        self._claims.release(self)

    def emit(self, cycle: int, sample: Sample) -> None:
        """A data frame, if it is this client's turn."""
        outputs = self._outputs
        if self._started and outputs is not None and cycle % outputs.every == 0:
            fields = [read(sample) for read in outputs.reads]
            self._line.send(frame("U", b"\x01" + outputs.layout.pack(fields)))

    def due(self, cycle: int) -> bool:
        """Whether `emit` would send anything."""
        return self._started and self._outputs is not None and cycle % self._outputs.every == 0

    def _version(self, payload: bytes) -> None:
        (version,) = struct.unpack(">H", payload)
        self._line.send(frame("V", bytes([version == VERSION])))

    def _controller_version(self, payload: bytes) -> None:
        self._line.send(frame("v", struct.pack(">4I", *self._controller.identity.version)))

    def _choose_outputs(self, payload: bytes) -> None:
        (rate,) = struct.unpack(">d", payload[:8])
        names = _names(payload[8:])
        known = [OUTPUTS.get(name) for name in names]
        types = ["NOT_FOUND" if entry is None else entry[0] for entry in known]
        reads = tuple(entry[1] for entry in known if entry is not None)
        accepted = len(reads) == len(names) and math.isfinite(rate) and rate > 0
        if accepted:
            every = max(1, round(FASTEST / rate)) if rate > 1 else FASTEST
            self._outputs = _Outputs(reads, Layout.of(types), every)
        self._line.send(frame("O", bytes([accepted]) + ",".join(types).encode()))

    def _choose_inputs(self, payload: bytes) -> None:
        names = _names(payload)
        types = self._claims.claim(names, self)
        accepted = not {"NOT_FOUND", "IN_USE"} & set(types)
        recipe = len(self._inputs) + 1 if accepted else 0
        if accepted:
            self._inputs[recipe] = (names, Layout.of(types))
        self._line.send(frame("I", bytes([recipe]) + ",".join(types).encode()))

    def _start(self, payload: bytes) -> None:
        self._started = self._outputs is not None
        self._line.send(frame("S", bytes([self._started])))

    def _pause(self, payload: bytes) -> None:
        self._started = False
        self._line.send(frame("P", b"\x01"))

    def _write(self, payload: bytes) -> None:
        recipe = self._inputs.get(payload[0]) if payload else None
        if recipe is None:
            self._say("data for an input recipe that is not there")
            return
        names, layout = recipe
        self._controller.write_inputs(names, layout.unpack(payload[1:]))

    def _say(self, text: str) -> None:
        """A text message to the client."""
        message, source = text.encode()[:255], b"RTDE"
        body = bytes([len(message)]) + message + bytes([len(source)]) + source + bytes([WARNING])
        self._line.send(frame("M", body))


def _names(payload: bytes) -> tuple[str, ...]:
    """Comma-separated; a comma at the end is passed over."""
    return tuple(name for name in payload.decode("ascii").split(",") if name)


class RtdeServer:
    """All RTDE clients of one controller."""

    def __init__(self, controller: Controller) -> None:
        self._controller = controller
        self._claims = Claims()
        self._sessions: list[Session] = []

    async def serve(self, line: Line) -> None:
        """A link's handler."""
        session = Session(self._controller, self._claims, line)
        self._sessions.append(session)
        try:
            await session.serve()
        finally:
            self._sessions.remove(session)
            session.close()

    def wants(self, cycle: int) -> bool:
        """Whether anyone is to get data in this cycle."""
        return any(session.due(cycle) for session in self._sessions)

    def emit(self, cycle: int, sample: Sample) -> None:
        """Data to all whose turn it is."""
        for session in self._sessions:
            session.emit(cycle, sample)
