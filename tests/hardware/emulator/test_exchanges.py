"""RTDE, dashboard and programs over real sockets, by a client of the test's own: bytes as UR's guides give them."""

from __future__ import annotations

import asyncio
import contextlib
import struct
from collections.abc import Awaitable, Callable
from typing import Any

import numpy as np
import pytest

from pg4da.emulating.process import free_addresses
from pg4da.hardware.emulator.faults import Fault
from pg4da.hardware.emulator.ur5e.drive import CYCLE
from pg4da.hardware.emulator.ur5e.station import Station
from pg4da.hardware.ur5e.parameters import HOME


class Running:
    """A station whose world moves when the test says so."""

    def __init__(self, arm: Any) -> None:
        self.time = 0.0
        self.arm = arm
        self.station = Station("left", free_addresses().left, arm, lambda: self.time, 2 * CYCLE, unlock_delay=0.0)

    async def step(self, steps: int = 1) -> None:
        for _ in range(steps):
            self.station.before_step()
            self.time += 2 * CYCLE
            self.station.after_step()
            await asyncio.sleep(0)

    async def connect(self, port: int) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        return await asyncio.open_connection(self.station.link.address, port)


Scene = Callable[[Running], Awaitable[None]]


@pytest.fixture
def played(bench: Any) -> Callable[[Scene], None]:
    """Play a scene with a station that listens."""

    def play(scene: Scene) -> None:
        async def whole() -> None:
            running = Running(bench.arm)
            await running.station.listen()
            try:
                await asyncio.wait_for(scene(running), 20)
            finally:
                running.station.close()

        asyncio.run(whole())

    return play


async def told(reader: asyncio.StreamReader) -> bytes:
    """One RTDE frame, header and all."""
    header = await reader.readexactly(3)
    return header + await reader.readexactly(struct.unpack(">H", header[:2])[0] - 3)


def frame(kind: bytes, payload: bytes = b"") -> bytes:
    return struct.pack(">H", 3 + len(payload)) + kind + payload


async def ask(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, kind: bytes, payload: bytes = b"") -> bytes:
    writer.write(frame(kind, payload))
    return await told(reader)


def test_the_handshake_byte_for_byte(played: Callable[[Scene], None]) -> None:
    async def scene(running: Running) -> None:
        r, w = await running.connect(30004)
        assert await ask(r, w, b"V", b"\x00\x02") == b"\x00\x04V\x01"
        assert await ask(r, w, b"v") == b"\x00\x13v" + struct.pack(">4I", 5, 12, 2, 1101534)
        names = b"timestamp,actual_q,runtime_state,output_int_register_0"
        assert await ask(r, w, b"O", struct.pack(">d", 250.0) + names) == frame(
            b"O", b"\x01DOUBLE,VECTOR6D,UINT32,INT32"
        )
        assert await ask(r, w, b"I", b"input_int_register_3,input_double_register_5") == frame(
            b"I", b"\x01INT32,DOUBLE"
        )
        assert await ask(r, w, b"I", b"input_int_register_4,") == frame(b"I", b"\x02INT32")
        assert await ask(r, w, b"S") == b"\x00\x04S\x01"
        w.write(frame(b"U", b"\x01" + struct.pack(">id", -7, 2.5)))
        await asyncio.sleep(0.05)
        assert running.station.controller.registers.read_integer(3) == -7
        assert running.station.controller.registers.read_float(5) == 2.5
        running.station.controller.registers.write_integer(0, 12)
        await running.step()
        data = await told(r)
        assert data[:4] == b"\x00\x44U\x01"
        stamp, *q, runtime, register = struct.unpack(">d6dIi", data[4:])
        assert (stamp, runtime, register) == (pytest.approx(0.004), 1, 12)
        assert q == pytest.approx(list(HOME))
        assert await ask(r, w, b"P") == b"\x00\x04P\x01"
        w.close()

    played(scene)


