"""Skills on the simulated cell, one after the other, as the mission makes them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from pg4da.hardware.frames import looking_down
from pg4da.policies.types import Decision, Grasp, Observation, Push, PushPath
from pg4da.sim.cell import MujocoCell
from pg4da.skills.grasp import MakeGrasp
from pg4da.skills.observe import Observe
from pg4da.skills.place import HoldUp, Place
from pg4da.skills.plan import PlanMotion
from pg4da.skills.push import MakePush
from pg4da.skills.recover import Recover
from pg4da.skills.skill import Phase, SkillFailure
from pg4da.skills.verify import Verify

MakeCell = Callable[..., MujocoCell]


def grasp_at(x: float, y: float) -> Grasp:
    return Grasp(looking_down((x, y, 0.012)), 0.045, 0.09, 1.0)


def planned(bench: Any, action: Grasp | Push, seen: Observation) -> Any:
    decision = Decision((action,), np.zeros((224, 224), np.float32), 1.0)
    return bench.run(PlanMotion, decision=decision, observation=seen)


def at_home(cell: MujocoCell) -> bool:
    return all(np.abs(arm.state.q - arm.home).max() < 0.02 for arm in cell.arms.values())


def test_grasp_verify_and_place(bench: Any, cell: MakeCell) -> None:
    on = bench(cell(green=(-0.1, 0.5)))
    seen = on.run(Observe, target="green").observation
    held = on.run(MakeGrasp, motion=planned(on, grasp_at(-0.1, 0.5), seen).motion)
    assert held.width == pytest.approx(0.045, abs=0.003)
    assert on.run(Verify, target="green", before=seen, arm=held.arm).held
    assert on.cell.truth.target_lifted
    on.run(Place, arm=held.arm)
    assert on.cell.truth.target_in_bin
    assert at_home(on.cell)


def test_hold_up_keeps_the_object(bench: Any, cell: MakeCell) -> None:
    on = bench(cell(green=(0.15, 0.45)))
    seen = on.run(Observe, target="green").observation
    held = on.run(MakeGrasp, motion=planned(on, grasp_at(0.15, 0.45), seen).motion)
    on.run(HoldUp, arm=held.arm, height=0.3)
    assert on.cell.truth.target_position[2] == pytest.approx(0.3, abs=0.04)


def test_a_grasp_beside_the_object_holds_nothing_and_recovery_brings_the_arms_home(bench: Any, cell: MakeCell) -> None:
    on = bench(cell(green=(-0.1, 0.5)))
    seen = on.run(Observe, target="green").observation
    motion = planned(on, grasp_at(-0.1, 0.65), seen).motion
    with pytest.raises(SkillFailure) as failure:
        on.run(MakeGrasp, motion=motion)
    assert (failure.value.code, failure.value.phase, failure.value.recoverable) == (
        "nothing_held",
        Phase.POSTCONDITION,
        True,
    )
    on.run(Recover)
    assert at_home(on.cell)
    finished = [data for kind, data in on.events if kind == "motion_finished"]
    assert [(f["kind"], f["success"], f["code"]) for f in finished] == [("grasp", False, "nothing_held")]


def test_the_wrong_object_is_noticed_and_put_down_inside_the_workspace(bench: Any, cell: MakeCell) -> None:
    on = bench(cell(green=(0.1, 0.6), red=(-0.15, 0.45)))
    seen = on.run(Observe, target="green").observation
    held = on.run(MakeGrasp, motion=planned(on, grasp_at(-0.15, 0.45), seen).motion)
    with pytest.raises(SkillFailure, match="target lies there") as failure:
        on.run(Verify, target="green", before=seen, arm=held.arm)
    assert failure.value.code == "target_still_there"
    on.run(Recover)
    assert at_home(on.cell)
    assert on.cell.truth.outside == ()
    assert on.cell.truth.positions[1][2] == pytest.approx(0.0225, abs=0.003)


def test_a_push_moves_what_stands_in_its_way_and_nothing_else(bench: Any, cell: MakeCell) -> None:
    on = bench(cell(green=(0.2, 0.7), red=(-0.15, 0.5)))
    seen = on.run(Observe, target="green").observation
    points = np.stack([np.linspace(-0.25, -0.05, 9), np.full(9, 0.5), np.full(9, 0.013)], axis=1)
    path = PushPath(points, np.pi / 2)
    on.run(MakePush, motion=planned(on, Push((path,), 0.0, 1.0), seen).motion)
    green, red = on.cell.truth.positions
    assert red[0] == pytest.approx(-0.05 + 0.0135 + 0.0225, abs=0.012)
    assert green[:2] == pytest.approx((0.2, 0.7), abs=0.001)
    assert at_home(on.cell)


def test_a_motion_out_of_reach_is_refused_before_anything_moves(bench: Any, cell: MakeCell) -> None:
    on = bench(cell(green=(-0.1, 0.5)))
    seen = on.run(Observe, target="green").observation
    before = on.cell.data.qpos.copy()
    with pytest.raises(SkillFailure) as failure:
        planned(on, Grasp(looking_down((0.0, 0.5, 1.4)), 0.045, 0.09, 1.0), seen)
    assert (failure.value.code, failure.value.phase) == ("no_feasible_motion", Phase.PLANNING)
    assert np.abs(on.cell.data.qpos - before).max() < 1e-3
