"""One connection's bytes in, bytes out, for each of the three wire formats."""

from __future__ import annotations

import struct
from typing import Protocol

from pg4da.hardware.emulator.robotiq.controller import Controller
from pg4da.hardware.emulator.robotiq.crc import crc16, with_crc
from pg4da.hardware.emulator.robotiq.registers import READ_WRITE, WRITE, answer

LONGEST = 264  # bytes of a frame; a line of more is not from any client
NO_ANSWER_BEHIND_GATEWAY = 0x0B


class Session(Protocol):
    """What a connection remembers between its pieces."""

    def feed(self, data: bytes) -> bytes:
        """The answer to what is complete by now; empty when nothing is, or when none is due."""
        ...


class RtuSession:
    """Modbus RTU. Frames are told apart by their own length, for TCP keeps no silences."""

    def __init__(self, controller: Controller, unit: int) -> None:
        self._controller, self._unit = controller, unit
        self._heard = b""

    def feed(self, data: bytes) -> bytes:
        """Frames for another unit and broken ones get no answer; after a broken one what was heard is forgotten."""
        self._heard += data
        answers = b""
        while (size := frame_length(self._heard)) is not None and len(self._heard) >= size:
            frame, self._heard = self._heard[:size], self._heard[size:]
            if crc16(frame[:-2]) != frame[-2:]:
                self._heard = b""
            elif frame[0] == self._unit:
                answers += with_crc(frame[:1] + answer(self._controller, frame[1:-2]))
        return answers


def frame_length(heard: bytes) -> int | None:
    """Bytes of the request that begins here, checksum included; None as long as it can't be told."""
    if len(heard) < 2:
        return None
    counted = {WRITE: 6, READ_WRITE: 10}.get(heard[1])
    if counted is None:
        return 8
    return counted + 3 + heard[counted] if len(heard) > counted else None


class TcpSession:
    """Modbus TCP, as a gateway speaks it."""

    def __init__(self, controller: Controller, unit: int) -> None:
        self._controller, self._unit = controller, unit
        self._heard = b""

    def feed(self, data: bytes) -> bytes:
        """A gateway answers for a unit that is not there. Raises ValueError for what is not Modbus TCP."""
        self._heard += data
        answers = b""
        while len(self._heard) >= 8:
            transaction, protocol, length, unit = struct.unpack(">HHHB", self._heard[:7])
            if protocol != 0 or not 2 <= length <= LONGEST:
                raise ValueError(f"no Modbus TCP: {self._heard[:8].hex(' ')}")
            if len(self._heard) < 6 + length:
                break
            request, self._heard = self._heard[7 : 6 + length], self._heard[6 + length :]
            missing = bytes([request[0] | 0x80, NO_ANSWER_BEHIND_GATEWAY])
            reply = answer(self._controller, request) if unit == self._unit else missing
            answers += struct.pack(">HHHB", transaction, 0, len(reply) + 1, unit) + reply
        return answers