def test_what_is_not_there_or_not_free_is_said(played: Callable[[Scene], None]) -> None:
    async def scene(running: Running) -> None:
        r, w = await running.connect(30004)
        assert await ask(r, w, b"V", b"\x00\x01") == b"\x00\x04V\x00"
        assert await ask(r, w, b"O", struct.pack(">d", 125.0) + b"timestamp,warp") == frame(
            b"O", b"\x00DOUBLE,NOT_FOUND"
        )
        assert await ask(r, w, b"S") == b"\x00\x04S\x00"
        assert await ask(r, w, b"I", b"input_int_register_1,warp") == frame(b"I", b"\x00INT32,NOT_FOUND")
        assert await ask(r, w, b"I", b"input_int_register_1") == frame(b"I", b"\x01INT32")
        r2, w2 = await running.connect(30004)
        assert await ask(r2, w2, b"I", b"input_int_register_1") == frame(b"I", b"\x00IN_USE")
        w.close()
        await asyncio.sleep(0.05)
        assert await ask(r2, w2, b"I", b"input_int_register_1") == frame(b"I", b"\x01INT32")
        answer = await ask(r2, w2, b"Q")
        assert answer[2:3] == b"M"
        assert b"unknown frame" in answer
        assert (await ask(r2, w2, b"U", b"\x09"))[2:3] == b"M"
        w2.close()

    played(scene)


@pytest.mark.parametrize("rate", [125, 250, 500])
def test_data_come_at_the_rate_that_was_asked_for(played: Callable[[Scene], None], rate: int) -> None:
    async def scene(running: Running) -> None:
        r, w = await running.connect(30004)
        await ask(r, w, b"V", b"\x00\x02")
        await ask(r, w, b"O", struct.pack(">d", rate) + b"timestamp")
        await ask(r, w, b"S")
        await running.step(50)
        stamps = [struct.unpack(">d", (await told(r))[4:])[0] for _ in range(round(0.2 * rate))]
        assert np.diff(stamps) == pytest.approx(1.0 / rate)
        w.close()

    played(scene)


@pytest.mark.parametrize("rubbish", [b"\x00\x01V", b"\xff\xffU" + b"x" * 100, b"GET / HTTP/1.1\r\n\r\n"])
def test_a_client_that_speaks_something_else_harms_nobody(played: Callable[[Scene], None], rubbish: bytes) -> None:
    async def scene(running: Running) -> None:
        _, w = await running.connect(30004)
        w.write(rubbish)
        await w.drain()
        w.write_eof()
        r2, w2 = await running.connect(30004)
        assert await ask(r2, w2, b"V", b"\x00\x02") == b"\x00\x04V\x01"
        w.close()
        w2.close()

    played(scene)


def test_the_dashboard_over_its_port(played: Callable[[Scene], None]) -> None:
    async def scene(running: Running) -> None:
        r, w = await running.connect(29999)
        assert await r.readline() == b"Connected: Universal Robots Dashboard Server\n"
        w.write(b"robotmode\nsafetystatus\r\nquit\n")
        assert await r.readline() == b"Robotmode: RUNNING\n"
        assert await r.readline() == b"Safetystatus: NORMAL\n"
        assert await r.readline() == b"Disconnected\n"
        assert await r.read() == b""
        w.close()

    played(scene)


def test_a_program_runs_when_its_text_is_whole_and_one_that_is_none_is_logged(played: Callable[[Scene], None]) -> None:
    async def scene(running: Running) -> None:
        c = running.station.controller
        _, w = await running.connect(30003)
        w.write(b"def f():\n while True:\n sync()\n")
        await asyncio.sleep(0.05)
        assert c.program is None
        w.write(b" end\nend\n")
        await until(lambda: c.program is not None)
        w.write(b"def g():\n x = nowhere()\nend\n")
        await until(lambda: "unknown function 'nowhere'" in "\n".join(c.log))
        assert c.program is not None
        assert c.program.name == "f"
        w.close()

    played(scene)


async def gone(reader: asyncio.StreamReader) -> None:
    """The other end has cut the connection."""
    with contextlib.suppress(ConnectionError):
        assert await asyncio.wait_for(reader.read(), 5) == b""


async def until(so: Callable[[], bool]) -> None:
    for _ in range(500):
        if so():
            return
        await asyncio.sleep(0.01)
    raise AssertionError("it did not come")


