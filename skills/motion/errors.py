"""Why a motion can't be made. Found before anything moves."""

from __future__ import annotations


class MotionError(Exception):
    """`code`: a short snake_case word. `arm`, `stage`, `index`: which arm, which stage, which pose of it (or None).

    hand: it is the gripper that can't go there, however its arm is bent.
    """

    def __init__(
        self,
        code: str,
        message: str,
        arm: str,
        index: int | None = None,
        stage: int | None = None,
        hand: bool = False,
    ) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.arm = arm
        self.index = index
        self.stage = stage
        self.hand = hand


class Unreachable(MotionError):
    """No configuration reaches the pose (`unreachable`), or none follows from the pose before it (`discontinuous`)."""


class Blocked(MotionError):
    """Something is in the way: `arm_collision`, `clutter_collision`, `outside_workspace`; or `too_fast`."""
