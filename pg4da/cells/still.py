"""A cell whose arms and grippers are never commanded: what a dry run works with."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pg4da.hardware.cell import Arm, Cell, Gripper, Handle
from pg4da.hardware.trajectory import Trajectory


class Moved(RuntimeError):
    """Something wanted to move in a dry run."""


class StillGripper:
    """Passes on what is asked, nothing that is told."""

    def __init__(self, inside: Gripper) -> None:
        self._inside = inside

    def move(self, width: float, speed: float = 0.1, force: float = 40.0) -> Handle:
        """Raises Moved."""
        raise Moved("a gripper was told to move")

    def __getattr__(self, name: str) -> Any:
        return getattr(self._inside, name)


class StillArm:
    """Passes on what is asked, nothing that is told."""

    def __init__(self, inside: Arm) -> None:
        self._inside = inside
        self.gripper = StillGripper(inside.gripper)

    def follow(self, trajectory: Trajectory) -> Handle:
        """Raises Moved."""
        raise Moved("an arm was told to move")

    def __getattr__(self, name: str) -> Any:
        return getattr(self._inside, name)


class StillCell:
    """hardware.cell.Cell around another: state, pictures and time pass through, motions do not."""

    def __init__(self, inside: Cell) -> None:
        self._inside = inside
        self.arms: Mapping[str, Any] = {name: StillArm(arm) for name, arm in inside.arms.items()}

    def __getattr__(self, name: str) -> Any:
        return getattr(self._inside, name)
