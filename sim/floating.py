"""Grippers without arms: their configuration is the tool pose, as in the paper's training."""

from __future__ import annotations

import math
from collections.abc import Sequence

import mujoco
import numpy as np
from scipy.spatial.transform import Rotation

from pg4da.hardware.cell import Clock
from pg4da.hardware.description.gripper import add_gripper
from pg4da.hardware.frames import Array, looking_down, transform
from pg4da.hardware.robotiq_2f140.parameters import COUPLING, LENGTH
from pg4da.sim.follower import Follower, Tolerances
from pg4da.sim.gripper import SimGripper
from pg4da.sim.pace import Pace

# Tool above and outside the camera's view of the workspace's middle: x, y, z [m], yaw [rad].
HOMES = {"left": (-0.58, 0.5, 0.35, np.pi / 2), "right": (0.58, 0.5, 0.35, np.pi / 2)}
SMALL = 1e-3  # rad, under which a sine is taken from its series
WELD_SOLREF = (0.008, 1.0)  # two physics steps: MuJoCo allows no stiffer
WELD_SOLIMP = (0.98, 0.995, 0.001, 0.5, 2.0)


class ToolPose:
    """hardware.cell.Kinematics of a floating gripper: configuration [x, y, z, rotation vector], metres and radians."""

    dof = 6
    lower: Array = np.array([-0.75, -0.40, 0.0, -2 * np.pi, -2 * np.pi, -2 * np.pi])
    upper: Array = np.array([0.75, 1.20, 0.80, 2 * np.pi, 2 * np.pi, 2 * np.pi])
    max_velocity: Array = np.array([1.0, 1.0, 1.0, np.pi, np.pi, np.pi])
    max_acceleration: Array = np.array([3.0, 3.0, 3.0, 8.0, 8.0, 8.0])

    def forward(self, q: Array) -> Array:
        """T_world_tool, shape (4, 4)."""
        return transform(Rotation.from_rotvec(q[3:]), q[:3])

    def inverse(self, T_world_tool: Array) -> Array:
        """Both rotation vectors of the pose, shape (n, 6); n = 0 outside the box."""
        position = T_world_tool[:3, 3]
        turn = Rotation.from_matrix(T_world_tool[:3, :3]).as_rotvec()
        if np.any(position < self.lower[:3]) or np.any(position > self.upper[:3]):
            return np.zeros((0, 6))
        size = float(np.linalg.norm(turn))
        turns = [turn] if size < 1e-9 else [turn, turn * (1 - 2 * np.pi / size)]
        return np.array([[*position, *t] for t in turns])


def configuration(T_world_tool: Array) -> Array:
    """[x, y, z, rotation vector] of a tool pose."""
    return np.concatenate([T_world_tool[:3, 3], Rotation.from_matrix(T_world_tool[:3, :3]).as_rotvec()])


def home(name: str) -> Array:
    """Home configuration of one floating gripper."""
    x, y, z, yaw = HOMES[name]
    return configuration(looking_down((x, y, z), yaw))


def add_floating(spec: mujoco.MjSpec, name: str) -> None:
    """A gripper on a free body that is welded to a mocap body, which carries the set point."""
    T = transform(Rotation.from_rotvec(home(name)[3:]), home(name)[:3])
    pose = {"pos": T[:3, 3], "quat": np.roll(Rotation.from_matrix(T[:3, :3]).as_quat(), 1)}
    spec.worldbody.add_body(name=f"{name}/setpoint", mocap=True, **pose)
    hand = spec.worldbody.add_body(name=f"{name}/hand", gravcomp=1.0, **pose)
    hand.mass, hand.inertia, hand.explicitinertial = 1.0, [4e-3, 4e-3, 4e-3], True
    hand.add_freejoint(name=f"{name}/hand")
    add_gripper(spec, hand, name, -(COUPLING + LENGTH))
    weld = spec.add_equality(
        name=f"{name}/weld",
        type=mujoco.mjtEq.mjEQ_WELD,
        objtype=mujoco.mjtObj.mjOBJ_BODY,
        name1=f"{name}/setpoint",
        name2=f"{name}/hand",
    )
    weld.solref, weld.solimp = list(WELD_SOLREF), list(WELD_SOLIMP)


