"""Failure codes that several skills share, each with a line for people; a skill's own codes stand in its file."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

MOVING = {
    "arm_fault": "an arm or a gripper reports a fault",
    "motion_cancelled": "a motion was stopped from outside before its end",
    "arm_blocked": "an arm left its path: something is in its way",
    "motion_timeout": "a motion was not finished in its time",
}
JAMMING = {"jammed": "something jams between the fingers and the table"}
GRIPPING = {
    "arm_fault": MOVING["arm_fault"],
    "motion_cancelled": MOVING["motion_cancelled"],
    "gripper_timeout": "a gripper was not finished in its time",
}
LOOKING = {
    "camera_timeout": "no picture from the camera",
    "bad_frame": "a picture that cannot be used",
}
CARRYING = {**MOVING, "lost_grip": "what an arm held is not in its gripper any more"}
FETCHING = {**CARRYING, "nothing_to_place": "the gripper holds nothing"}
HOMING = {**MOVING, "unreachable_home": "no way home was found"}


def ends_with(*shared: Mapping[str, str], **own: str) -> Mapping[str, str]:
    """The `codes` of a skill: those of what it calls, and its own, each with a line for people."""
    return MappingProxyType({code: line for group in (*shared, own) for code, line in group.items()})
