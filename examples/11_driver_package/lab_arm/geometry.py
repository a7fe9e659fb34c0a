"""The LA6's kinematics, limits and shape: what the planner and the cell's guard know of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from pg4da.hardware.dh_kinematics import Dh, DhKinematics, JointLimits
from pg4da.hardware.frames import Array
from pg4da.hardware.robotiq_2f140.parameters import T_FLANGE_TOOL
from pg4da.hardware.shaped import LINKS

if TYPE_CHECKING:
    import mujoco

JOINTS = ("turn", "lift", "bend", "pitch", "yaw", "roll")
DH = Dh(
    alpha=np.array([np.pi / 2, 0.0, 0.0, np.pi / 2, -np.pi / 2, 0.0]),
    a=np.array([0.0, -0.45, -0.40, 0.0, 0.0, 0.0]),
    d=np.array([0.17, 0.0, 0.0, 0.14, 0.105, 0.10]),
)
PEDESTAL = 0.09  # m; the first link's housing begins above what the arm stands on
RADII = (0.060, 0.055, 0.045, 0.040, 0.040, 0.0375)  # m, of the links
LIMITS = JointLimits(
    lower=np.array([-np.pi, -np.pi, -2.8, -np.pi, -np.pi, -np.pi]),
    upper=np.array([np.pi, np.pi, 2.8, np.pi, np.pi, np.pi]),
    max_velocity=np.full(6, 2.0),
    max_acceleration=np.full(6, 4.0),
)


class La6Kinematics(DhKinematics):
    """`hardware.cell.Kinematics` and `hardware.shaped.Shaped`; it carries a 2F-140."""

    joints = JOINTS

    def __init__(self, T_world_base: Array) -> None:
        super().__init__(DH, T_world_base, T_FLANGE_TOOL, LIMITS)

    def add_to(self, spec: mujoco.MjSpec, name: str) -> None:
        """A capsule a link, from its joint to the next."""
        import mujoco

        from pg4da.hardware.description.gripper import add_gripper
        from pg4da.hardware.description.shapes import wxyz

        T = self.T_world_base
        body = spec.worldbody.add_body(name=f"{name}/base", pos=T[:3, 3], quat=wxyz(T[:3, :3]))
        T = np.eye(4)
        for i, link in enumerate(LINKS):
            body = body.add_body(name=f"{name}/{link}", pos=T[:3, 3], quat=wxyz(T[:3, :3]))
            body.add_joint(name=f"{name}/{JOINTS[i]}", type=mujoco.mjtJoint.mjJNT_HINGE, axis=[0.0, 0.0, 1.0])
            T = to_next(i)
            body.add_geom(
                name=f"{name}/{link}/0",
                type=mujoco.mjtGeom.mjGEOM_CAPSULE,
                fromto=[0.0, 0.0, PEDESTAL if i == 0 else 0.0, *T[:3, 3]],
                size=[RADII[i], 0.0, 0.0],
            )
        add_gripper(spec, body, name, float(T[2, 3]))
        spec.add_exclude(bodyname1=f"{name}/base", bodyname2=f"{name}/shoulder")


def to_next(i: int) -> Array:
    """From joint i's frame, z along its axis, to the frame of the next, (4, 4)."""
    c, s = np.cos(DH.alpha[i]), np.sin(DH.alpha[i])
    T = np.eye(4)
    T[:3, :3] = [[1, 0, 0], [0, c, -s], [0, s, c]]
    T[:3, 3] = [DH.a[i], 0.0, DH.d[i]]
    return T
