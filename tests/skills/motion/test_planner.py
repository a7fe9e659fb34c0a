"""Whole programs: what can be made is made within limits and clear; what can't is refused with its reason."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from pg4da.hardware.frames import Array, looking_down
from pg4da.hardware.robotiq_2f140.linkage import tip_retreat
from pg4da.skills.motion.errors import Blocked, MotionError, Unreachable
from pg4da.skills.motion.planner import MotionPlanner
from pg4da.skills.motion.repair import plan_repaired, reachable_prefix
from pg4da.skills.motion.stages import Clutter, Line, Stage, Transit
from pg4da.skills.motion.timing import PERIOD

Start = dict[str, Array]
LOW = 0.015  # m, fingertips while pushing


def push(arms: dict[str, tuple[tuple[float, float], tuple[float, float]]], yaw: float = np.pi / 2) -> list[Stage]:
    """Above, down, along, up, from one point to another for each arm."""
    above, down, along, up = {}, {}, {}, {}
    for arm, (a, b) in arms.items():
        points = np.linspace(a, b, 9)
        above[arm] = looking_down((*points[0], 0.15), yaw)
        down[arm] = looking_down((*points[0], LOW), yaw)[None]
        along[arm] = np.stack([looking_down((x, y, LOW), yaw) for x, y in points[1:]])
        up[arm] = looking_down((*points[-1], 0.15), yaw)[None]
    return [Transit(above), Line(down, 0.2), Line(along, 0.15, contact=True), Line(up, 0.25, contact=True)]


def home(start: Start, *arms: str) -> Transit:
    return Transit({arm: start[arm] for arm in arms})


def test_a_push_through_a_block(planner: MotionPlanner, cell: Any, start: Start, block: Clutter) -> None:
    program = [*push({"left": ((-0.2, 0.5), (0.0, 0.5))}), home(start, "left")]
    plan = planner.plan(program, start, block)
    assert len(plan.stages) == 5
    kinematics, at = cell.arms["left"].kinematics, start["left"]
    for stage in plan.stages:
        q = stage["left"].positions
        assert q[0] == pytest.approx(at)
        at = q[-1]
        speed = np.diff(q, axis=0) / PERIOD
        assert (np.abs(speed) <= kinematics.max_velocity * 1.0001).all()
        assert (np.abs(np.diff(speed, axis=0)) / PERIOD <= kinematics.max_acceleration * 1.0001).all()
        assert ((q >= kinematics.lower) & (q <= kinematics.upper)).all()
    assert plan.goal["left"] == pytest.approx(start["left"])
    assert plan.goal["right"] == pytest.approx(start["right"])
    tool = kinematics.forward_all(plan.stages[2]["left"].positions)[:, :3, 3]
    assert np.abs(tool[:, 1:] - [0.5, LOW]).max() < 0.002
    speed = np.linalg.norm(np.diff(tool, axis=0), axis=1) / PERIOD
    assert speed.max() <= 0.151
    assert np.median(speed) > 0.14


def test_two_arms_take_equally_long(planner: MotionPlanner, start: Start) -> None:
    program = push({"left": ((-0.25, 0.35), (-0.1, 0.35)), "right": ((0.25, 0.65), (0.05, 0.65))})
    plan = planner.plan(program, start, None)
    for stage in plan.stages:
        assert stage["left"].duration == stage["right"].duration


def test_two_hands_in_one_place_are_refused(planner: MotionPlanner, start: Start) -> None:
    program = push({"left": ((-0.2, 0.5), (0.0, 0.5)), "right": ((0.2, 0.5), (0.02, 0.5))})
    with pytest.raises(Blocked, match=r"left arm.*right arm|right arm.*left arm") as caught:
        planner.plan(program, start, None)
    assert caught.value.code == "arm_collision"


def test_a_still_arm_is_in_the_way(planner: MotionPlanner, cell: Any, start: Start) -> None:
    right = cell.arms["right"].kinematics
    options = right.inverse(looking_down((0.0, 0.5, 0.1)))
    start["right"] = options[np.abs(options - start["right"]).max(axis=1).argmin()]
    with pytest.raises(Blocked):
        planner.plan(push({"left": ((-0.2, 0.5), (0.1, 0.5))}), start, None)


def test_an_unreachable_point_is_named(planner: MotionPlanner, start: Start) -> None:
    poses = np.stack([looking_down((x, 0.5, 0.1)) for x in (0.0, 0.1, 0.45)])
    stages = [Transit({"left": looking_down((-0.1, 0.5, 0.1))}), Line({"left": poses}, 0.1)]
    with pytest.raises(Unreachable, match=r"left arm.*pose 2") as caught:
        planner.plan(stages, start, None)
    assert (caught.value.arm, caught.value.stage, caught.value.index) == ("left", 1, 2)


def test_going_down_on_a_block_is_refused_unless_contact(planner: MotionPlanner, start: Start, block: Clutter) -> None:
    above = Transit({"left": looking_down((0.0, 0.5, 0.2))})
    down = {"left": looking_down((0.0, 0.5, 0.05))[None]}
    with pytest.raises(Blocked, match="clutter") as caught:
        planner.plan([above, Line(down, 0.1)], start, block)
    assert (caught.value.code, caught.value.stage) == ("clutter_collision", 1)
    planner.plan([above, Line(down, 0.1, contact=True)], start, block)
    planner.plan([above, Line(down, 0.1)], start, None)


def test_through_the_table_is_refused(planner: MotionPlanner, start: Start) -> None:
    stages = [
        Transit({"left": looking_down((-0.1, 0.5, 0.1))}),
        Line({"left": looking_down((-0.1, 0.5, -0.02))[None]}, 0.1),
    ]
    with pytest.raises(Blocked, match="table"):
        planner.plan(stages, start, None)


def test_contact_off_the_workspace_is_refused(planner: MotionPlanner, start: Start) -> None:
    program = push({"left": ((-0.2, 0.1), (-0.2, -0.03))})
    with pytest.raises(Blocked) as caught:
        planner.plan(program, start, None)
    assert caught.value.code == "outside_workspace"


def test_the_same_question_gets_the_same_answer(
    cell: Any, planner: MotionPlanner, start: Start, block: Clutter
) -> None:
    program = [*push({"right": ((0.2, 0.5), (0.0, 0.5))}), home(start, "right")]
    first = planner.plan(program, start, block)
    planner.plan(push({"left": ((-0.2, 0.4), (0.0, 0.4))}), start, None)
    for again in (planner.plan(program, start, block), MotionPlanner(cell).plan(program, start, block)):
        for a, b in zip(first.stages, again.stages, strict=True):
            assert np.array_equal(a["right"].positions, b["right"].positions)


def test_hands_lean_apart(planner: MotionPlanner, start: Start) -> None:
    program = push({"left": ((-0.15, 0.45), (0.05, 0.45)), "right": ((-0.09, 0.53), (0.1, 0.53))}, yaw=0.0)
    with pytest.raises(MotionError):
        planner.plan(program, start, None)
    planner.plan(program, start, None, lean=0.35)


def test_what_is_too_far_is_cut_off(planner: MotionPlanner, cell: Any, start: Start) -> None:
    program = push({"left": ((0.0, 0.5), (0.49, 0.5))})
    repaired = plan_repaired(planner, program, start, None, lean=0.0)
    end = cell.arms["left"].kinematics.forward(repaired.plan.goal["left"])[:3, 3]
    assert 0.06 < end[0] < 0.45
    assert repaired.cut["left"] == pytest.approx(0.49 - end[0], abs=1e-3)
    with pytest.raises(Unreachable):
        plan_repaired(planner, program, start, None, lean=0.0, min_length=0.5)


def test_prefix_counts_reachable_poses(cell: Any) -> None:
    poses = np.stack([looking_down((x, 0.5, 0.1)) for x in (0.0, 0.1, 0.2, 0.45)])
    assert reachable_prefix(cell.arms["left"].kinematics, looking_down((-0.1, 0.5, 0.1)), poses) == 3
    assert reachable_prefix(cell.arms["left"].kinematics, looking_down((2.0, 0.5, 0.1)), poses) == 0


def test_fingers_open_are_wider(planner: MotionPlanner, start: Start, block: Clutter) -> None:
    """Beside the block there is room for closed fingers but not for open ones."""
    stages: list[Stage] = []
    for width, fits in ((0.0, True), (0.14, False)):
        z = LOW - tip_retreat(width)
        at = looking_down((-0.10, 0.5, z))
        stages = [Transit({"left": looking_down((-0.10, 0.5, 0.2))}), Line({"left": at[None]}, 0.1)]
        if fits:
            planner.plan(stages, start, block, {"left": width})
        else:
            with pytest.raises(Blocked, match="clutter"):
                planner.plan(stages, start, block, {"left": width})


@pytest.mark.parametrize("missing", ["left", "right"])
def test_a_start_without_an_arm_is_refused(planner: MotionPlanner, start: Start, missing: str) -> None:
    del start[missing]
    with pytest.raises(ValueError, match="start names"):
        planner.plan([], start, None)
