"""What came of a mission under test."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pg4da.mission.failure import Failure
from pg4da.mission.loop import Outcome
from pg4da.testing.cell import VirtualCell
from pg4da.testing.patterns import matches
from pg4da.testing.scripted import Call
from pg4da.testing.visits import Visit

SHOWN = 25  # visits in a message


class StillRunning(AssertionError):
    """The mission had not ended within its bound of virtual seconds."""


@dataclass(frozen=True)
class MissionRun:
    """seconds: on the virtual clock. board: the mission's values at its end. failures: of skills, in their order.

    abandoned: paths of skills that did not end when they were stopped.
    """

    outcome: Outcome
    failure: Failure | None
    outputs: Mapping[str, Any]
    seconds: float
    board: Mapping[str, Any]
    all_visits: tuple[Visit, ...]
    all_calls: tuple[Call, ...]
    failures: tuple[Failure, ...]
    abandoned: tuple[str, ...]
    cell: VirtualCell

    def visits(self, pattern: str) -> list[Visit]:
        """Of the nodes that a pattern means, in their order."""
        return [visit for visit in self.all_visits if matches(pattern, visit.path)]

    def visited(self, pattern: str) -> bool:
        """Whether any of them ran."""
        return any(matches(pattern, visit.path) for visit in self.all_visits)

    def calls(self, pattern: str) -> list[Call]:
        """Each start of the replaced nodes that a pattern means, with the inputs that they were given."""
        return [call for call in self.all_calls if matches(pattern, call.path)]

    def __str__(self) -> str:
        lines = [f"{self.outcome} after {self.seconds:.2f} s"]
        lines += [f"  {cause}" for cause in (self.failure.chain() if self.failure else ())]
        return "\n".join([*lines, *trace(self.all_visits)])


def trace(visits: tuple[Visit, ...]) -> list[str]:
    """The last leaves that ran, a line each, in the order in which they ended."""
    leaves = sorted((visit for visit in visits if visit.leaf), key=lambda visit: visit.ended)
    lines = [f"  {v.ended:8.2f} s  {v.status:8} {short(v.path)}" for v in leaves[-SHOWN:]]
    more = len(leaves) - len(lines)
    return [f"  ({more} before)", *lines] if more else lines


def short(path: str) -> str:
    """The last three names of a path."""
    names = path.split("/")
    return path if len(names) <= 3 else "…/" + "/".join(names[-3:])
