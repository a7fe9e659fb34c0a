"""What goes wrong with a gripper or on the way to it: named, within bounded time, and over when it is mended."""

from __future__ import annotations

import threading
from dataclasses import replace

import pytest

from pg4da.hardware.cell import Progress
from pg4da.hardware.emulator.robotiq.gripper import CODES, FAULTS
from pg4da.hardware.robotiq_2f140.faults import fault
from pg4da.hardware.wall_clock import WallClock

from .conftest import KINDS, Bench, until
from .test_driver import ended

SEEN = 1.0  # s; the driver's own bound at the default settings is 0.45 s


@pytest.mark.parametrize("name", [n for n in CODES if n != "no-communication"])
def test_each_fault_ends_a_motion_by_name(bench: Bench, name: str) -> None:
    gripper = bench.connect()
    handle = gripper.move(0.0, speed=0.03)
    until(lambda: bench.fingers.moving)
    bench.emulated.inject(name)
    known = fault(CODES[name])
    assert known is not None
    until(lambda: handle.progress is Progress.FAULT, SEEN)
    assert handle.message == known.message
    assert gripper.problem == known.message
    assert gripper.move(0.1).progress is Progress.FAULT
    assert not bench.fingers.moving


@pytest.mark.parametrize("name", CODES)
def test_each_fault_is_over_after_it_was_mended(bench: Bench, name: str) -> None:
    gripper = bench.connect()
    bench.emulated.inject(name)
    until(lambda: gripper.problem != "", SEEN)
    assert f"0x{CODES[name]:X}" in gripper.problem
    bench.emulated.clear()
    known = fault(CODES[name])
    assert known is not None
    if known.needs_reset:
        assert ended(gripper.activate()) is Progress.DONE
    until(lambda: gripper.problem == "")
    assert ended(gripper.move(0.05)) is Progress.DONE


def test_what_is_held_stays_held_through_a_fault(bench: Bench) -> None:
    gripper = bench.connect()
    bench.fingers.object_width = 0.03
    ended(gripper.move(0.0))
    moves = len(bench.fingers.moves)
    bench.emulated.inject("overcurrent")
    until(lambda: gripper.problem != "", SEEN)
    assert bench.fingers.object_detected
    assert gripper.state.object_detected
    assert len(bench.fingers.moves) == moves


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("name", ["drop", "stall"])
def test_a_lost_link_is_noticed_and_found_again(bench: Bench, kind: str, name: str) -> None:
    gripper = bench.connect(kind)
    handle = gripper.move(0.0, speed=0.03)
    bench.emulated.inject(name)
    until(lambda: gripper.problem != "", SEEN)
    assert "no state for" in gripper.problem
    assert handle.progress is Progress.FAULT
    assert "no state for" in handle.message
    stamp = gripper.state.stamp
    assert gripper.move(0.1).progress is Progress.FAULT
    bench.emulated.clear()
    until(lambda: gripper.problem == "")
    assert gripper.state.stamp > stamp
    assert ended(gripper.move(0.05)) is Progress.DONE


def test_a_link_that_hangs_for_a_moment_is_no_loss(bench: Bench) -> None:
    gripper = bench.connect(timeout=1.0)
    handle = gripper.move(0.05, speed=0.03)
    bench.emulated.inject("stall")
    pause = threading.Event()
    for _ in range(10):
        pause.wait(0.02)
        assert gripper.problem == ""
    bench.emulated.clear()
    assert ended(handle) is Progress.DONE
    assert gripper.problem == ""


@pytest.mark.parametrize("kind", ["rtu-tcp", "tcp", "urcap"])
def test_a_refused_connection_is_a_loss_at_once(bench: Bench, kind: str) -> None:
    gripper = bench.connect(kind, timeout=2.0)
    bench.emulated.inject("drop")
    until(lambda: "can't connect" in gripper.problem, SEEN)
    bench.emulated.clear()
    until(lambda: gripper.problem == "")


def test_a_slow_link_still_works(bench: Bench) -> None:
    gripper = bench.connect()
    bench.emulated.inject("lag", 0.08)
    assert ended(gripper.move(0.05)) is Progress.DONE
    assert gripper.problem == ""


def test_silence_is_told_by_the_gripper_and_forgiven(bench: Bench) -> None:
    """Fault 9 after a second without a word ends with the first exchange, and the driver does not report it."""
    first = bench.connect()
    first.close()
    until(lambda: bench.emulated.controller.status().gFLT == 9)
    gripper = bench.connect()
    assert gripper.problem == ""


def test_a_motion_that_never_ends_is_a_fault(bench: Bench) -> None:
    gripper = bench.connect()
    bench.emulated.controller.write = lambda command: None  # type: ignore[method-assign]
    clock = WallClock()
    handle = gripper.move(0.05, speed=0.25)
    assert ended(handle) is Progress.FAULT
    assert "did not finish" in handle.message
    assert clock.now() < 4.0


def test_a_bad_answer_is_a_lost_link(bench: Bench) -> None:
    gripper = bench.connect("urcap")
    nonsense = replace(bench.emulated.controller.status(), gSTA=7)  # type: ignore[arg-type]
    bench.emulated.controller.status = lambda: nonsense  # type: ignore[method-assign]
    until(lambda: "impossible state" in gripper.problem, SEEN)


def test_an_unknown_fault_is_refused(bench: Bench) -> None:
    with pytest.raises(ValueError, match="valid: delayed, inactive, hot"):
        bench.emulated.inject("rust")
    assert len(set(FAULTS)) == 14


@pytest.mark.parametrize("kind", KINDS)
def test_a_gripper_that_is_switched_off_is_lost_and_its_driver_goes_on_looking(bench: Bench, kind: str) -> None:
    gripper = bench.connect(kind)
    bench.emulated.close()
    until(lambda: "no state for" in gripper.problem, SEEN)
    first = gripper.problem
    until(lambda: gripper.problem != first)
    assert any(thread.name.startswith("gripper") and thread.is_alive() for thread in threading.enumerate())
    gripper.close()
    assert not [t for t in threading.enumerate() if t.name.startswith(f"gripper {gripper.address}")]
