"""The simulated arms: follow, stop, give up when something is in the way. Both kinds keep the same contract."""

from __future__ import annotations

import numpy as np
import pytest

from pg4da.hardware.cell import Arm, Progress
from pg4da.hardware.trajectory import Trajectory

BOTH = pytest.mark.parametrize("arms", [True, False], ids=["joints", "floating"])


@BOTH
def test_follows_within_5_mrad_and_arrives(rig, arms) -> None:
    r = rig(arms=arms)
    trajectory = r.smooth(r.above(-0.1, 0.6, 0.2))
    handle = r.arm.follow(trajectory)
    start, worst = r.cell.clock.now(), 0.0
    while handle.progress is Progress.RUNNING:
        r.cell.advance(0.008)
        wanted = trajectory.sample(r.cell.clock.now() - start)
        worst = max(worst, float(np.abs(r.arm.state.q - wanted).max()))
    assert handle.progress is Progress.DONE
    assert worst < 0.005
    T = r.arm.kinematics.forward(r.arm.state.q)
    np.testing.assert_allclose(T[:3, 3], [-0.1, 0.6, 0.2], atol=0.001)


@BOTH
def test_the_tool_site_is_where_kinematics_says(rig, arms) -> None:
    r = rig(arms=arms)
    r.go(r.above(0.05, 0.4, 0.25, 0.4))
    T = r.arm.kinematics.forward(r.arm.state.q)
    site = r.cell.data.site("left/tool")
    np.testing.assert_allclose(site.xpos, T[:3, 3], atol=5e-4)
    np.testing.assert_allclose(site.xmat.reshape(3, 3), T[:3, :3], atol=2e-3)


@BOTH
def test_stop_decelerates_within_the_limits(rig, arms) -> None:
    r = rig(arms=arms)
    handle = r.arm.follow(r.smooth(r.above(0.0, 0.5, 0.25)))
    r.cell.advance(0.4)
    before = r.arm.state
    assert np.abs(before.dq).max() > 0.2
    handle.cancel()
    assert handle.progress is Progress.RUNNING
    r.wait(handle, limit=1.0)
    after = r.arm.state
    assert handle.progress is Progress.CANCELLED
    assert np.abs(after.dq).max() < 0.05
    least = before.dq**2 / 2 / r.arm.kinematics.max_acceleration
    assert np.all(np.abs(after.q - before.q) > 0.9 * least - 0.01)
    r.cell.advance(0.5)
    np.testing.assert_allclose(r.arm.state.q, after.q, atol=0.003)


def test_a_start_elsewhere_is_refused(rig) -> None:
    r = rig()
    with pytest.raises(ValueError, match=r"starts 0\.200 away"):
        r.arm.follow(Trajectory(np.array([0.0]), (r.arm.state.q + 0.2)[None]))


def test_too_fast_is_refused_and_nothing_moves(rig) -> None:
    r = rig()
    q = r.arm.state.q
    with pytest.raises(ValueError, match="speed"):
        r.arm.follow(Trajectory(np.array([0.0, 0.1]), np.stack([q, q + 0.5])))
    r.cell.advance(0.2)
    np.testing.assert_allclose(r.arm.state.q, q, atol=1e-6)


def test_a_new_motion_cancels_the_old_one(rig) -> None:
    r = rig()
    trajectory = r.smooth(r.above(-0.2, 0.5, 0.25))
    first = r.arm.follow(trajectory)
    second = r.arm.follow(trajectory)
    assert (first.progress, second.progress) == (Progress.CANCELLED, Progress.RUNNING)
    first.cancel()
    assert second.progress is Progress.RUNNING


def test_an_arm_that_is_held_up_stops_itself(rig) -> None:
    """The tool is sent 15 cm into the table."""
    r = rig()
    r.go(r.above(-0.1, 0.5, 0.05))
    down = r.above(-0.1, 0.5, 0.001) - r.arm.state.q
    handle = r.arm.follow(r.smooth(r.arm.state.q + 4.0 * down, 3.0))
    r.wait(handle)
    assert handle.progress is Progress.FAULT
    assert "protective stop" in handle.message
    assert r.cell.data.site("left/tool").xpos[2] > -0.01


@BOTH
def test_home_hides_nothing_of_the_middle(rig, arms) -> None:
    cell = rig(("cube", 0.0, 0.5), arms=arms).cell
    frame = cell.camera.capture()
    z = frame.depth
    u = np.nonzero((z > 0) & (z < 1.25 - 0.05))[1]
    x = (u - frame.K[0, 2]) * 1.25 / frame.K[0, 0]
    assert not np.any(np.abs(x) < 0.45)


def test_is_an_arm_by_the_contract(rig) -> None:
    arm: Arm = rig().arm
    assert (arm.name, arm.kinematics.dof, arm.home.shape) == ("left", 6, (6,))
