"""A cell with a few blocks, and words to drive it with."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from pg4da.hardware.cell import Arm, Handle, Progress
from pg4da.hardware.frames import Array, looking_down
from pg4da.hardware.trajectory import Trajectory
from pg4da.sim.cell import MujocoCell
from pg4da.sim.scenes.scene import Scene, SceneObject

TICK = 0.008
Place = tuple[str, float, float] | tuple[str, float, float, float]  # shape, x, y [m], turn [deg]


class Rig:
    """Drives the left arm of a cell; every motion is smooth and waited for."""

    def __init__(self, cell: MujocoCell) -> None:
        self.cell = cell
        self.arm: Arm = cell.arms["left"]

    def smooth(self, goal: Array, scale: float = 1.0) -> Trajectory:
        """Straight in configuration space, at rest at both ends, `scale` times about the least duration."""
        start, limits = self.arm.state.q, self.arm.kinematics
        way = np.abs(goal - start)
        by_speed = np.max(1.875 * way / limits.max_velocity)
        by_acceleration = np.max(np.sqrt(5.78 * way / limits.max_acceleration))
        times = np.arange(0.0, 1.02 * scale * max(by_speed, by_acceleration, 0.05) + TICK, TICK)
        s = times / times[-1]
        return Trajectory(times, start + (goal - start) * (10 * s**3 - 15 * s**4 + 6 * s**5)[:, None])

    def above(self, x: float, y: float, z: float, yaw: float = 0.0) -> Array:
        """The configuration with the tool down at a point that is nearest to where the arm is."""
        choices = self.arm.kinematics.inverse(looking_down((x, y, z), yaw))
        return np.asarray(choices[np.abs(choices - self.arm.state.q).max(axis=1).argmin()])

    def wait(self, *handles: Handle, limit: float = 15.0) -> None:
        """Let time pass until all have ended."""
        end = self.cell.clock.now() + limit
        while any(h.progress is Progress.RUNNING for h in handles):
            assert self.cell.clock.now() < end, "a command did not end"
            self.cell.advance(TICK)

    def go(self, goal: Array, scale: float = 1.0) -> None:
        """Follow a smooth motion to its end."""
        handle = self.arm.follow(self.smooth(goal, scale))
        self.wait(handle)
        assert handle.progress is Progress.DONE, handle.message

    def grip(self, width: float, speed: float = 0.1, force: float = 40.0) -> None:
        """Move the fingers and wait."""
        handle = self.arm.gripper.move(width, speed, force)
        self.wait(handle)
        assert handle.progress is Progress.DONE, handle.message

    def reach_round(self, x: float, y: float, tips: float = 0.012) -> None:
        """Open and come down over a block with the fingertips `tips` above the table when they close on 45 mm."""
        self.go(self.above(x, y, 0.15))
        self.grip(0.1)
        self.go(self.above(x, y, tips - self.arm.gripper.tip_retreat(0.045)))


@pytest.fixture
def rig() -> Callable[..., Rig]:
    """rig(("cube", x, y), …, arms=True, …): a cell with blocks standing on the table, the first one the target.

    A fourth number is the block's turn in degrees.
    """

    def make(*blocks: Place, **options: object) -> Rig:
        objects = tuple(_standing(*block) for block in blocks)
        return Rig(MujocoCell(Scene("test", "test", objects, 0), **options))  # type: ignore[arg-type]

    return make


def _standing(shape: str, x: float, y: float, degrees: float = 0.0) -> SceneObject:
    turn = Rotation.from_euler("z", degrees, degrees=True).as_quat()
    return SceneObject(shape, (0.0, 1.0, 0.0), np.array([x, y, 0.0225]), turn)
