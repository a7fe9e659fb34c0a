"""`pg4da emulate`: what it prints, how it ends, what it refuses, and what can be asked of it while it runs."""

from __future__ import annotations

import json
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from pg4da.commands.main import main
from pg4da.emulating.process import RunningEmulator, free_addresses, running_emulator
from pg4da.errors import BadInput
from pg4da.hardware.emulator.client import EmulatorClient, EmulatorRefused

COMMAND = [sys.executable, "-c", "import sys; from pg4da.commands.main import main; sys.exit(main(sys.argv[1:]))"]
LIMIT = 60.0  # s, on a machine with much else to do


@pytest.fixture(scope="module")
def emulator() -> Iterator[RunningEmulator]:
    with running_emulator(scene="case1-clutter/packed1") as running:
        yield running


def places() -> list[str]:
    """Options that put an emulator where no other is."""
    a = free_addresses()
    return ["--left", a.left, "--right", a.right, "--host", a.host]


@pytest.mark.parametrize(
    ("options", "says"),
    [
        (["--seed", "-1"], "--seed -1: must not be negative"),
        (["--left", "robot"], "--left robot: is no IPv4 address"),
        (["--left", "192.168.0.2"], "must be a loopback address"),
        (["--host", "0.0.0.0"], "must be a loopback address"),
        (["--left", "127.0.0.5", "--right", "127.0.0.5"], "both arms can't have one address"),
        (["--camera-port", "0"], "--camera-port 0: must be 1 to 65535"),
        (["--camera-port", "5601"], "--control-port 5601: is the camera's"),
        (["--unlock-delay", "-2"], "--unlock-delay -2"),
        (["--inject", "explode@left:1"], "--inject: left has no fault 'explode'; valid: drop"),
        (["--inject", "stall@left:soon"], "'soon' is not a number"),
        (["--scene", "nowhere"], "nowhere"),
        (["--objects", "/does/not/exist"], "--objects /does/not/exist: no such folder"),
        (["--tell", "dance"], "valid: inject DEVICE FAULT"),
        (["--tell", "status", "--control-port", "9"], "no emulator answers at 127.0.0.1:9"),
    ],
)
def test_what_cannot_be_used_is_refused_with_code_2(
    options: list[str], says: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["emulate", *options]) == 2
    said = capsys.readouterr()
    assert says in said.err
    assert said.err.count("error:") == 1
    assert said.out == ""


@pytest.mark.parametrize("port", [30004, 63352, 5600, 5601])
def test_a_port_that_is_taken_is_one_message_and_code_2(port: int, capsys: pytest.CaptureFixture[str]) -> None:
    where = places()
    host = where[5] if port in (5600, 5601) else where[1]
    before = threading.active_count()
    with socket.create_server((host, port)):
        assert main(["emulate", *where]) == 2
    said = capsys.readouterr()
    assert f"{host}:" in said.err
    assert str(port) in said.err
    assert said.err.count("\n") == 1
    assert said.out == ""
    assert threading.active_count() == before
    with socket.create_server((where[3], 30004)):  # nothing is left listening
        pass


