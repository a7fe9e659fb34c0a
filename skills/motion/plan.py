"""What the planner answers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from pg4da.hardware.frames import Array
from pg4da.hardware.trajectory import Trajectory


@dataclass(frozen=True)
class Plan:
    """One mapping of arm name to trajectory a stage; the arms of a stage start together and take equally long.

    goal: the configuration at the end, (dof,), of every arm that was named in `start`.
    """

    stages: tuple[Mapping[str, Trajectory], ...]
    goal: Mapping[str, Array]

    @property
    def duration(self) -> float:
        """Seconds that all stages take one after the other."""
        return sum(max((t.duration for t in stage.values()), default=0.0) for stage in self.stages)
