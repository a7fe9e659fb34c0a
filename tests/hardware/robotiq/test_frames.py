"""The emulated gripper's bytes are those that the maker prints, asked by a client without any library."""

from __future__ import annotations

import os
import select
import socket
import tty
from collections.abc import Callable

import pytest

from pg4da.hardware.emulator.robotiq.crc import with_crc
from pg4da.hardware.robotiq_2f140.scaling import Ends

from .conftest import Bench, until

# Robotiq, 2F-85 & 2F-140 Instruction Manual, "Modbus RTU communication example": request, answer.
RESET = ("09 10 03 E8 00 03 06 00 00 00 00 00 00 73 30", "09 10 03 E8 00 03 01 30")
ACTIVATE = ("09 10 03 E8 00 03 06 01 00 00 00 00 00 72 E1", "09 10 03 E8 00 03 01 30")
CLOSE = ("09 10 03 E8 00 03 06 09 00 00 FF FF FF 42 29", "09 10 03 E8 00 03 01 30")
OPEN = ("09 10 03 E8 00 03 06 09 00 00 00 FF FF 72 19", "09 10 03 E8 00 03 01 30")
ASK_ACTIVATION = "09 03 07 D0 00 01 85 CF"
ACTIVATING, ACTIVE = "09 03 02 11 00 55 D5", "09 03 02 31 00 4C 15"
ASK_ALL = "09 03 07 D0 00 03 04 0E"
HELD = "09 03 06 B9 00 00 FF BD 00 1D 7C"  # at 189 counts
ASK_INPUTS = "09 04 07 D0 00 03 B1 CE"


class Raw:
    """Bytes to the emulated gripper over a socket or the serial line."""

    def __init__(self, bench: Bench, kind: str) -> None:
        self._socket = socket.create_connection(("127.0.0.1", bench.emulated.ports[kind])) if kind != "rtu" else None
        self._file = os.open(bench.emulated.path, os.O_RDWR | os.O_NOCTTY) if self._socket is None else -1
        if self._socket is None:
            tty.setraw(self._file)

    def ask(self, request: str | bytes, wait: float = 2.0) -> str:
        data = bytes.fromhex(request) if isinstance(request, str) else request
        if self._socket is not None:
            self._socket.sendall(data)
        else:
            os.write(self._file, data)
        return self.hear(wait)

    def hear(self, wait: float = 2.0) -> str:
        source = self._socket if self._socket is not None else self._file
        if not select.select([source], [], [], wait)[0]:
            return ""
        heard = self._socket.recv(400) if self._socket is not None else os.read(self._file, 400)
        return heard.hex(" ").upper()

    def close(self) -> None:
        if self._socket is not None:
            self._socket.close()
        else:
            os.close(self._file)


@pytest.fixture
def raw(make_bench: Callable[..., Bench], request: pytest.FixtureRequest) -> Callable[[str], tuple[Bench, Raw]]:
    def make(kind: str) -> tuple[Bench, Raw]:
        bench = make_bench()
        client = Raw(bench, kind)
        request.addfinalizer(client.close)
        return bench, client

    return make


@pytest.mark.parametrize("kind", ["rtu", "rtu-tcp"])
def test_the_makers_example_from_beginning_to_end(raw: Callable[[str], tuple[Bench, Raw]], kind: str) -> None:
    bench, client = raw(kind)
    bench.fingers.object_width = Ends().width(189)
    for request, answer in (RESET, ACTIVATE):
        assert client.ask(request) == answer
    assert client.ask(ASK_ACTIVATION) == ACTIVATING
    until(lambda: client.ask(ASK_ACTIVATION) == ACTIVE)
    assert client.ask(CLOSE[0]) == CLOSE[1]
    moving = client.ask(ASK_ALL)
    assert moving.startswith("09 03 06 39 00 00 FF")
    until(lambda: client.ask(ASK_ALL) == HELD)
    assert client.ask(ASK_INPUTS)[6:23] == HELD[6:23]
    assert client.ask(OPEN[0]) == OPEN[1]
    until(lambda: client.ask(ASK_ALL).startswith("09 03 06 F9 00 00 00 03 00"))


def test_frames_in_pieces_and_together(raw: Callable[[str], tuple[Bench, Raw]]) -> None:
    _, client = raw("rtu-tcp")
    data = bytes.fromhex(RESET[0])
    assert client.ask(data[:5], 0.1) == ""
    assert client.ask(data[5:]) == RESET[1]
    both = client.ask(data + bytes.fromhex(ASK_ACTIVATION))
    assert both.startswith(RESET[1])


@pytest.mark.parametrize("kind", ["rtu", "rtu-tcp"])
def test_broken_and_foreign_frames_get_no_answer(raw: Callable[[str], tuple[Bench, Raw]], kind: str) -> None:
    _, client = raw(kind)
    assert client.ask("09 03 07 D0 00 01 85 CE", 0.15) == ""
    assert client.ask(with_crc(bytes.fromhex("0A 03 07 D0 00 01")), 0.15) == ""
    assert client.ask(ASK_ACTIVATION) != ""


@pytest.mark.parametrize(
    ("request_data", "answer"),
    [
        ("03 01 00 00 01", "83 02"),  # no register there
        ("03 07 D0 00 04", "83 02"),  # beyond the last
        ("03 07 D0 00 00", "83 03"),  # none asked for
        ("10 03 E9 00 03 06 00 00 00 00 00 00", "90 02"),
        ("05 07 D0 FF 00", "85 01"),  # no such function
        ("06 03 E9 00 10", "06 03 E9 00 10"),
        ("17 07 D0 00 01 03 E8 00 01 02 00 00", "17 02 00 00"),
    ],
)
def test_each_function_code(raw: Callable[[str], tuple[Bench, Raw]], request_data: str, answer: str) -> None:
    _, client = raw("rtu-tcp")
    frame = with_crc(bytes.fromhex("09 " + request_data))
    assert client.ask(frame) == with_crc(bytes.fromhex("09 " + answer)).hex(" ").upper()


def test_modbus_tcp_frames(raw: Callable[[str], tuple[Bench, Raw]]) -> None:
    _, client = raw("tcp")
    assert client.ask("33 9A 00 00 00 0D 09 10 03 E8 00 03 06 00 00 00 00 00 00") == (
        "33 9A 00 00 00 06 09 10 03 E8 00 03"
    )
    assert client.ask("45 33 00 00 00 06 09 04 07 D0 00 01") == "45 33 00 00 00 05 09 04 02 00 00"
    assert client.ask("45 34 00 00 00 06 02 04 07 D0 00 01") == "45 34 00 00 00 03 02 84 0B"


def test_what_is_no_modbus_tcp_is_hung_up_on(raw: Callable[[str], tuple[Bench, Raw]]) -> None:
    _, client = raw("tcp")
    assert client.ask(b"GET / HTTP/1.1\r\n\r\n") == ""


@pytest.mark.parametrize(
    ("line", "answer"),
    [
        ("GET STA", b"STA 0\n"),
        ("GET POS", b"POS 3\n"),
        ("SET ACT 1", b"ack"),
        ("SET POS 255 SPE 128 FOR 0 GTO 0", b"ack"),
        ("GET XYZ", b"?\n"),
        ("SET XYZ 1", b"?\n"),
        ("SET POS", b"?\n"),
        ("SET POS -1", b"?\n"),
        ("hello", b"?\n"),
    ],
)
def test_the_urcaps_strings(raw: Callable[[str], tuple[Bench, Raw]], line: str, answer: bytes) -> None:
    _, client = raw("urcap")
    assert bytes.fromhex(client.ask(line.encode() + b"\n")) == answer
