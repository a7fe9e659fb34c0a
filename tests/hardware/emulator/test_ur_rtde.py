"""The makers' client (ur_rtde), unmodified, against the emulated controllers in their MuJoCo world."""

from __future__ import annotations

import json
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from pg4da.emulating.process import RunningEmulator, running_emulator

CLIENT = Path(__file__).with_name("ur_client.py")
LIMIT = 60.0  # s, on a machine with much else to do


@pytest.fixture(scope="module")
def emulator() -> Iterator[RunningEmulator]:
    """One for all tests of this file."""
    with running_emulator(unlock_delay=1.0) as running:
        yield running


def start(scene: str, address: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-P", str(CLIENT), scene, address],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def ended(process: subprocess.Popen[str]) -> dict[str, Any]:
    """What the client saw: its last line."""
    try:
        out, problems = process.communicate(timeout=LIMIT)
    except subprocess.TimeoutExpired:
        process.kill()
        raise
    assert process.returncode == 0, problems
    seen: dict[str, Any] = json.loads(out.splitlines()[-1])
    return seen


def test_moves(emulator: RunningEmulator) -> None:
    seen = ended(start("moves", emulator.left))
    assert seen["joint"]
    assert seen["line"]
    assert seen["miss"] < 2e-3
    assert seen["off"] < 2e-3
    assert seen["rest"] < 1.5


def test_questions(emulator: RunningEmulator) -> None:
    seen = ended(start("asks", emulator.right))
    assert seen["tcp"] == pytest.approx([0, 0, 0.2, 0, 0, 0])
    assert seen["payload"]
    assert seen["forward"] < 1e-3
    assert seen["inverse"] < 1e-3
    assert seen["reaches"] == [True, False]
    assert seen["safe"] == [True, False]
    assert seen["path"]
    assert seen["running"]
    assert seen["modes"] == [7, 1, False, False]
    assert seen["slider"] == 1.0


def test_dashboard(emulator: RunningEmulator) -> None:
    seen = ended(start("dashboard", emulator.left))
    assert seen["version"].startswith("5.12.2")
    assert "UR5" in seen["model"]
    assert seen["remote"]
    assert "RUNNING" in seen["mode"]
    assert "NORMAL" in " ".join(seen["safety"])
    assert seen["program"][0]
    assert "PLAYING" in seen["program"][1]


def test_two_arms_stream_at_once_at_125_hz(emulator: RunningEmulator) -> None:
    """The arm keeps within 5 mrad of its set point, and both end where they were led."""
    both = [start("streams", address) for address in (emulator.left, emulator.right)]
    for seen in [ended(each) for each in both]:
        assert seen["tracking"] < 0.005
        assert seen["miss"] < 0.01
    assert emulator.control.status()["ratio"] > 0.2


def test_a_protective_stop_and_the_way_out_of_it(emulator: RunningEmulator) -> None:
    seen = ended(start("protective_stop", emulator.left))
    assert seen["seen"]
    assert seen["rest"] < 0.5
    assert not seen["refused"]
    assert seen["still"] < 1e-3
    assert seen["free"]
    assert seen["running"]
    assert seen["moves"]


def test_the_watchdog_stops_an_arm_whose_client_fell_silent(emulator: RunningEmulator) -> None:
    seen = ended(start("watchdog", emulator.right))
    assert seen["fed"]
    assert seen["stopped"]
    assert seen["rest"] < 0.5


@pytest.mark.parametrize("fault", ["drop", "stall"])
def test_a_connection_that_is_lost_or_silent_brings_nothing_new(emulator: RunningEmulator, fault: str) -> None:
    client = start("stays", emulator.left)
    assert client.stdout is not None
    assert client.stdin is not None
    try:
        assert client.stdout.readline() == "connected\n"
        emulator.control.inject("left", fault)
        client.stdin.write("go\n")
        client.stdin.flush()
        seen = ended(client)
    finally:
        client.kill()
        client.wait()
        emulator.control.clear()
    assert not seen["fresh"]
    assert seen["connected"] or fault == "drop"


def test_an_emergency_stop_is_released_and_the_arm_switched_on_again(emulator: RunningEmulator) -> None:
    emulator.control.inject("right", "emergency_stop")
    arm = emulator.control.status()["arms"]["right"]
    assert (arm["safety_mode"], arm["robot_mode"], arm["program"]) == ("ROBOT_EMERGENCY_STOP", "POWER_OFF", "")
    emulator.control.clear()
    with socket.create_connection((emulator.right, 29999), LIMIT) as line, line.makefile("rw") as dashboard:
        assert dashboard.readline().startswith("Connected")
        for asked, answer in (("power on", "Powering on"), ("brake release", "Brake releasing")):
            dashboard.write(f"{asked}\n")
            dashboard.flush()
            assert dashboard.readline().strip() == answer
        while emulator.control.status()["arms"]["right"]["robot_mode"] != "RUNNING":
            time.sleep(0.05)
    assert ended(start("asks", emulator.right))["modes"] == [7, 1, False, False]


def test_a_controller_in_local_control_is_not_driven(emulator: RunningEmulator) -> None:
    emulator.control.inject("left", "local_mode")
    try:
        client = start("moves", emulator.left)
        _, problems = client.communicate(timeout=LIMIT)
    finally:
        emulator.control.clear()
    assert client.returncode != 0
    assert "remote control" in problems
