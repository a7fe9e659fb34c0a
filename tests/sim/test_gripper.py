"""The simulated 2F-140: width, speed, force, and what it notices by itself."""

from __future__ import annotations

import mujoco
import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from pg4da.hardware.cell import Progress

SPOT = (-0.1, 0.5)


@pytest.fixture
def holding(rig):
    """An arm that has closed on a cube with 40 N and has not lifted it yet."""
    r = rig(("cube", *SPOT))
    r.reach_round(*SPOT)
    r.grip(0.0)
    return r


def pad_forces(r) -> dict[str, float]:
    total: dict[str, float] = {}
    force = np.zeros(6)
    for i, contact in enumerate(r.cell.data.contact):
        names = [r.cell.model.geom(int(g)).name for g in (contact.geom1, contact.geom2)]
        mujoco.mj_contactForce(r.cell.model, r.cell.data, i, force)
        for name in names:
            total[name] = total.get(name, 0.0) + float(force[0])
    return total


def test_goes_to_a_width_at_the_speed_asked_for(rig) -> None:
    r = rig()
    start = r.cell.clock.now()
    r.grip(0.1, speed=0.05)
    state = r.arm.gripper.state
    assert state.width == pytest.approx(0.1, abs=0.0015)
    assert not state.object_detected
    assert r.cell.clock.now() - start == pytest.approx(2.0, abs=0.15)


def test_requests_are_clamped_to_the_maker_s_limits(rig) -> None:
    r = rig()
    start = r.cell.clock.now()
    r.grip(1.0, speed=5.0)
    assert r.arm.gripper.state.width == pytest.approx(r.arm.gripper.max_width, abs=0.0015)
    assert r.cell.clock.now() - start > 0.14 / 0.25 * 0.95


def test_notices_an_object_and_presses_with_the_force_asked_for(holding) -> None:
    state = holding.arm.gripper.state
    assert state.object_detected
    assert not state.moving
    assert state.width == pytest.approx(0.045, abs=0.0015)
    forces = pad_forces(holding)
    for side in ("a", "b"):
        assert forces[f"left/tip_{side}/0"] == pytest.approx(40.0, abs=2.0)


def test_pads_sink_in_by_less_than_1_mm(holding) -> None:
    assert holding.cell.data.contact.dist.min() > -0.001


def test_both_fingers_stay_symmetric_when_the_object_is_off_centre(rig) -> None:
    r = rig(("cube", SPOT[0] + 0.02, SPOT[1]))
    r.reach_round(*SPOT)
    r.grip(0.0)
    data = r.cell.data
    a, b = data.joint("left/finger_a").qpos[0], data.joint("left/finger_b").qpos[0]
    assert r.arm.gripper.state.object_detected
    assert a == pytest.approx(b, abs=0.003)


SHAPES = ("cube", "rect", "cylinder", "half-cube", "triangle", "half-cylinder", "concave")


def lift(rig, shape: str, aside: float = 0.0):
    """A block held 20 cm up by pads that grip it `aside` of its middle."""
    r = rig((shape, *SPOT))
    x, y = SPOT[0], SPOT[1] + aside
    r.reach_round(x, y)
    r.grip(0.0)
    r.go(r.above(x, y, 0.2), scale=1.5)
    r.cell.advance(0.3)
    assert r.cell.truth.target_lifted
    return r


@pytest.mark.parametrize("aside", [0.0, 0.01])
@pytest.mark.parametrize("shape", SHAPES)
def test_a_held_object_does_not_slip_in_5_s(rig, shape: str, aside: float) -> None:
    r = lift(rig, shape, aside)
    before = in_tool(r)
    r.cell.advance(5.0)
    assert np.abs(in_tool(r) - before).max() < 0.0005
    assert r.arm.gripper.state.object_detected


