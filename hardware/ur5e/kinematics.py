"""Forward and inverse kinematics of a UR5e with a tool, in `world`, and how it looks."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from pg4da.hardware.dh_kinematics import BRANCHES, Dh, DhKinematics, JointLimits
from pg4da.hardware.frames import Array
from pg4da.hardware.ur5e import parameters as ur5e

if TYPE_CHECKING:
    import mujoco

__all__ = ["BRANCHES", "UR5eKinematics"]


class UR5eKinematics(DhKinematics):
    """`hardware.cell.Kinematics` and `hardware.shaped.Shaped` of one UR5e; limits only narrow the maker's.

    Raises ValueError for a pose that is not (4, 4) and finite.
    """

    joints = ur5e.JOINTS

    def __init__(
        self,
        T_world_base: Array,
        T_flange_tool: Array,
        max_velocity: Array = ur5e.MAX_VELOCITY,
        max_acceleration: Array = ur5e.MAX_ACCELERATION,
        lower: Array = ur5e.LOWER,
        upper: Array = ur5e.UPPER,
    ) -> None:
        limits = JointLimits(
            np.maximum(lower, ur5e.LOWER),
            np.minimum(upper, ur5e.UPPER),
            np.array(max_velocity, float),
            np.array(max_acceleration, float),
        )
        super().__init__(Dh(ur5e.DH_ALPHA, ur5e.DH_A, ur5e.DH_D), T_world_base, T_flange_tool, limits)

    def add_to(self, spec: mujoco.MjSpec, name: str) -> None:
        """`hardware.shaped.Shaped.add_to`."""
        from pg4da.hardware.description.robot import add_arm

        add_arm(spec, name, self.T_world_base)
