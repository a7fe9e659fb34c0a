"""What a virtual cell has not: a planner, kinematics, a policy. Whoever wants them is told what to replace."""

from __future__ import annotations

from typing import Any, NoReturn


class RealCellNeeded(AssertionError):
    """A skill that was not replaced wants more of the cell than the virtual one has."""


class Absent:
    """Stands where the thing would be; every use of it raises RealCellNeeded."""

    def __init__(self, what: str) -> None:
        self._what = what

    def __getattr__(self, name: str) -> NoReturn:
        if name.startswith("__"):
            raise AttributeError(name)
        raise RealCellNeeded(f"it needs {self._what}, which a virtual cell has not")

    def __call__(self, *_: Any, **__: Any) -> NoReturn:
        raise RealCellNeeded(f"it needs {self._what}, which a virtual cell has not")
