"""Why a motion can't be made. Found before anything moves."""

from __future__ import annotations


class MotionError(Exception):
    """`code`: a short snake_case word. `arm`: which arm. `index`: which pose of the stage, or None."""

    def __init__(self, code: str, message: str, arm: str, index: int | None = None) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.arm = arm
        self.index = index


class Unreachable(MotionError):
    """No configuration reaches the pose (`unreachable`), or none follows from the pose before it (`discontinuous`)."""


class Blocked(MotionError):
    """Something is in the way: `arm_collision`, `clutter_collision`, `outside_workspace`; or `too_fast`."""
