"""What one skill may use of the cell: everything may be read, but only what it declares in `needs` be used."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, cast

from pg4da.hardware.cell import Arm, Camera
from pg4da.mission.clock import MissionCell


class Undeclared(Exception):
    """A skill used an arm or the camera without saying so, and without holding it."""


class PermittedCell:
    """The mission's cell as a skill with these `needs` sees it."""

    def __init__(self, cell: MissionCell, word: str, needs: frozenset[str]) -> None:
        self._cell, self._word, self._needs = cell, word, needs
        self.clock = cell.clock
        self.arms: Mapping[str, Arm] = cell.arms
        if not needs >= cell.arms.keys():
            watched = {name: cast(Arm, WatchedArm(arm, word, name)) for name, arm in cell.arms.items()}
            self.arms = {name: arm if name in needs else watched[name] for name, arm in cell.arms.items()}

    @property
    def camera(self) -> Camera:
        if "camera" not in self._needs:
            raise Undeclared(f"{self._word} uses the camera, which is not in its needs")
        return self._cell.camera

    def __getattr__(self, name: str) -> Any:
        return getattr(self._cell, name)


class WatchedArm:
    """An arm, or its gripper, that may be looked at only."""

    def __init__(self, part: Any, word: str, name: str) -> None:
        self._part, self._word, self._name = part, word, name

    @property
    def gripper(self) -> Any:
        return WatchedArm(self._part.gripper, self._word, self._name)

    def __getattr__(self, name: str) -> Any:
        return self._refuse if name in ("follow", "stop", "move") else getattr(self._part, name)

    def _refuse(self, *_: Any, **__: Any) -> None:
        raise Undeclared(f"{self._word} commands the {self._name} arm, which is not in its needs")
