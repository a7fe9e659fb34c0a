"""A target in the bin that nobody put there, beside the workspace, nowhere; loads that slip or fall on the way."""

from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any, cast

import numpy as np
import pytest

from pg4da.hardware.cell import Arm, GripperState
from pg4da.sim.cell import MujocoCell
from pg4da.sim.world import BIN_CENTRE
from pg4da.skills.hold import Hold, Loss, landing
from pg4da.skills.observe import Observe
from pg4da.skills.services import services
from pg4da.skills.skill import SkillFailure
from pg4da.skills.whereabouts import CheckBin, CheckTarget

MakeCell = Callable[..., MujocoCell]


def moved(cell: MujocoCell, place: tuple[float, float, float]) -> None:
    """Put the target somewhere else, at rest."""
    joint = cell.model.body("object/0").jntadr[0]
    at = cell.model.jnt_qposadr[joint]
    cell.data.qpos[at : at + 3] = place
    cell.data.qvel[:] = 0.0
    cell.advance(0.3)


def checked(on: Any, looks: int = 1, target: str = "green") -> Any:
    """The check of the target after so many looks."""
    for _ in range(looks):
        seen = on.run(Observe, target=target).observation
    return on.run(CheckTarget, observation=seen, target=target)


@pytest.mark.parametrize("place", [(-0.53, 0.85), (0.51, 0.1), (0.62, 0.95)])
def test_a_target_beside_the_workspace_ends_the_mission(bench: Any, cell: MakeCell, place: tuple[float, float]) -> None:
    on = bench(cell(green=(0.1, 0.5)))
    moved(on.cell, (*place, 0.0225))
    with pytest.raises(SkillFailure, match=r"outside the workspace") as failure:
        checked(on)
    assert (failure.value.code, failure.value.recoverable) == ("target_out_of_workspace", False)


@pytest.mark.parametrize("place", [(0.0, 0.97), (-0.47, 0.9), (0.1, 0.5)])
def test_a_target_inside_passes_however_near_the_edge(bench: Any, cell: MakeCell, place: tuple[float, float]) -> None:
    on = bench(cell(green=(0.1, 0.5)))
    moved(on.cell, (*place, 0.0225))
    checked(on)
    assert services(on.context).target_at == pytest.approx(place, abs=0.006)


@pytest.mark.parametrize("colour", ["red", "orange", "yellow", "green", "cyan", "blue", "purple", "magenta", "pink"])
def test_the_robot_and_the_table_are_no_target(bench: Any, cell: MakeCell, colour: str) -> None:
    on = bench(cell(green=(0.1, 0.5)))
    moved(on.cell, (*BIN_CENTRE, 0.0225))
    on.run(Observe, target=colour)
    assert services(on.context).target_at is None


def test_a_colour_that_nothing_has_and_nothing_hides_is_given_up(bench: Any, cell: MakeCell) -> None:
    on = bench(cell(green=(0.1, 0.5), red=(-0.1, 0.5)))
    checked(on, looks=3, target="blue")
    with pytest.raises(SkillFailure, match="nothing blue is in sight") as failure:
        checked(on, target="blue")
    assert (failure.value.code, failure.value.recoverable) == ("target_not_found", False)


def test_a_target_that_left_the_view_is_told_where_it_was(bench: Any, cell: MakeCell) -> None:
    on = bench(cell(green=(0.1, 0.95), red=(-0.1, 0.5)))
    checked(on)
    moved(on.cell, (0.1, 1.08, 0.0225))
    with pytest.raises(SkillFailure, match=r"last seen at \(0.10, 0.95\) m") as failure:
        checked(on, looks=4)
    assert failure.value.code == "target_not_found"


def test_a_place_that_could_hide_the_target_keeps_the_mission_looking(bench: Any, cell: MakeCell) -> None:
    on = bench(cell(green=(0.1, 0.5), red=(-0.1, 0.5)))
    moved(on.cell, (-0.1, 0.5, 0.0675))  # green on red, and it is red that is looked for
    checked(on, looks=6, target="red")
    assert services(on.context).hopeless_looks == 0


def test_what_fell_into_the_bin_is_found_there(bench: Any, cell: MakeCell) -> None:
    on = bench(cell(green=(0.1, 0.5), red=(-0.1, 0.5)))
    before = on.cell.clock.now()
    assert not on.run(CheckBin, target="green").in_bin
    assert on.cell.clock.now() == before
    moved(on.cell, (*BIN_CENTRE, 0.0225))
    services(on.context).loss = Loss("right", np.array([0.05, -0.2]))
    assert on.run(CheckBin, target="green").in_bin
    assert on.events[-1][0] == "note"
    assert not on.run(CheckBin, target="green").in_bin  # told once


def test_a_loss_over_the_bin_that_the_table_shows_again_is_no_success(bench: Any, cell: MakeCell) -> None:
    on = bench(cell(green=(0.1, 0.5)))
    services(on.context).loss = Loss("right", np.array(BIN_CENTRE))
    assert not on.run(CheckBin, target="green").in_bin


def test_a_target_that_fell_out_of_sight_is_lost(bench: Any, cell: MakeCell) -> None:
    on = bench(cell(green=(0.1, 0.5)))
    moved(on.cell, (0.4, -0.3, 0.0225))
    services(on.context).loss = Loss("right", np.array([0.4, -0.3]))
    with pytest.raises(SkillFailure, match="out of the camera's view") as failure:
        on.run(CheckBin, target="green")
    assert (failure.value.code, failure.value.recoverable) == ("target_lost", False)


@pytest.mark.parametrize(
    ("width", "detected", "code"),
    [
        (0.045, True, None),
        (0.041, True, None),
        (0.036, True, "slipping"),
        (0.0, False, "lost_grip"),
        (0.003, True, "lost_grip"),
    ],
)
def test_fingers_that_close_further_are_noticed(width: float, detected: bool, code: str | None) -> None:
    gripper = SimpleNamespace(state=GripperState(0.045, False, True, 0.0))
    hold = Hold(cast(Arm, SimpleNamespace(name="left", gripper=gripper)))
    gripper.state = GripperState(width, False, detected, 0.0)
    found = hold.problem()
    assert (found.code if found else None) == code


def test_an_arm_at_rest_drops_its_load_under_its_fingers(cell: MakeCell) -> None:
    arm = cell(green=(0.1, 0.5)).arms["left"]
    tool = arm.kinematics.forward(arm.state.q)
    assert landing(arm) == pytest.approx(tool[:2, 3], abs=0.01)
