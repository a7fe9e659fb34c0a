"""Hold and resume: both arms slow down and gather speed together, within their limits, and arrive all the same."""

from __future__ import annotations

import numpy as np
import pytest

from pg4da.hardware.cell import Progress
from pg4da.hardware.path_clock import change_bounds

BOTH = pytest.mark.parametrize("arms", [True, False], ids=["joints", "floating"])


def drive(r, seconds: float) -> list[np.ndarray]:
    """Measured speeds of the left arm, one a tick."""
    speeds = []
    for _ in range(round(seconds / 0.008)):
        r.cell.advance(0.008)
        speeds.append(r.arm.state.dq.copy())
    return speeds


@BOTH
@pytest.mark.parametrize("after", [0.15, 0.4, 0.6])
def test_a_held_motion_rests_within_the_limits_and_arrives_later(rig, arms: bool, after: float) -> None:
    r = rig(arms=arms)
    trajectory = r.smooth(r.above(-0.1, 0.6, 0.2))
    handle = r.arm.follow(trajectory)
    speeds = drive(r, after)
    limit = r.arm.kinematics.max_acceleration
    needed = float(np.max(np.abs(speeds[-1]) / limit))
    r.cell.hold()
    speeds += drive(r, needed + 0.3)
    assert np.abs(r.arm.state.dq).max() < 0.02
    assert r.cell.pace == 0.0
    assert handle.progress is Progress.RUNNING
    held_at = r.arm.state.q.copy()
    drive(r, 2.0)
    np.testing.assert_allclose(r.arm.state.q, held_at, atol=0.004)
    r.cell.resume()
    speeds += drive(r, 0.5)
    r.wait(handle)
    assert handle.progress is Progress.DONE
    np.testing.assert_allclose(r.arm.state.q, trajectory.positions[-1], atol=0.004)
    change = np.abs(np.diff(speeds, axis=0)) / 0.008
    assert np.all(change.max(axis=0) < 1.6 * limit + 1.0), change.max(axis=0) / limit


@BOTH
def test_both_arms_stay_together(rig, arms: bool) -> None:
    """One pace: what each has left of its path at the end of a hold is the same share."""
    r = rig(arms=arms)
    other = r.cell.arms["right"]
    left = r.smooth(r.above(-0.2, 0.6, 0.2))
    way = 0.3 * (left.positions - left.positions[0])
    r.arm.follow(left)
    mirrored = type(left)(left.times, other.state.q + way)
    other.follow(mirrored)
    drive(r, 0.3)
    r.cell.hold()
    drive(r, 1.0)
    done = [
        np.linalg.norm(arm.state.q - t.positions[0]) / np.linalg.norm(t.positions[-1] - t.positions[0])
        for arm, t in ((r.arm, left), (other, mirrored))
    ]
    assert 0.05 < done[0] < 0.95
    assert done[0] == pytest.approx(done[1], abs=0.01)


@BOTH
def test_stop_ends_a_held_motion(rig, arms: bool) -> None:
    r = rig(arms=arms)
    handle = r.arm.follow(r.smooth(r.above(-0.1, 0.6, 0.2)))
    drive(r, 0.3)
    r.cell.hold()
    drive(r, 0.1)
    r.cell.stop()
    r.wait(handle, limit=1.0)
    assert handle.progress is Progress.CANCELLED
    assert np.abs(r.arm.state.dq).max() < 0.05


def test_a_command_given_while_held_waits(rig) -> None:
    r = rig()
    r.cell.hold()
    drive(r, 0.05)
    start = r.arm.state.q.copy()
    handle = r.arm.follow(r.smooth(r.above(-0.1, 0.6, 0.2)))
    drive(r, 0.5)
    np.testing.assert_allclose(r.arm.state.q, start, atol=0.004)
    r.cell.resume()
    r.wait(handle)
    assert handle.progress is Progress.DONE


def test_a_held_gripper_keeps_its_grip_and_goes_on(rig) -> None:
    r = rig(("cube", -0.1, 0.5))
    r.reach_round(-0.1, 0.5)
    closing = r.arm.gripper.move(0.0)
    drive(r, 0.1)
    r.cell.hold()
    drive(r, 1.0)
    assert closing.progress is Progress.RUNNING
    width = r.arm.gripper.state.width
    r.cell.resume()
    r.wait(closing)
    assert r.arm.gripper.state.object_detected
    assert r.arm.gripper.state.width < width
    r.cell.hold()
    drive(r, 1.0)
    assert r.arm.gripper.state.object_detected


def test_holding_and_resuming_at_rest_costs_nothing(rig) -> None:
    """Bit for bit the same run afterwards."""
    ends = []
    for held in (False, True):
        r = rig(("cube", 0.0, 0.5))
        if held:
            r.cell.hold()
        drive(r, 0.08)
        r.cell.resume()
        drive(r, 0.08)
        r.go(r.above(-0.1, 0.6, 0.2))
        ends.append(r.arm.state.q)
    np.testing.assert_array_equal(ends[0], ends[1])


@pytest.mark.parametrize(
    ("speed", "acceleration", "rate", "bounds"),
    [
        ([2.0], [0.0], 1.0, (-5.0, 5.0)),  # a = 10: dr/dt = ±a / v
        ([2.0], [-10.0], 1.0, (0.0, 10.0)),  # braking by itself: no slower
        ([-2.0], [10.0], 1.0, (0.0, 10.0)),  # the same the other way round
        ([2.0, 4.0], [0.0, 0.0], 0.5, (-2.5, 2.5)),  # the faster joint decides
        ([0.0], [3.0], 1.0, (-np.inf, np.inf)),
    ],
)
def test_bounds_of_a_change(speed, acceleration, rate: float, bounds) -> None:
    found = change_bounds(np.array(speed), np.array(acceleration), np.full(len(speed), 10.0), rate)
    assert found == pytest.approx(bounds)
