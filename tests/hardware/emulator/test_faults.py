"""Faults as people write them, and commands for a running emulator."""

from __future__ import annotations

import asyncio

import pytest

from pg4da.hardware.emulator.client import read_command
from pg4da.hardware.emulator.emulation import KINDS
from pg4da.hardware.emulator.faults import read_fault
from pg4da.hardware.emulator.pacing import DEBT, Pacing


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("protective_stop@left:5", ("protective_stop", "left", "", 5.0)),
        ("stall@right", ("stall", "right", "3", 0.0)),
        ("lag=0.2@left:1.5", ("lag", "left", "0.2", 1.5)),
        ("firmware=5.23.0@right:0", ("firmware", "right", "5.23.0", 0.0)),
        ("object_lost@left_gripper:2", ("object-lost", "left_gripper", "", 2.0)),
        ("protective-stop@right:0", ("protective_stop", "right", "", 0.0)),
        ("noise=0.01@camera:0", ("noise", "camera", "0.01", 0.0)),
    ],
)
def test_faults_are_read(text: str, found: tuple[str, str, str, float]) -> None:
    fault = read_fault(text, KINDS)
    assert (fault.name, fault.device, fault.value, fault.after) == found


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("stall", "the form is"),
        ("stall@", "the form is"),
        ("stall@middle:1", "valid: camera, left, left_gripper"),
        ("explode@left:1", "valid: drop, emergency_stop"),
        ("stall@left:soon", "'soon' is not a number"),
        ("stall@left:inf", "must be finite"),
        ("stall=long@left:1", "'long' is not a number"),
        ("stall=-1@left:1", "must not be negative"),
        ("protective_stop=3@left:1", "takes no value"),
        ("firmware=new@left:0", "MAJOR.MINOR"),
    ],
)
def test_what_is_no_fault_is_refused_with_what_would_be(text: str, says: str) -> None:
    with pytest.raises(ValueError, match=says):
        read_fault(text, KINDS)


def test_commands_are_read() -> None:
    assert read_command("inject left stall=2") == {"do": "inject", "device": "left", "fault": "stall", "value": "2"}
    assert read_command("clear left") == {"do": "clear", "device": "left"}
    assert read_command("reset shelf 3") == {"do": "reset", "scene": "shelf", "seed": 3}
    with pytest.raises(ValueError, match="valid: inject"):
        read_command("explode")


def test_a_world_that_is_too_slow_runs_slowly_and_says_so() -> None:
    """Steps that take three times as long as they stand for: a third of real time, in even steps."""

    async def run() -> Pacing:
        loop = asyncio.get_running_loop()

        def slow() -> None:
            end = loop.time() + 0.012
            while loop.time() < end:
                pass

        pacing = Pacing(0.004, slow)
        task = asyncio.create_task(pacing.run())
        await asyncio.sleep(1.5)
        task.cancel()
        return pacing

    pacing = asyncio.run(run())
    assert 0.05 < pacing.ratio < 0.4
    assert pacing.lost > DEBT


def test_a_world_that_keeps_up_owes_nothing() -> None:
    async def run() -> Pacing:
        pacing = Pacing(0.02, lambda: None)
        task = asyncio.create_task(pacing.run())
        await asyncio.sleep(0.5)
        task.cancel()
        return pacing

    assert asyncio.run(run()).steps <= 27
