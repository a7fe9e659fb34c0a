"""What every node of a run did, and when."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from py_trees.common import Status

from pg4da.mission.changes import Drained
from pg4da.mission.events import Event, Listener
from pg4da.mission.failure import Failure
from pg4da.mission.leaf import SkillNode
from pg4da.mission.tree import MissionTree

Ended = Literal["success", "failure", "stopped", "running"]
WORDS: dict[Status, Ended] = {
    Status.RUNNING: "running",
    Status.SUCCESS: "success",
    Status.FAILURE: "failure",
    Status.INVALID: "stopped",
}


@dataclass
class Visit:
    """One time that a node ran; seconds on the virtual clock. `status` is `running` until it has ended."""

    path: str
    line: int
    status: Ended
    started: float
    ended: float
    leaf: bool = True
    failure: Failure | None = None

    @property
    def seconds(self) -> float:
        return self.ended - self.started


class Visits(Listener):
    """In the order in which nodes started; those that end in their first tick stand where they ended.

    A skill that waited, for an arm or the end of another, and was stopped before it began was not visited.
    """

    def __init__(self) -> None:
        self.all: list[Visit] = []
        self.failures: list[Failure] = []
        self.errors: list[tuple[str, str]] = []  # path, message
        self.abandoned: list[str] = []
        self._tree: MissionTree | None = None
        self._open: dict[int, Visit] = {}
        self._begun: set[str] = set()

    def on_tree(self, tree: MissionTree) -> None:
        self._tree = tree
        self._open.clear()

    def on_changes(self, time: float, changes: Drained) -> None:
        for number, status in changes.statuses:
            self._change(number, status, time)

    def on_event(self, event: Event) -> None:
        if event.kind == "skill_started":
            self._begun.add(str(event.data["path"]))
        elif event.kind == "error":
            self.errors.append((str(event.data["path"]), str(event.data["message"])))
        elif event.kind == "abandoned":
            self.abandoned.append(str(event.data["path"]))

    @property
    def running(self) -> list[str]:
        """Paths of the nodes that have not ended."""
        return [visit.path for visit in self._open.values()]

    def _change(self, number: int, status: Status, time: float) -> None:
        assert self._tree is not None
        node = self._tree.nodes[number - 1]
        visit = self._open.pop(number, None)
        if visit is None:
            visit = Visit(node.path, node.spec.mark.line, "running", time, time, not node.nodes)
            self.all.append(visit)
        visit.status, visit.ended = WORDS[status], time
        if status is Status.RUNNING:
            self._open[number] = visit
        elif status is Status.FAILURE:
            visit.failure = node.failure
            if isinstance(node, SkillNode) and node.failure is not None:
                self.failures.append(node.failure)
        elif status is Status.INVALID and isinstance(node, SkillNode) and node.path not in self._begun:
            self.all.remove(visit)
        if status is not Status.RUNNING:
            self._begun.discard(node.path)
