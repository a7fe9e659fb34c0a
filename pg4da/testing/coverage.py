"""Branch coverage of missions: which outcomes each node of a file has shown, over any number of runs."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from py_trees.common import Status

from pg4da.mission.changes import Drained
from pg4da.mission.events import Listener
from pg4da.mission.spec import MissionSpec, NodeSpec
from pg4da.mission.tree import MissionTree
from pg4da.testing.possible import possible
from pg4da.testing.replace import Place, places

NAMES = {Status.SUCCESS: "success", Status.FAILURE: "failure", Status.INVALID: "stopped"}
Spot = tuple[str, int, int]  # file, line, column


@dataclass
class Point:
    """A node of a file. wanted: the outcomes that it can have; seen: those that it had, `stopped` among them."""

    word: str
    name: str
    wanted: frozenset[str]
    seen: set[str] = field(default_factory=set)

    @property
    def missing(self) -> list[str]:
        return sorted(self.wanted - self.seen, reverse=True)

    @property
    def covered(self) -> int:
        return len(self.wanted & self.seen)


class Coverage(Listener):
    """An observer for any Executive; `merge` adds what others have seen.

    What counts are the outcomes success and failure of each node, as far as it can have them. That a running node was
    stopped is noted, and not asked for.
    """

    def __init__(self) -> None:
        self.points: dict[Spot, Point] = {}
        self._spots: list[Spot] = []
        self._running: set[int] = set()

    def expect(self, spec: MissionSpec, used: Iterable[Place] | None = None) -> None:
        """Count a mission's nodes: its own file's, and those of subtrees as far as they are `used` (default: all)."""
        for place in places(spec.root):
            if used is None or place.spec.mark.file == spec.file:
                self._add(place.spec)
        for place in used or ():
            self._add(place.spec)

    def on_tree(self, tree: MissionTree) -> None:
        self._spots = [spot_of(node.spec) for node in tree.nodes]
        self._running.clear()
        for node in tree.nodes:
            self._add(node.spec)

    def on_changes(self, time: float, changes: Drained) -> None:
        for number, status in changes.statuses:
            if status is Status.RUNNING:
                self._running.add(number)
            elif status is not Status.INVALID or number in self._running:
                self._running.discard(number)
                self.points[self._spots[number - 1]].seen.add(NAMES[status])

    @property
    def percent(self) -> float:
        """Outcomes seen of those that can be, over all files."""
        return percent_of(self.points.values())

    def by_file(self) -> dict[str, dict[Spot, Point]]:
        """Points in the order of their files' lines."""
        found: dict[str, dict[Spot, Point]] = {}
        for spot, point in sorted(self.points.items()):
            found.setdefault(spot[0], {})[spot] = point
        return found

    def merge(self, other: Coverage) -> None:
        """Add what another has seen."""
        for spot, point in other.points.items():
            mine = self.points.setdefault(spot, Point(point.word, point.name, point.wanted))
            mine.seen |= point.seen

    def as_dict(self) -> dict[str, Any]:
        """Plain, for JSON; `from_dict` reads it back."""
        files = {
            file: {
                "percent": round(percent_of(points.values()), 2),
                "nodes": [_point_as_dict(spot, point) for spot, point in points.items()],
            }
            for file, points in self.by_file().items()
        }
        return {"version": 1, "percent": round(self.percent, 2), "files": files}

    def as_json(self) -> str:
        return json.dumps(self.as_dict(), indent=1)

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Coverage:
        """What `as_dict` gave."""
        found = cls()
        for file, each in data["files"].items():
            for node in each["nodes"]:
                point = Point(node["word"], node["name"], frozenset(node["wanted"]), set(node["seen"]))
                found.points[file, node["line"], node["column"]] = point
        return found

    def _add(self, node: NodeSpec) -> None:
        spot = spot_of(node)
        if spot not in self.points:
            self.points[spot] = Point(node.word, node.name, possible(node))


def spot_of(node: NodeSpec) -> Spot:
    """Where a node stands."""
    return node.mark.file, node.mark.line, node.mark.column


def percent_of(points: Iterable[Point]) -> float:
    """100 where there is nothing to cover."""
    wanted = covered = 0
    for point in points:
        wanted, covered = wanted + len(point.wanted), covered + point.covered
    return 100.0 * covered / wanted if wanted else 100.0


def _point_as_dict(spot: Spot, point: Point) -> dict[str, Any]:
    return {
        "line": spot[1],
        "column": spot[2],
        "word": point.word,
        "name": point.name,
        "wanted": sorted(point.wanted),
        "seen": sorted(point.seen),
    }


current: Coverage | None = None  # where missions under test add what they saw, while somebody wants to know
