"""Arms, grippers and the camera of a world in the sidecar."""

from __future__ import annotations

from functools import partial

import numpy as np
from scipy.spatial.transform import Rotation

from pg4da.hardware.cell import CameraFrame, Clock, Kinematics
from pg4da.hardware.description.gripper import GRIPPER_JOINTS
from pg4da.hardware.description.robot import ARM_BASES
from pg4da.hardware.frames import Array, transform
from pg4da.hardware.robotiq_2f140.parameters import T_FLANGE_TOOL
from pg4da.hardware.ur5e.kinematics import UR5eKinematics
from pg4da.hardware.ur5e.parameters import HOME, JOINTS
from pg4da.sim.camera import T_WORLD_CAMERA
from pg4da.sim.camera_noise import XTION, with_noise
from pg4da.sim.driven_gripper import DrivenGripper
from pg4da.sim.floating import ToolPose, home
from pg4da.sim.follower import Follower, Tolerances
from pg4da.sim.isaacgym import floating
from pg4da.sim.isaacgym.process import SidecarLost
from pg4da.sim.isaacgym.remote import Remote
from pg4da.sim.pace import Pace

EPSILON = 1e-4  # s, for rates of the tool pose


class RemoteGripper(DrivenGripper):
    """hardware.cell.Gripper: both fingers on one drive, each with half its torque."""

    def __init__(self, name: str, remote: Remote, clock: Clock, pace: Pace | None = None, world: int = 0) -> None:
        super().__init__(clock, remote.description["timestep"], 0.0, pace)
        self._remote, self._world = remote, world
        self._all = [remote.index[f"{name}/{joint}"] for joint in GRIPPER_JOINTS]
        self._fingers = self._all[:2]

    def _angle(self) -> float:
        return float(self._remote.q[self._world, self._fingers].mean())

    def _rate(self) -> float:
        return float(self._remote.dq[self._world, self._fingers].mean())

    def _drive(self, angle: float, low: float, high: float) -> None:
        self._remote.targets[self._world, self._all] = angle
        self._remote.efforts[self._world, self._fingers] = (low / 2, high / 2)


class RemoteArm(Follower):
    """hardware.cell.Arm: a UR5e."""

    def __init__(self, name: str, remote: Remote, clock: Clock, pace: Pace, world: int = 0) -> None:
        kinematics: Kinematics = UR5eKinematics(ARM_BASES[name], T_FLANGE_TOOL)
        gripper = RemoteGripper(name, remote, clock, pace, world)
        timestep = remote.description["timestep"]
        super().__init__(name, kinematics, gripper, HOME.copy(), clock, timestep, Tolerances(), pace)
        self._remote, self._world = remote, world
        self._dofs = [remote.index[f"{name}/{joint}"] for joint in JOINTS]
        self.base = ARM_BASES[name]

    def _measure(self) -> tuple[Array, Array]:
        return self._remote.q[self._world, self._dofs], self._remote.dq[self._world, self._dofs]

    def _command(self, q: Array, dq: Array) -> None:
        self._remote.targets[self._world, self._dofs] = q
        self._remote.speeds[self._world, self._dofs] = dq


class RemoteFloating(Follower):
    """hardware.cell.Arm without joints: its configuration is the tool pose, as in sim.floating."""

    def __init__(self, name: str, remote: Remote, clock: Clock, pace: Pace, world: int = 0) -> None:
        gripper = RemoteGripper(name, remote, clock, pace, world)
        tolerances = Tolerances(arrived=0.003, given_up=0.08)
        timestep = remote.description["timestep"]
        super().__init__(name, ToolPose(), gripper, home(name), clock, timestep, tolerances, pace)
        self._remote, self._world = remote, world
        self._dofs = [remote.index[f"{name}/{joint}"] for joint in floating.JOINTS]
        self._turn = self.home[3:].copy()

    def _measure(self) -> tuple[Array, Array]:
        joints, rates = self._remote.q[self._world, self._dofs], self._remote.dq[self._world, self._dofs]
        here, then = (_configuration(j, self._turn) for j in (joints, joints + EPSILON * rates))
        return here, (then - here) / EPSILON

    def _command(self, q: Array, dq: Array) -> None:
        self._turn = q[3:]
        near = self._remote.targets[self._world, self._dofs]
        here, then = (floating.joints_of(_pose(c), near) for c in (q, q + EPSILON * dq))
        self._remote.targets[self._world, self._dofs] = here
        self._remote.speeds[self._world, self._dofs] = (then - here) / EPSILON


def _pose(q: Array) -> Array:
    return transform(Rotation.from_rotvec(q[3:]), tuple(q[:3]))


def _configuration(joints: Array, near: Array) -> Array:
    """[x, y, z, rotation vector], of the same turns the vector nearest to `near` (3,)."""
    T = floating.tool_pose(joints)
    turn = Rotation.from_matrix(T[:3, :3]).as_rotvec()
    size = float(np.linalg.norm(turn))
    choices = [turn] if size < 1e-9 else [turn * (1 + 2 * np.pi * n / size) for n in (-1, 0, 1)]
    return np.array([*T[:3, 3], *min(choices, key=partial(_distance, near))])


def _distance(a: Array, b: Array) -> float:
    return float(np.linalg.norm(a - b))


class RemoteCamera:
    """hardware.cell.Camera. With `noise`, pictures look like an Xtion's."""

    def __init__(self, remote: Remote, noise: bool, rng: np.random.Generator, world: int = 0) -> None:
        self._remote, self._noise, self._rng, self._world = remote, noise, rng, world
        self._sequence = 0

    def capture(self, timeout: float = 1.0) -> CameraFrame:
        """A frame of the present state. Raises TimeoutError when the sidecar is lost; its own bound holds."""
        try:
            seen = self._remote.picture(self._world)
        except SidecarLost as lost:
            raise TimeoutError(str(lost)) from lost
        rgb, depth, K = np.array(seen["rgb"]), np.array(seen["depth"], np.float32), np.array(seen["K"], float)
        if self._noise:
            rgb, depth = with_noise(rgb, depth, K, self._rng, XTION)
        self._sequence += 1
        stamp = self._remote.time
        return CameraFrame(rgb, depth, K, np.array(T_WORLD_CAMERA), stamp, self._sequence, "isaacgym")
