"""One arm as MuJoCo sees it: a UR5e with a 2F-140, put into any spec; and where the cell's two arms stand."""

from __future__ import annotations

import mujoco
import numpy as np
from scipy.spatial.transform import Rotation

from pg4da.hardware.description.gripper import add_gripper
from pg4da.hardware.description.shapes import wxyz
from pg4da.hardware.description.ur5e import add_links, dh_offset
from pg4da.hardware.frames import Array, transform

PLINTH_HEIGHT = 0.10  # m

# T_world_base, the DH base frame. With shoulder_pan at 0 each arm points at the other, far from its joint limits.
ARM_BASES: dict[str, Array] = {
    "left": transform(Rotation.from_euler("z", np.pi), (-0.55, 0.5, PLINTH_HEIGHT)),
    "right": transform(np.eye(3), (0.55, 0.5, PLINTH_HEIGHT)),
}


def add_arm(spec: mujoco.MjSpec, name: str, T_world_base: Array) -> None:
    """Add a UR5e with its gripper to a spec.

    Joints `{name}/shoulder_pan` .. `{name}/wrist_3` (parameters.JOINTS) and `{name}/finger_a` .. (GRIPPER_JOINTS);
    sites `{name}/flange` and `{name}/tool`; geoms `{name}/<link>/<n>`. Actuators belong to the simulation.
    """
    base = spec.worldbody.add_body(name=f"{name}/base", pos=T_world_base[:3, 3], quat=wxyz(T_world_base[:3, :3]))
    wrist_3 = add_links(base, name)
    T = dh_offset(5)
    wrist_3.add_site(name=f"{name}/flange", pos=T[:3, 3], quat=wxyz(T[:3, :3]), size=[0.004])
    add_gripper(spec, wrist_3, name, float(T[2, 3]))
    # A link may touch its neighbour's housing; MuJoCo filters parents itself, but not a base welded to the world.
    spec.add_exclude(bodyname1=f"{name}/base", bodyname2=f"{name}/shoulder")
