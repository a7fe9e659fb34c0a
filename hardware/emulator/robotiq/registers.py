"""The controller's registers as a Modbus server sees them: function codes 3, 4, 6, 16, 23."""

from __future__ import annotations

import struct

from pg4da.hardware.emulator.robotiq.controller import Controller
from pg4da.hardware.robotiq_2f140.registers import (
    COMMAND,
    STATUS,
    WORDS,
    decode_command,
    encode_command,
    encode_status,
)

READ_HOLDING, READ_INPUT, WRITE_ONE, WRITE, READ_WRITE = 3, 4, 6, 16, 23
ILLEGAL_FUNCTION, ILLEGAL_ADDRESS, ILLEGAL_VALUE = 1, 2, 3


class Refusal(Exception):
    """A Modbus exception; code as the protocol numbers it."""

    def __init__(self, code: int) -> None:
        super().__init__(f"exception {code}")
        self.code = code


def answer(controller: Controller, request: bytes) -> bytes:
    """The answer's protocol data unit to a request's (function code and data, no address, no checksum)."""
    controller.heard()
    function = request[0]
    try:
        return bytes([function]) + _answer(controller, function, request[1:])
    except Refusal as refusal:
        return bytes([function | 0x80, refusal.code])
    except struct.error:
        return bytes([function | 0x80, ILLEGAL_VALUE])


def _answer(controller: Controller, function: int, data: bytes) -> bytes:
    if function in (READ_HOLDING, READ_INPUT):
        return _read(controller, *struct.unpack(">HH", data))
    if function == WRITE_ONE:
        address, value = struct.unpack(">HH", data)
        _write(controller, address, [value])
        return data
    if function == WRITE:
        address, words = _written(data)
        _write(controller, address, words)
        return data[:4]
    if function == READ_WRITE:
        start, count = struct.unpack(">HH", data[:4])
        address, words = _written(data[4:])
        _write(controller, address, words)
        return _read(controller, start, count)
    raise Refusal(ILLEGAL_FUNCTION)


def _written(data: bytes) -> tuple[int, list[int]]:
    address, count, size = struct.unpack(">HHB", data[:5])
    if not 0 < count <= 123 or size != 2 * count or len(data) != 5 + size:
        raise Refusal(ILLEGAL_VALUE)
    return address, list(struct.unpack(f">{count}H", data[5:]))


def _read(controller: Controller, address: int, count: int) -> bytes:
    if not 0 < count <= 125:
        raise Refusal(ILLEGAL_VALUE)
    for start, words in ((STATUS, encode_status(controller.status())), (COMMAND, encode_command(controller.command))):
        if start <= address and address + count <= start + WORDS:
            wanted = words[address - start : address - start + count]
            return struct.pack(f">B{count}H", 2 * count, *wanted)
    raise Refusal(ILLEGAL_ADDRESS)


def _write(controller: Controller, address: int, words: list[int]) -> None:
    if not (address >= COMMAND and address + len(words) <= COMMAND + WORDS):
        raise Refusal(ILLEGAL_ADDRESS)
    present = encode_command(controller.command)
    present[address - COMMAND : address - COMMAND + len(words)] = words
    controller.write(decode_command(present))
