"""Everything comes to rest although the cell, a skill's own clean-up or a listener breaks while things are stopped."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from typing import Any

import pytest
from py_trees.common import Status

from pg4da.errors import BadInput
from pg4da.mission.events import Listener
from pg4da.mission.executive import Executive
from pg4da.mission.resources import resources_of

Make = Callable[..., Executive]
Rests = Callable[[], bool]
STOPPED = [Status.INVALID] * 3
CLEAN_UPS = pytest.mark.parametrize("on_close", ["moves", "swallows", "exits"])


def breaks(*_: Any) -> Any:
    raise ConnectionError("the line is dead")


@CLEAN_UPS
def test_a_clean_up_that_does_as_it_likes(both: Make, cell: Any, on_close: str, rests: Rests) -> None:
    ex = both(f"on_close: {on_close}")
    cell.at(0.5, ex.cancel)
    with suppress(SystemExit):
        ex.run()
    assert rests()
    assert [node.status for node in ex.tree.nodes] == STOPPED


@CLEAN_UPS
def test_the_same_in_a_tree_of_somebody_else(both: Make, cell: Any, on_close: str, rests: Rests) -> None:
    """Where nothing but the nodes themselves stops an arm."""
    tree = both(f"on_close: {on_close}").tree
    tree.tick_once()
    with suppress(SystemExit):
        tree.stop(Status.INVALID)
    assert rests()
    assert [node.status for node in tree.nodes] == STOPPED
    assert resources_of(cell).hold(tree.nodes[0], {"left", "right"})


def test_a_clean_up_that_hangs(both: Make, cell: Any, rests: Rests) -> None:
    """The arms do not wait for it, and the watchdog breaks into it."""
    ex = both("on_close: hangs", hang_bound=0.2)
    cell.at(0.5, ex.cancel)
    result = ex.start().result(30)
    assert (result.outcome, result.failure.code if result.failure else "") == ("failure", "hung")
    assert rests()


@pytest.mark.parametrize("broken", ["left", "right"])
def test_an_arm_that_can_not_be_told_to_stop(both: Make, cell: Any, broken: str) -> None:
    """The other is, and the mission says so whatever it was stopped for."""
    ex = both()
    cell.arms[broken].stop = breaks
    cell.at(0.5, ex.cancel)
    result = ex.run()
    assert result.outcome == "failure"
    assert "the line is dead" in (result.failure.message if result.failure else "")
    assert cell.arms[{"left": "right", "right": "left"}[broken]].speed == 0


@pytest.mark.parametrize("broken", ["left", "right"])
def test_one_skill_with_both_arms(make: Make, cell: Any, broken: str) -> None:
    tree = make("root: {move: {seconds: 9}}").tree
    cell.arms[broken].stop = breaks
    tree.tick_once()
    with pytest.raises(ConnectionError):
        tree.stop(Status.INVALID)
    assert cell.arms[{"left": "right", "right": "left"}[broken]].stops


def test_a_cell_whose_stop_breaks(both: Make, cell: Any, rests: Rests) -> None:
    ex = both()
    cell.stop = breaks
    cell.at(0.5, ex.cancel)
    assert ex.run().outcome == "failure"
    assert rests()


def test_a_clock_that_breaks(both: Make, cell: Any) -> None:
    """Not even what happened can be told any more."""
    ex = both()
    cell.at(0.5, lambda: setattr(cell.clock, "now", breaks))
    with pytest.raises(ConnectionError):
        ex.run()
    assert cell.stops


def test_a_clock_that_stands_still(both: Make, cell: Any) -> None:
    ex = both()
    for arm in cell.arms.values():
        arm.braking = 1e9
    cell.at(0.5, ex.cancel)
    cell.at(0.5, lambda: setattr(cell, "advance", lambda dt: None))
    result = ex.start().result(30)
    assert result.failure is not None
    assert (result.outcome, result.failure.code) == ("failure", "arm_not_stopped")


def test_a_success_with_an_arm_that_moves_on_is_none(make: Make, cell: Any) -> None:
    cell.arms["left"].braking = 1e9
    result = make("root: {left: {after: 0.1}}").run()
    assert result.failure is not None
    assert (result.outcome, result.failure.code) == ("failure", "arm_not_stopped")


def test_a_listener_refuses_in_mid_motion(both: Make, cell: Any) -> None:
    class FullDisk(Listener):
        def on_event(self, event: Any) -> None:
            if event.kind == "skill_finished":
                raise BadInput("no space left")

    ex = both(observers=(FullDisk(),))
    cell.at(0.5, ex.cancel)
    assert ex.run().outcome == "interrupted"
    assert [node.status for node in ex.tree.nodes] == STOPPED


def test_a_skill_that_breaks_before_its_first_step(make: Make, rests: Rests) -> None:
    tree = make("root: {early: {}}").tree
    tree.tick_once()
    assert tree.failure is not None
    assert tree.failure.message == "ZeroDivisionError: in the constructor"
    assert rests()


def test_a_skill_that_can_not_say_whether_it_has_stopped(make: Make) -> None:
    result = make("root: {timeout: {seconds: 0.1, child: {odd: {}}}}").run()
    assert result.failure is not None
    assert result.failure.code == "timeout"
    assert make("root: {move: {seconds: 0.1}}").run().outcome == "success"