class FloatingGripper(Follower):
    """hardware.cell.Arm whose joints are the tool pose itself."""

    def __init__(
        self,
        name: str,
        model: mujoco.MjModel,
        data: mujoco.MjData,
        clock: Clock,
        gripper: SimGripper,
        pace: Pace | None = None,
    ) -> None:
        tolerances = Tolerances(arrived=0.003, given_up=0.08)
        super().__init__(name, ToolPose(), gripper, home(name), clock, model.opt.timestep, tolerances, pace)
        self._data = data
        joint = model.joint(f"{name}/hand").id
        self._q, self._v = int(model.jnt_qposadr[joint]), int(model.jnt_dofadr[joint])
        self._mocap = int(model.body_mocapid[model.body(f"{name}/setpoint").id])
        self._turn = self.home[3:].copy()
        # A weld damps against standing still and so trails a moving set point by this time [s].
        self._lead = 2 * WELD_SOLREF[0] * WELD_SOLIMP[1] - model.opt.timestep

    def _measure(self) -> tuple[Array, Array]:
        x, y, z, *quat = self._data.qpos[self._q : self._q + 7].tolist()
        turn = _nearest(np.array(turn_of(quat)), self._turn)
        velocity = self._data.qvel[self._v : self._v + 6]
        return np.array([x, y, z, *turn]), np.array([*velocity[:3], *turn_rate(turn, velocity[3:])])

    def _command(self, q: Array, dq: Array) -> None:
        self._turn = q[3:]
        ahead = q + self._lead * dq
        self._data.mocap_pos[self._mocap] = ahead[:3]
        self._data.mocap_quat[self._mocap] = quat_of(ahead[3:].tolist())


def turn_rate(turn: Array, spin: Array) -> Array:
    """Rate of a rotation vector, shape (3,), from the angular velocity [rad/s] in the turning body's own frame."""
    size = math.sqrt(turn.dot(turn))
    if size < 1e-6:
        return np.asarray(spin, float)
    c = 1 / size**2 - 1 / (2 * size * np.tan(size / 2))
    once = _cross(turn, spin)
    return np.asarray(spin + once / 2 + c * _cross(turn, once))


def turn_of(quat: Sequence[float]) -> list[float]:
    """The rotation vector, no longer than π, of a quaternion w, x, y, z.

    SciPy's formula, at a tenth of its cost for a single one: this is looked at in every tick.
    """
    w, x, y, z = quat
    norm = math.sqrt(x * x + y * y + z * z + w * w)
    w, x, y, z = w / norm, x / norm, y / norm, z / norm
    if w < 0:
        w, x, y, z = -w, -x, -y, -z
    angle = 2 * math.atan2(math.sqrt(x * x + y * y + z * z), w)
    square = angle * angle
    scale = 2 + square / 12 + 7 * square * square / 2880 if angle <= SMALL else angle / math.sin(angle / 2)
    return [scale * x, scale * y, scale * z]


def quat_of(turn: Sequence[float]) -> list[float]:
    """The quaternion w, x, y, z of a rotation vector, by SciPy's formula."""
    x, y, z = turn
    angle = math.sqrt(x * x + y * y + z * z)
    square = angle * angle
    scale = 0.5 - square / 48 + square * square / 3840 if angle <= SMALL else math.sin(angle / 2) / angle
    return [math.cos(angle / 2), scale * x, scale * y, scale * z]


def _cross(a: Array, b: Array) -> Array:
    """np.cross of two vectors (3,), at a tenth of its cost."""
    (a0, a1, a2), (b0, b1, b2) = a.tolist(), b.tolist()
    return np.array([a1 * b2 - a2 * b1, a2 * b0 - a0 * b2, a0 * b1 - a1 * b0])


def _nearest(turn: Array, reference: Array) -> Array:
    """The rotation vector of the same rotation nearest to a reference: whole turns more or less are the same."""
    size = math.sqrt(turn.dot(turn))
    if size < 1e-9:
        return turn
    choices = [turn * (1 + 2 * np.pi * n / size) for n in (-1, 0, 1)]
    apart = [choice - reference for choice in choices]
    return choices[int(np.argmin([d.dot(d) for d in apart]))]