@pytest.mark.parametrize(("degrees", "aside"), [(23, 0.0087), (-23, 0.0087), (-23, -0.0087)])
def test_a_half_cylinder_gripped_askew_does_not_roll_out_of_the_fingers(rig, degrees: float, aside: float) -> None:
    """The line between its two contacts is 12° to 20° off the pads' normal, well within what rubber bears."""
    r = rig(("half-cylinder", *SPOT, degrees))
    x, y = SPOT[0], SPOT[1] + aside
    r.reach_round(x, y)
    r.grip(0.0)
    r.go(r.above(x, y, 0.2), scale=1.5)
    before, turned = in_tool(r), turn_in_tool(r)
    r.cell.advance(3.0)
    assert r.arm.gripper.state.object_detected
    assert np.linalg.norm(in_tool(r) - before) < 0.0025
    assert np.degrees((turned.inv() * turn_in_tool(r)).magnitude()) < 8.0


@pytest.mark.parametrize("shape", SHAPES)
def test_a_carried_object_stays_where_it_was_gripped(rig, shape: str) -> None:
    """Round the base and up, with a turn of the wrist, about as fast as objects are carried."""
    r = lift(rig, shape)
    before, turned = in_tool(r), turn_in_tool(r)
    for way in ((-1.2, 0.0, 0.0, 0.0, 0.0, 0.0), (1.2, -0.3, 0.0, 0.3, 0.0, 1.5), (0.0, 0.3, 0.0, -0.3, 0.0, -1.5)):
        r.go(r.arm.state.q + np.array(way), scale=1.6)
    assert np.linalg.norm(in_tool(r) - before) < 0.002
    assert np.degrees((turned.inv() * turn_in_tool(r)).magnitude()) < 2.0


def test_a_carried_object_does_not_lag_behind_the_hand(rig) -> None:
    r = lift(rig, "cube")
    before, furthest, fastest = in_tool(r), 0.0, 0.0
    handle = r.arm.follow(r.smooth(r.arm.state.q + np.array([-1.2, 0.0, 0.0, 0.0, 0.0, 0.0])))
    while handle.progress is Progress.RUNNING:
        r.cell.advance(0.008)
        furthest = max(furthest, float(np.linalg.norm(in_tool(r) - before)))
        fastest = max(fastest, float(np.linalg.norm(r.cell.data.joint("object/0").qvel[:3])))
    assert fastest > 0.7
    assert furthest < 0.001


def in_tool(r) -> np.ndarray:
    site = r.cell.data.site("left/tool")
    return site.xmat.reshape(3, 3).T @ (r.cell.data.body("object/0").xpos - site.xpos)


def turn_in_tool(r) -> Rotation:
    site, body = r.cell.data.site("left/tool"), r.cell.data.body("object/0")
    return Rotation.from_matrix(site.xmat.reshape(3, 3).T @ body.xmat.reshape(3, 3))


def test_letting_go_is_noticed(holding) -> None:
    holding.go(holding.above(*SPOT, 0.1), scale=1.5)
    holding.cell.data.joint("object/0").qpos[:3] = (0.3, 0.8, 0.0225)  # somebody takes it away
    holding.cell.advance(0.5)
    assert not holding.arm.gripper.state.object_detected


def test_opening_again_drops_the_object_where_it_was(holding) -> None:
    holding.grip(0.1)
    x, y, z = holding.cell.truth.target_position
    assert (x, y, z) == pytest.approx((*SPOT, 0.0225), abs=0.004)


def test_cancel_stops_the_fingers(rig) -> None:
    r = rig()
    handle = r.arm.gripper.move(0.14)
    r.cell.advance(0.4)
    handle.cancel()
    assert handle.progress is Progress.CANCELLED
    width = r.arm.gripper.state.width
    r.cell.advance(0.5)
    assert r.arm.gripper.state.width == pytest.approx(width, abs=0.005)
    assert width < 0.08


def test_arm_stop_keeps_the_grip(holding) -> None:
    handle = holding.arm.follow(holding.smooth(holding.above(*SPOT, 0.3), 1.5))
    holding.cell.advance(0.5)
    holding.cell.stop()
    holding.wait(handle)
    holding.cell.advance(0.5)
    assert holding.arm.gripper.state.object_detected
    assert holding.cell.truth.target_position[2] > 0.04
