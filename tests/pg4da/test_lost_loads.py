"""Whole missions in which the fingers let go on the way to the bin."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from pg4da.hardware.cell import Cell
from pg4da.hardware.frames import Array
from pg4da.mission.events import Event, Listener
from pg4da.run import RunRequest, run_mission

pytestmark = pytest.mark.slow


class Clumsy(Listener):
    """Opens the gripper of the arm that carries something to the bin, once, where `here` says so of the tool (3,)."""

    def __init__(self, here: Callable[[Array], bool]) -> None:
        self._here, self._carrying, self._done = here, False, False
        self.failures: list[str] = []
        self.notes: list[str] = []

    def on_start(self, cell: Cell) -> None:
        self._cell = cell

    def on_event(self, event: Event) -> None:
        if event.kind == "skill_started" and event.data["skill"] == "place_in_bin":
            self._carrying = not self._done
        elif event.kind == "skill_finished" and event.data["failure"] is not None:
            self.failures.append(event.data["failure"].code)
        elif event.kind == "note":
            self.notes.append(event.data["text"])

    def on_tick(self, time: float) -> None:
        for arm in self._cell.arms.values():
            holds = self._carrying and arm.gripper.state.object_detected
            if holds and self._here(arm.kinematics.forward(arm.state.q)[:3, 3]):
                arm.gripper.move(arm.gripper.max_width)
                self._carrying, self._done = False, True


def over_bin(tool: Array) -> bool:
    return bool(np.abs(tool[:2] - (0.0, -0.16)).max() < 0.06 and tool[2] > 0.12)


def play(clumsy: Clumsy) -> Any:
    return run_mission(RunRequest(scene="packed1"), (clumsy,))


def test_a_load_lost_over_the_bin_is_a_success() -> None:
    clumsy = Clumsy(over_bin)
    result = play(clumsy)
    assert clumsy.failures == ["lost_grip"]
    assert any("it lies in the bin" in note for note in clumsy.notes)
    assert (result.outcome, result.outputs["retrieved"], result.truth["target_in_bin"]) == ("success", True, True)
    assert result.grasp_attempts == 1


def test_a_load_lost_over_the_table_is_fetched_again() -> None:
    clumsy = Clumsy(lambda tool: True)  # at once
    result = play(clumsy)
    assert clumsy.failures == ["lost_grip"]
    assert (result.outcome, result.truth["target_in_bin"], result.grasp_attempts) == ("success", True, 2)
