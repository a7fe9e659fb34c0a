"""Why a motion can't be made. Found before anything moves."""

from __future__ import annotations


class MotionError(Exception):
    """`code`: a short snake_case word. `arm`, `stage`, `index`: which arm, which stage, which pose of it (or None)."""

    def __init__(self, code: str, message: str, arm: str, index: int | None = None, stage: int | None = None) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.arm = arm
        self.index = index
        self.stage = stage


class Unreachable(MotionError):
    """No configuration reaches the pose (`unreachable`), or none follows from the pose before it (`discontinuous`)."""


class Blocked(MotionError):
    """Something is in the way: `arm_collision`, `clutter_collision`, `outside_workspace`; or `too_fast`."""
