"""A gripper without an arm in Isaac Gym: six joints in a row, three that slide, three that turn.

MuJoCo's floating grippers hang on a weld, which Isaac Gym has not. The turns start from "tool down", so that they stay
small for what grippers do here.
"""

from __future__ import annotations

import mujoco
import numpy as np
from scipy.spatial.transform import Rotation

from pg4da.hardware.description.gripper import add_gripper
from pg4da.hardware.description.shapes import set_inertia, wxyz
from pg4da.hardware.frames import Array, looking_down, transform
from pg4da.hardware.robotiq_2f140.parameters import COUPLING, LENGTH

JOINTS = ("x", "y", "z", "yaw", "pitch", "roll")
STIFFNESS = (2e4, 2e4, 2e4, 400.0, 400.0, 400.0)  # N/m, Nm/rad; the hand follows within 3 mm at full acceleration
DAMPING = (600.0, 600.0, 600.0, 12.0, 12.0, 12.0)  # Ns/m, Nms/rad
EFFORT = (300.0, 300.0, 300.0, 30.0, 30.0, 30.0)  # N, Nm
R_DOWN: Array = looking_down((0.0, 0.0, 0.0), 0.0)[:3, :3]
LOWER = (-1.0, -0.6, -0.1, -3 * np.pi, -1.5, -1.5)  # m, rad
UPPER = (1.0, 1.4, 1.0, 3 * np.pi, 1.5, 1.5)
LINK_MASS = 0.2  # kg, of each link that is not the hand
AXES = ((1, 0, 0), (0, 1, 0), (0, 0, 1), (0, 0, 1), (0, 1, 0), (1, 0, 0))


def add_chain(spec: mujoco.MjSpec, name: str) -> mujoco.MjsBody:
    """A root at world's origin, the joints `{name}/x` … `{name}/roll`, and the gripper. Returns the root."""
    spec.compiler.degree = False
    root = body = spec.worldbody.add_body(name=f"{name}/root")
    set_inertia(root, LINK_MASS, np.zeros(3), (1e-3, 1e-3, 1e-3), np.eye(3))
    for i, (joint, axis) in enumerate(zip(JOINTS, AXES, strict=True)):
        quat = wxyz(R_DOWN) if i == 3 else np.array([1.0, 0.0, 0.0, 0.0])
        body = body.add_body(name=f"{name}/{joint}_link", quat=quat, gravcomp=1.0)
        set_inertia(body, LINK_MASS, np.zeros(3), (1e-3, 1e-3, 1e-3), np.eye(3))
        body.add_joint(
            name=f"{name}/{joint}",
            type=mujoco.mjtJoint.mjJNT_SLIDE if i < 3 else mujoco.mjtJoint.mjJNT_HINGE,
            axis=list(axis),
            limited=mujoco.mjtLimited.mjLIMITED_TRUE,
            range=[LOWER[i], UPPER[i]],
        )
    add_gripper(spec, body, name, -(COUPLING + LENGTH))
    return root


def joints_of(T_world_tool: Array, near: Array) -> Array:
    """Joint positions (6,) of a tool pose (4, 4), the yaw nearest to that of `near` (6,)."""
    turns = Rotation.from_matrix(R_DOWN.T @ T_world_tool[:3, :3]).as_euler("ZYX")
    turns[0] += 2 * np.pi * np.round((near[3] - turns[0]) / (2 * np.pi))
    return np.array([*T_world_tool[:3, 3], *turns])


def tool_pose(joints: Array) -> Array:
    """T_world_tool (4, 4) of joint positions (6,)."""
    return transform(R_DOWN @ Rotation.from_euler("ZYX", joints[3:]).as_matrix(), tuple(joints[:3]))
