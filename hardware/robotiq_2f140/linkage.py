"""The finger linkage of the 2F-140: a parallelogram, so the pads stay parallel while their tips move on an arc.

Geometry of the ROS-industrial model of the gripper: knuckle hinges 30.6 mm beside the axis and 54.9 mm above the base,
links of 100 mm, upright when closed. The opening angle follows from the maker's stroke of 140 mm.
"""

from __future__ import annotations

import math

from pg4da.hardware.robotiq_2f140.parameters import MAX_WIDTH

LINK = 0.1000  # m, between the two hinges of a finger
HINGE_X = 0.0306  # m, knuckle hinge beside the gripper's axis
HINGE_Z = 0.0549  # m, knuckle hinge above the gripper's base
OPEN_TILT = math.asin(MAX_WIDTH / 2 / LINK)  # rad, of a link from upright, fully open
CLOSED_ANGLE = OPEN_TILT  # rad, joint angle when closed; 0 is fully open


def angle(width: float) -> float:
    """Joint angle [rad] of the knuckle at a width [m] between the pads, clamped to the stroke."""
    return OPEN_TILT - math.asin(min(max(width, 0.0), MAX_WIDTH) / 2 / LINK)


def width(joint_angle: float) -> float:
    """Width [m] between the pads at a knuckle angle [rad]."""
    return 2 * LINK * math.sin(OPEN_TILT - joint_angle)


def tip_retreat(opening: float) -> float:
    """How far [m] the fingertips lie behind their closed position at an opening [m]: 28.6 mm fully open."""
    return LINK * (1 - math.cos(OPEN_TILT - angle(opening)))


def torque(force: float, joint_angle: float) -> float:
    """Torque [Nm] on the common knuckle angle that presses each pad with force [N]."""
    return 2 * force * LINK * math.cos(OPEN_TILT - joint_angle)


def angular_rate(speed: float, joint_angle: float) -> float:
    """Knuckle rate [rad/s] that changes the width at speed [m/s]."""
    return speed / (2 * LINK * math.cos(OPEN_TILT - joint_angle))