def test_nothing_is_answered_while_it_stalls_and_all_is_when_that_ends(played: Callable[[Scene], None]) -> None:
    async def scene(running: Running) -> None:
        r, w = await running.connect(29999)
        await r.readline()
        await running.station.inject(Fault("stall", "left", "0.4"))
        w.write(b"robotmode\n")
        with pytest.raises(asyncio.TimeoutError):
            await asyncio.wait_for(asyncio.shield(asyncio.ensure_future(r.readline())), 0.2)
        assert not running.station.link.answering.is_set()
        await running.step(101)
        assert running.station.link.answering.is_set()
        assert running.station.faults == {}
        w.close()

    played(scene)


def test_who_connects_during_a_stall_is_greeted_after_it(played: Callable[[Scene], None]) -> None:
    async def scene(running: Running) -> None:
        await running.station.inject(Fault("stall", "left", "9"))
        r, w = await running.connect(29999)
        await asyncio.sleep(0.1)
        await running.station.clear("stall")
        assert (await r.readline()).startswith(b"Connected")
        w.close()

    played(scene)


def test_clients_that_come_and_go_leave_nothing_behind(played: Callable[[Scene], None]) -> None:
    async def scene(running: Running) -> None:
        for _ in range(60):
            r, w = await running.connect(30004)
            assert await ask(r, w, b"I", b"input_int_register_1") == frame(b"I", b"\x01INT32")
            w.close()
            _, other = await running.connect(30003)
            other.close()
            await asyncio.sleep(0.002)
        await until(lambda: len(asyncio.all_tasks()) <= 2)

    played(scene)


def test_answers_lag(played: Callable[[Scene], None]) -> None:
    async def scene(running: Running) -> None:
        r, w = await running.connect(29999)
        await r.readline()
        await running.station.inject(Fault("lag", "left", "0.2"))
        start = asyncio.get_running_loop().time()
        w.write(b"robotmode\n")
        await r.readline()
        assert asyncio.get_running_loop().time() - start >= 0.2
        w.close()

    played(scene)


def test_a_dropped_connection_is_cut_and_refused_until_it_is_cleared(played: Callable[[Scene], None]) -> None:
    async def scene(running: Running) -> None:
        r, w = await running.connect(29999)
        await r.readline()
        await running.station.inject(Fault("drop", "left"))
        await gone(r)
        with pytest.raises(ConnectionRefusedError):
            await running.connect(30004)
        await running.station.clear("drop")
        r2, w2 = await running.connect(29999)
        assert (await r2.readline()).startswith(b"Connected")
        w.close()
        w2.close()

    played(scene)


def test_noise_is_on_what_is_measured_and_not_on_the_arm(played: Callable[[Scene], None]) -> None:
    async def scene(running: Running) -> None:
        await running.station.inject(Fault("noise", "left", "0.01"))
        r, w = await running.connect(30004)
        await ask(r, w, b"V", b"\x00\x02")
        await ask(r, w, b"O", struct.pack(">d", 500) + b"actual_q,target_q")
        await ask(r, w, b"S")
        await running.step(200)
        data = np.array([struct.unpack(">12d", (await told(r))[4:]) for _ in range(400)])
        assert np.std(data[:, :6] - HOME) == pytest.approx(0.01, rel=0.1)
        assert data[:, 6:] == pytest.approx(np.tile(HOME, (400, 1)))
        w.close()

    played(scene)


def test_who_it_says_it_is_can_be_changed_and_is_mended(played: Callable[[Scene], None]) -> None:
    async def scene(running: Running) -> None:
        station = running.station
        for fault in (
            Fault("wrong_model", "left", "UR10"),
            Fault("firmware", "left", "5.23.1"),
            Fault("local_mode", "left"),
        ):
            await station.inject(fault)
        c = station.controller
        assert (c.identity.model, c.identity.version, c.remote) == ("UR10", (5, 23, 1, 0), False)
        for name in list(station.faults):
            await station.clear(name)
        assert (c.identity.model, c.identity.version[:2], c.remote) == ("UR5", (5, 12), True)

    played(scene)
