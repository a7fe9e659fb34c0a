"""A real cell in trouble ends the mission as a safety stop, whatever its tree makes of it; the next one works."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from pg4da.hardware.errors import DeviceError
from pg4da.hardware.supervision import Safe, Trouble

Start = Callable[..., Any]


@pytest.fixture
def safe(cell: Any) -> Any:
    """The cell in memory with what a real one has besides. `stands`: what `prepare` raises."""
    cell.trouble, cell.stands, cell.prepared = None, None, 0

    def prepare() -> None:
        cell.prepared += 1
        if cell.stands is not None:
            raise cell.stands
        cell.trouble = None

    cell.prepare = prepare
    assert isinstance(cell, Safe)
    return cell


def trip(cell: Any, code: str = "protective_stop") -> Callable[[], None]:
    def now() -> None:
        cell.trouble = Trouble(code, "left arm", "protective stop", cell.clock.now())
        cell.stop()

    return now


@pytest.mark.parametrize("code", ["protective_stop", "emergency_stop", "safety_stop"])
def test_it_ends_the_mission_with_its_code_and_where_that_was(start: Start, safe: Any, code: str) -> None:
    safe.at(0.3, trip(safe, code))
    run = start("root: {sequence: [say: {}, move: {seconds: 9}]}")
    assert run.result.outcome == "safety_stop"
    assert run.result.failure.code == code
    assert run.result.failure.message == "left arm: protective stop"
    assert run.result.failure.path.endswith("move")
    assert not run.result.failure.recoverable
    assert run.result.sim_time < 1.2


@pytest.mark.parametrize(
    "root",
    [
        "root: {fallback: [move: {seconds: 9}, say: {text: instead}]}",
        "root: {retry: {attempts: 5, child: {move: {seconds: 9}}}}",
        "root: {finally: {child: {move: {seconds: 9}}, always: {say: {text: instead}}}}",
        "root: {sequence: [timeout: {seconds: 5, child: {move: {seconds: 9}}}, say: {text: instead}]}",
    ],
)
def test_no_branch_goes_on(start: Start, safe: Any, root: str) -> None:
    safe.at(0.3, trip(safe))
    run = start(root)
    assert run.result.outcome == "safety_stop"
    assert "instead" not in run.notes


def test_it_counts_more_than_a_failure_in_the_same_tick(start: Start, safe: Any) -> None:
    safe.at(0.0, trip(safe))
    run = start("root: {fail: {code: slipped}}")
    assert run.result.outcome == "safety_stop"


def test_a_mission_is_not_begun_while_a_stop_stands(start: Start, safe: Any) -> None:
    safe.stands = DeviceError("left arm", "protective stop", "release it on the pendant")
    run = start("root: {say: {}}")
    assert run.result.outcome == "safety_stop"
    assert run.notes == []
    assert run.result.failure.phase == "precondition"
    assert "release it on the pendant" in run.result.failure.message


def test_the_next_mission_works_once_it_is_cleared(start: Start, safe: Any) -> None:
    safe.at(0.3, trip(safe))
    assert start("root: {move: {seconds: 9}}").result.outcome == "safety_stop"
    assert start("root: {say: {}}").result.outcome == "success"
    assert safe.prepared == 2


def test_a_first_try_at_a_share_of_the_speed_runs_the_missions_clock_so_too(start: Start, safe: Any) -> None:
    safe.pace = 0.1
    safe.resume = lambda: None
    run = start("root: {timeout: {seconds: 1.5, child: {move: {seconds: 1.0}}}}")
    assert run.result.outcome == "success"
    assert run.result.sim_time > 9.0
