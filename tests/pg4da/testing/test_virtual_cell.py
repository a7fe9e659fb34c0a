"""The cell in memory keeps the contract of a cell, and time passes only when it is let."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from pg4da.hardware.cell import Handle, Progress
from pg4da.hardware.trajectory import Trajectory
from pg4da.testing import RealCellNeeded, VirtualCell


def path(seconds: float = 1.0, dof: int = 6) -> Trajectory:
    return Trajectory(np.array([0.0, seconds]), np.vstack([np.zeros(dof), np.ones(dof)]))


def test_an_arm_follows_in_time(virtual_cell: VirtualCell) -> None:
    arm = virtual_cell.arms["left"]
    handle = arm.follow(path())
    assert isinstance(handle, Handle)
    virtual_cell.advance(0.25)
    assert handle.progress is Progress.RUNNING
    assert arm.state.q == pytest.approx(0.25 * np.ones(6))
    assert arm.state.dq == pytest.approx(np.ones(6))
    virtual_cell.advance(0.75)
    assert handle.progress is Progress.DONE
    assert arm.state.q == pytest.approx(np.ones(6))
    assert not arm.state.dq.any()
    assert virtual_cell.clock.now() == 1.0


def test_a_stop_is_at_once(virtual_cell: VirtualCell) -> None:
    arm = virtual_cell.arms["right"]
    handle = arm.follow(path())
    virtual_cell.advance(0.5)
    virtual_cell.stop()
    assert handle.progress is Progress.CANCELLED
    assert not arm.state.dq.any()
    virtual_cell.advance(1.0)
    assert arm.state.q == pytest.approx(0.5 * np.ones(6))


def test_a_hold_and_a_blocked_arm_lose_only_time(virtual_cell: VirtualCell) -> None:
    left, right = virtual_cell.arms["left"], virtual_cell.arms["right"]
    handles = [left.follow(path()), right.follow(path())]
    virtual_cell.hold()
    virtual_cell.advance(5.0)
    assert [handle.progress for handle in handles] == [Progress.RUNNING] * 2
    assert not left.state.q.any()
    virtual_cell.resume()
    right.blocked = True
    virtual_cell.advance(1.0)
    assert [handle.progress for handle in handles] == [Progress.DONE, Progress.RUNNING]


def test_a_fault(virtual_cell: VirtualCell) -> None:
    arm = virtual_cell.arms["left"]
    arm.fault = "joint 3 is hot"
    handle = arm.follow(path())
    virtual_cell.advance(0.1)
    assert (handle.progress, handle.message) == (Progress.FAULT, "joint 3 is hot")


@pytest.mark.parametrize("wrong", [Trajectory(np.array([0.0]), np.ones((1, 6))), path(dof=5)])
def test_a_trajectory_that_starts_elsewhere(virtual_cell: VirtualCell, wrong: Trajectory) -> None:
    with pytest.raises(ValueError, match="left: the trajectory starts at"):
        virtual_cell.arms["left"].follow(wrong)


def test_a_gripper_meets_something(virtual_cell: VirtualCell) -> None:
    gripper = virtual_cell.arms["left"].gripper
    gripper.between = 0.05
    handle = gripper.move(0.0, speed=0.1)
    virtual_cell.advance(0.5)
    assert (handle.progress, gripper.state.moving) == (Progress.RUNNING, True)
    virtual_cell.advance(0.5)
    assert (handle.progress, gripper.state.width, gripper.state.object_detected) == (Progress.DONE, 0.05, True)
    gripper.move(0.3)
    virtual_cell.advance(5.0)
    assert (gripper.state.width, gripper.state.object_detected) == (0.14, False)


def test_the_camera(virtual_cell: VirtualCell) -> None:
    frame = virtual_cell.camera.capture()
    assert (frame.rgb.shape, frame.depth.shape) == ((120, 160, 3), (120, 160))
    virtual_cell.camera.late = True
    with pytest.raises(TimeoutError):
        virtual_cell.camera.capture()


def test_what_it_has_not_is_told(virtual_cell: VirtualCell) -> None:
    with pytest.raises(RealCellNeeded, match="kinematics of the left arm"):
        _ = virtual_cell.arms["left"].kinematics


def test_it_needs_no_physics(tmp_path: Path) -> None:
    (tmp_path / "m.yaml").write_text("mission: m\nroot: {wait: {seconds: 1}}")
    code = (
        "from pg4da.testing import mission_under_test\n"
        "assert mission_under_test('m.yaml', skills={}).run().outcome == 'success'\n"
        "import sys; print([m for m in ('mujoco', 'embreex', 'toppra', 'eaik') if m in sys.modules])"
    )
    run = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, check=True, capture_output=True, text=True)
    assert run.stdout.strip() == "[]"
