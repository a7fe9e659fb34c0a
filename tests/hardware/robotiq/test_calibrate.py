"""The ends of a gripper are found, and what makes them doubtful is told."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from pg4da.hardware.robotiq_2f140.calibrate import CalibrationError, calibrate_gripper, with_ends
from pg4da.hardware.robotiq_2f140.scaling import Ends

from .conftest import AT_ONCE, Bench


@pytest.mark.parametrize("unit", [Ends(3, 229), Ends(11, 221), Ends(0, 250)])
def test_finds_the_ends_of_a_unit(make_bench: Callable[[Ends], Bench], unit: Ends) -> None:
    bench = make_bench(unit)
    gripper = bench.connect()
    bench.fingers.faster = AT_ONCE
    found = calibrate_gripper(gripper, rounds=2)
    assert found.ends == unit
    assert found.opened == (unit.opened, unit.opened)
    assert bench.fingers.width == bench.fingers.max_width
    stored = with_ends(gripper.config, found.ends)
    assert (stored.position_open, stored.position_closed) == (unit.opened, unit.closed)
    assert stored.link == gripper.config.link


def test_something_in_between(bench: Bench) -> None:
    gripper = bench.connect()
    bench.fingers.object_width = 0.05
    with pytest.raises(CalibrationError, match="take out what is between"):
        calibrate_gripper(gripper, rounds=1)


def test_a_thing_taken_out_half_way(bench: Bench) -> None:
    gripper = bench.connect()
    bench.fingers.faster, bench.fingers.object_width = AT_ONCE, 0.003
    opened = bench.fingers.move

    def move(width: float, speed: float, force: float) -> None:
        opened(width, speed, force)
        if width > 0.1:
            bench.fingers.object_width = None

    bench.fingers.move = move  # type: ignore[method-assign]
    with pytest.raises(CalibrationError, match="the rounds differ, closed at"):
        calibrate_gripper(gripper, rounds=2)


def test_a_gripper_that_gives_up(bench: Bench) -> None:
    gripper = bench.connect()
    bench.emulated.inject("overcurrent")
    with pytest.raises(CalibrationError, match="current too high"):
        calibrate_gripper(gripper)


def test_no_rounds(bench: Bench) -> None:
    with pytest.raises(ValueError, match="0 rounds"):
        calibrate_gripper(bench.connect(), rounds=0)