def started(options: list[str]) -> tuple[subprocess.Popen[str], list[str]]:
    """A running command and what it printed until it was ready."""
    process = subprocess.Popen(
        [*COMMAND, "emulate", *options], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    lines = []
    for line in process.stdout:
        lines.append(line.rstrip())
        if line.startswith("emulating"):
            break
    return process, lines


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_it_prints_what_listens_and_ends_cleanly(number: signal.Signals) -> None:
    where = places()
    process, lines = started(where)
    try:
        text = "\n".join(lines)
        assert f"left arm       {where[1]}: RTDE 30004, dashboard 29999, programs 30003" in text
        assert "rtu-tcp 54321" in text
        assert f"camera         {where[5]}:5600" in text
        with EmulatorClient(where[5]) as client, socket.create_connection((where[1], 30004)):
            assert client.status()["ratio"] > 0
            process.send_signal(number)
            _, problems = process.communicate(timeout=LIMIT)
    finally:
        process.kill()
    assert process.returncode == 0
    assert problems == ""
    for port, host in ((30004, where[1]), (29999, where[3]), (63352, where[3]), (5600, where[5])):
        with pytest.raises(ConnectionRefusedError):
            socket.create_connection((host, port), 1.0)


def test_it_ends_with_the_process_that_started_it() -> None:
    code = (
        "import os; from pg4da.emulating.process import running_emulator\n"
        "with running_emulator() as e:\n print(e.process.pid, e.host, flush=True)\n os._exit(0)\n"
    )
    parent = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=LIMIT)
    pid, host = parent.stdout.split()
    end = time.monotonic() + 20
    while Path(f"/proc/{pid}").exists() and "Z" not in Path(f"/proc/{pid}/stat").read_text().split()[2]:
        assert time.monotonic() < end, "the emulator outlived its parent"
        time.sleep(0.05)
    with pytest.raises(ConnectionRefusedError):
        EmulatorClient(host)


def test_a_child_that_can_not_start_says_why() -> None:
    with pytest.raises(BadInput, match="nowhere"), running_emulator(scene="nowhere"):
        pass


def test_faults_come_at_their_time() -> None:
    with running_emulator(options=["--inject", "protective_stop@right:0.3"]) as running:
        end = time.monotonic() + LIMIT
        while running.control.status()["arms"]["right"]["safety_mode"] != "PROTECTIVE_STOP":
            assert time.monotonic() < end
            time.sleep(0.02)
        assert running.control.status()["arms"]["left"]["safety_mode"] == "NORMAL"


def test_it_can_be_told_from_the_command_line(emulator: RunningEmulator, capsys: pytest.CaptureFixture[str]) -> None:
    where = ["--host", emulator.host]
    assert main(["emulate", *where, "--tell", "inject left wrong_model=UR3"]) == 0
    assert json.loads(capsys.readouterr().out)["value"] == "UR3"
    assert emulator.control.status()["faults"] == {"left": ["wrong_model"]}
    assert main(["emulate", *where, "--tell", "clear"]) == 0
    assert emulator.control.status()["faults"] == {}
    capsys.readouterr()
    assert main(["emulate", *where, "--tell", "inject camera melt"]) == 2
    assert "camera has no fault 'melt'; valid: drop" in capsys.readouterr().err


def test_the_objects_can_be_laid_out_anew(emulator: RunningEmulator) -> None:
    emulator.control.reset("case2-dense_clutter/dense1", seed=3)
    dense = emulator.control.truth()
    emulator.control.reset()
    simple = emulator.control.truth()
    assert dense["target_position"] != simple["target_position"]
    assert not simple["retrieved"]
    with pytest.raises(EmulatorRefused, match="nowhere"):
        emulator.control.reset("nowhere")


@pytest.mark.parametrize("line", [b"{", b"[]", b'{"do": 3}', b'{"do": "explode"}', b'{"do": "inject", "after": "x"}'])
def test_a_command_that_is_none_is_refused_and_the_next_is_heard(emulator: RunningEmulator, line: bytes) -> None:
    with socket.create_connection((emulator.host, 5601), 20) as connection, connection.makefile("rwb") as lines:
        lines.write(line + b"\n")
        lines.flush()
        assert json.loads(lines.readline())["ok"] is False
        lines.write(b'{"do": "status"}\n')
        lines.flush()
        assert json.loads(lines.readline())["ok"] is True


def test_faults_are_listed(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["emulate", "--list-faults"]) == 0
    out = capsys.readouterr().out
    assert "protective_stop" in out
    assert "object-lost" in out
    assert "stale" in out


def test_two_emulators_never_share_an_address() -> None:
    found = [free_addresses() for _ in range(20)]
    assert len({a.left for a in found} | {a.right for a in found}) == 40
