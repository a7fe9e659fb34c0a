"""Objects that slip out of closing fingers: the drive is no faster than asked for, and throws nothing."""

from __future__ import annotations

import numpy as np
import pytest

from pg4da.hardware.robotiq_2f140 import linkage
from pg4da.hardware.robotiq_2f140.parameters import MAX_FORCE, MAX_SPEED
from pg4da.sim.physics import CELL_TIMESTEP

SPOT = (-0.1, 0.5)
SPEED, FORCE = 0.1, 40.0  # m/s of width, N: what grasps use

# What leaves the fingers was pushed by pads at SPEED / 2 each, or by what the rubber stored: a pad that gives way by
# GIVE under FORCE holds FORCE * GIVE / 2, two of them throw LIGHTEST no faster than this.
GIVE, LIGHTEST = 0.2e-3, 0.020  # m, kg
BOUND = SPEED / 2 + float(np.sqrt(2 * FORCE * GIVE / LIGHTEST))  # 0.94 m/s

# Shape, its turn [deg], how far [m] beside its middle the pads close: on corners and edges, across round sides, on the
# slopes of the triangle and the ends of the concave block. Of 395 such grips these gave objects the most speed.
PLACES = (
    ("cube", 30, 0.025),
    ("cube", 60, 0.015),
    ("rect", 60, 0.015),
    ("rect", 60, 0.025),
    ("cylinder", 45, 0.030),
    ("cylinder", 20, 0.022),
    ("half-cube", 120, 0.020),
    ("half-cube", 150, 0.015),
    ("triangle", 210, 0.035),
    ("triangle", 60, 0.020),
    ("half-cylinder", 15, 0.018),
    ("half-cylinder", 240, 0.020),
    ("half-cylinder", 180, 0.020),
    ("concave", 210, 0.015),
    ("concave", 240, 0.030),
)


@pytest.mark.parametrize(("shape", "degrees", "aside"), PLACES)
def test_nothing_is_thrown_out_of_a_bad_grip(rig, shape: str, degrees: float, aside: float) -> None:
    r = rig((shape, *SPOT, degrees))
    r.go(r.above(SPOT[0], SPOT[1] + aside, 0.15))
    r.grip(0.135)
    r.go(r.above(SPOT[0], SPOT[1] + aside, 0.012 - r.arm.gripper.tip_retreat(0.06)), scale=2.0)
    r.arm.gripper.move(0.0, SPEED, FORCE)
    object_speed, finger_rate = watch(r, 3.0)
    assert object_speed > 0.0  # asleep until the fingers touch it
    assert object_speed < BOUND
    assert finger_rate < 1.01 * linkage.angular_rate(SPEED, 0.0)


def watch(r, seconds: float) -> tuple[float, float]:
    """Greatest speed of the object [m/s] and rate of the knuckles [rad/s], step by step."""
    data, fastest, quickest = r.cell.data, 0.0, 0.0
    for _ in range(round(seconds / CELL_TIMESTEP)):
        r.cell.advance(CELL_TIMESTEP)
        fastest = max(fastest, float(np.linalg.norm(data.joint("object/0").qvel[:3])))
        knuckles = [float(data.joint(f"left/finger_{side}").qvel[0]) for side in "ab"]
        quickest = max(quickest, abs(sum(knuckles)) / 2)
    return fastest, quickest


@pytest.mark.parametrize("force", [10.0, FORCE, 125.0])
def test_fingers_that_lose_what_they_held_close_no_faster_than_the_drive_can(rig, force: float) -> None:
    r = rig(("cube", *SPOT))
    r.reach_round(*SPOT)
    r.grip(0.0, SPEED, force)
    r.go(r.above(*SPOT, 0.1), scale=1.5)
    r.cell.data.joint("object/0").qpos[:3] = (0.3, 0.8, 0.0225)  # somebody takes it away
    _, rate = watch(r, 0.3)
    assert not r.arm.gripper.state.object_detected  # told while they close, not when they have closed
    assert rate < 1.1 * linkage.angular_rate(MAX_SPEED * force / MAX_FORCE, linkage.CLOSED_ANGLE)
