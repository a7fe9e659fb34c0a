"""Watch over what a gripper carries, and where it must have come down when the fingers lose it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from pg4da.hardware.cell import Arm, Cell
from pg4da.hardware.description.bin import BIN_HALF
from pg4da.hardware.frames import Array
from pg4da.skills.skill import Phase, SkillFailure

THINNEST = 0.004  # m; pads closer than this hold nothing
SLIP = 0.006  # m that fingers close further while they carry; a settling grip closes by half of that
AHEAD = 0.01  # s, over which the tool's velocity is taken
GRAVITY = 9.81  # m/s²
LYING = 0.02  # m, height of the middle of what lies
BESIDE = 0.03  # m beside the bin's walls that the estimate of a fall may be off


@dataclass(frozen=True)
class Loss:
    """What left the fingers of `arm` without being put down: it must have come down at `landing` (2,) [m]."""

    arm: str
    landing: Array

    def into_bin(self, cell: Cell) -> bool:
        """Whether it fell between the bin's walls, as far as a gripper can tell."""
        return bool(np.all(np.abs(self.landing - cell.bin_position[:2]) < np.array(BIN_HALF) + BESIDE))


def holds(arm: Arm) -> bool:
    """Whether the fingers are held open by something."""
    state = arm.gripper.state
    return state.object_detected and state.width >= THINNEST


class Hold:
    """The grip of one arm from now on: `problem` tells when it is gone (`lost_grip`) or going (`slipping`)."""

    def __init__(self, arm: Arm) -> None:
        self._arm = arm
        self._width = arm.gripper.state.width

    def problem(self) -> SkillFailure | None:
        """What the gripper reports now; None while it holds on."""
        width = self._arm.gripper.state.width
        name, closed = self._arm.name, 1000 * (self._width - width)
        if not holds(self._arm):
            return SkillFailure("lost_grip", Phase.EXECUTION, f"the {name} gripper lost what it carried")
        if closed > 1000 * SLIP:
            message = (
                f"the fingers of the {name} gripper closed {closed:.0f} mm further on the way: what they hold slips"
            )
            return SkillFailure("slipping", Phase.EXECUTION, message)
        return None


def landing(arm: Arm) -> Array:
    """Where something let go now comes down, (2,) in `world` [m]: from the fingertips, with the tool's velocity."""
    state, gripper = arm.state, arm.gripper
    tool = arm.kinematics.forward(state.q)
    velocity = (arm.kinematics.forward(state.q + AHEAD * state.dq) - tool)[:3, 3] / AHEAD
    tip = tool[:3, 3] - gripper.tip_retreat(gripper.state.width) * tool[:3, 2]
    fall = float(np.sqrt(2 * max(float(tip[2]) - LYING, 0.0) / GRAVITY))
    return np.asarray(tip[:2] + fall * velocity[:2])
