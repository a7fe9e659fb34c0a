"""What is about to be done is looked at as a whole: bounds of the cell, both arms together."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from pydantic import ValidationError

from pg4da.hardware.description.robot import ARM_BASES
from pg4da.hardware.frames import looking_down
from pg4da.hardware.robotiq_2f140.parameters import T_FLANGE_TOOL
from pg4da.hardware.safety.capsules import capsules
from pg4da.hardware.safety.config import SafetyConfig
from pg4da.hardware.safety.distance import between_segments
from pg4da.hardware.safety.guard import Course, Guard
from pg4da.hardware.ur5e.kinematics import UR5eKinematics
from pg4da.hardware.ur5e.parameters import HOME

ARMS = {name: UR5eKinematics(T, T_FLANGE_TOOL) for name, T in ARM_BASES.items()}
GUARD = Guard(SafetyConfig())


def over(name: str, x: float, y: float, z: float) -> np.ndarray:
    """A configuration with the tool pointing down there, nearest to home."""
    found = ARMS[name].inverse(looking_down((x, y, z)))
    return found[np.argmin(np.abs(found - HOME).max(axis=1))]


def way(*configurations: np.ndarray, n: int = 30) -> np.ndarray:
    legs = [np.linspace(a, b, n) for a, b in pairwise(configurations)]
    return np.concatenate(legs) if legs else configurations[0][None]


def check(left: np.ndarray, right: np.ndarray, guard: Guard = GUARD) -> str:
    rows = {"left": left, "right": right}
    return guard.refuse({name: Course(ARMS[name], rows[name], 0.05) for name in ARMS})


def test_both_at_home_is_fine() -> None:
    assert check(way(HOME), way(HOME)) == ""


def test_side_by_side_over_the_table_is_fine() -> None:
    assert check(way(HOME, over("left", -0.25, 0.5, 0.1)), way(HOME, over("right", 0.25, 0.5, 0.1))) == ""


def test_both_at_one_place_is_refused_with_the_links_and_the_moment() -> None:
    found = check(way(HOME, over("left", 0.0, 0.5, 0.1)), way(HOME, over("right", 0.0, 0.5, 0.1)))
    assert "the left arm's" in found
    assert "the right arm's" in found
    assert "s; at least 5 mm" in found


def test_the_same_place_one_after_the_other_is_fine() -> None:
    middle = {name: over(name, 0.0, 0.5, 0.1) for name in ARMS}
    left = np.concatenate([way(HOME, middle["left"], HOME), np.tile(HOME, (60, 1))])
    right = np.concatenate([np.tile(HOME, (60, 1)), way(HOME, middle["right"], HOME)])
    assert check(left, right) == ""


def test_an_arm_that_stands_in_the_way_counts() -> None:
    assert check(way(over("left", 0.05, 0.5, 0.1)), way(HOME, over("right", 0.0, 0.5, 0.1))) != ""


def test_arms_that_are_too_near_may_part_but_come_no_nearer() -> None:
    guard = Guard(SafetyConfig(arm_distance=0.2))
    left, right = over("left", -0.12, 0.5, 0.1), over("right", 0.12, 0.5, 0.1)
    assert check(way(left, HOME), way(right, HOME), guard) == ""
    assert check(way(left, over("left", -0.095, 0.5, 0.1)), way(right), guard) != ""
    assert check(way(left, over("left", -0.095, 0.5, 0.1)), way(right)) == ""


LOW, RAISED = over("left", -0.2, 0.6, 0.1), over("left", -0.25, 0.4, 0.35)


@pytest.mark.parametrize(
    ("bounds", "rows", "point"),
    [
        ({"z_min": 0.3}, way(RAISED, LOW), "tool"),
        ({"x_max": -0.22}, way(RAISED, LOW), "tool"),
        ({"y_max": 0.55}, way(RAISED, LOW), "wrist"),
        ({"z_max": 0.55}, way(LOW, np.add(HOME, [0, 0.5, -0.8, 0, 0, 0])), "elbow"),
    ],
)
def test_a_tool_or_an_elbow_out_of_bounds_is_refused(bounds: dict[str, float], rows: np.ndarray, point: str) -> None:
    found = check(rows, way(HOME), Guard(SafetyConfig(**bounds)))
    assert "bounds of the cell" in found
    assert f"the left arm's {point}" in found


def test_open_fingers_end_behind_the_tools_frame() -> None:
    low = way(RAISED, over("left", -0.2, 0.6, -0.015))
    home = Course(ARMS["right"], way(HOME), 0.05)
    assert GUARD.refuse({"left": Course(ARMS["left"], low, 0.12, retreat=0.02), "right": home}) == ""
    assert "tool" in GUARD.refuse({"left": Course(ARMS["left"], low, 0.0), "right": home})


def test_what_starts_outside_may_come_back_in() -> None:
    guard = Guard(SafetyConfig(z_min=0.15))
    low, high = over("left", -0.2, 0.5, 0.1), over("left", -0.2, 0.5, 0.3)
    assert check(way(low, high), way(HOME), guard) == ""
    assert check(way(low, over("left", -0.2, 0.5, 0.05)), way(HOME), guard) != ""


def test_another_kind_of_arm_has_its_tool_looked_at() -> None:
    class Crane:
        dof = 3

        def forward(self, q: np.ndarray) -> np.ndarray:
            return looking_down(q)

    rows = np.linspace([0.0, 0.5, 0.5], [0.0, 0.5, 3.0], 10)
    found = GUARD.refuse({"left": Course(Crane(), rows, 0.05), "right": Course(ARMS["right"], way(HOME), 0.05)})
    assert "the left arm's tool" in found


def test_capsules_lie_inside_what_they_stand_for() -> None:
    """Every capsule of the wrists lies along the flange's axis or beside it by less than a housing."""
    shapes = capsules(ARMS["left"], 0.05)
    assert set(shapes.names) >= {"upper_arm", "forearm", "wrist_3", "palm", "tip_a", "tip_b"}
    assert (shapes.radius > 0.005).all()
    assert (shapes.radius < 0.08).all()
    reach = shapes.placed(ARMS["left"].link_frames(HOME[None]))
    assert reach.shape == (1, len(shapes.radius), 2, 3)


def test_fingers_are_where_the_gripper_has_them() -> None:
    closed, opened = (capsules(ARMS["left"], width) for width in (0.0, 0.14))
    tips = [shapes.ends[[n.startswith("tip") for n in shapes.names]][..., 0] for shapes in (closed, opened)]
    assert np.ptp(tips[1]) > np.ptp(tips[0]) + 0.10


def test_distances_of_segments_are_those_of_many_points() -> None:
    rng = np.random.default_rng(3)
    a, b = rng.normal(size=(40, 2, 3)), rng.normal(size=(40, 2, 3))
    b[0], b[1] = a[0] + [0.0, 0.0, 1.0], a[1][::-1] * [1.0, 1.0, 1.0]  # parallel, and the same
    a[2, 1] = a[2, 0]  # a point
    t = np.linspace(0.0, 1.0, 101)[:, None]
    for one, other, found in zip(a, b, between_segments(a, b), strict=True):
        p = one[0] + t * (one[1] - one[0])
        q = other[0] + t * (other[1] - other[0])
        least = np.linalg.norm(p[:, None] - q[None], axis=-1).min()
        assert found <= least + 1e-9
        assert found > least - 0.05


def test_bounds_must_leave_room() -> None:
    with pytest.raises(ValidationError, match="x_min"):
        SafetyConfig(x_min=1.0, x_max=0.5)
