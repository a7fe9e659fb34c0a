"""A mission ready to run: an ordinary py_trees behaviour with typed inputs and outputs and a blackboard of its own."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from py_trees.behaviour import Behaviour
from py_trees.common import Status

from pg4da.mission.builder import build
from pg4da.mission.changes import Board
from pg4da.mission.declarations import bind
from pg4da.mission.failure import Failure
from pg4da.mission.loader import load_spec
from pg4da.mission.node import FAILURE, INVALID, RUNNING, Node
from pg4da.mission.questions import Questions
from pg4da.mission.runtime import Runtime
from pg4da.mission.spec import MissionSpec
from pg4da.skills.skill import Context, Skill


class MissionTree(Behaviour):
    """The root. It ends only after every pending `finally` has run."""

    def __init__(
        self, spec: MissionSpec, skills: Mapping[str, type[Skill]], context: Context, inputs: Mapping[str, Any]
    ) -> None:
        super().__init__(spec.name)
        self.spec, self.runtime, self.inputs = spec, Runtime(context), inputs
        self.board = Board(self.runtime.changes)
        self.root: Node = build(spec.root, skills, self.runtime, self.board)
        self.children = [self.root]
        self.root.parent = self

    @property
    def nodes(self) -> Sequence[Node]:
        """All nodes; `nodes[n - 1]` is number n."""
        return self.runtime.nodes

    @property
    def questions(self) -> Questions:
        """What prompts ask; an application that ticks the mission itself answers here."""
        return self.runtime.questions

    @property
    def failure(self) -> Failure | None:
        """Why the mission failed."""
        return self.runtime.safety or self.root.failure

    @property
    def outputs(self) -> dict[str, Any]:
        """The declared outputs, None where nothing was written."""
        return {name: self.board.get(name, declared.default) for name, declared in self.spec.outputs.items()}

    def initialise(self) -> None:
        self.board.clear()
        self.board.write(self.inputs)
        self.runtime.pending.clear()
        self.runtime.safety = None
        self._ended = INVALID

    def update(self) -> Status:
        if self.runtime.pending:
            return self._after_pending()
        self.root.tick_once()
        if self.root.status is RUNNING:
            return RUNNING
        self._ended = self.root.status
        return RUNNING if self.runtime.pending else self._ended

    def terminate(self, new_status: Status) -> None:
        self.runtime.halt()

    def tick_once(self) -> None:
        """One tick. Whatever breaks in it, every skill of the mission is stopped before the exception goes on."""
        try:
            if self.status is not RUNNING:
                self.initialise()
            status = self.update()
            if self.runtime.safety:  # nothing goes on, and nothing is owed any more
                self.runtime.pending.clear()
                status = FAILURE
        except BaseException:
            self.stop(INVALID)
            raise
        if status is not RUNNING:
            self.stop(status)
        self.status = status

    def tick(self) -> Iterator[Behaviour]:
        """For parents that are py_trees' own."""
        self.tick_once()
        yield self

    def stop(self, new_status: Status) -> None:
        """As py_trees', without a log line."""
        try:
            self.terminate(new_status)
        finally:
            self.status = new_status

    def finish(self) -> bool:
        """One tick of what must still run after a stop (`finally`); False when nothing is left."""
        pending = self.runtime.pending
        if pending:
            self.runtime.finishing = True
            pending[0].tick_once()
            self.runtime.finishing = False
            if pending[0].status is not RUNNING:
                pending.pop(0)
        return bool(pending)

    def _after_pending(self) -> Status:
        if self.finish() or self._ended is INVALID:
            return RUNNING
        return self._ended


def load_mission(
    name: str,
    context: Context,
    inputs: Mapping[str, Any] | None = None,
    skills: Mapping[str, type[Skill]] | None = None,
) -> MissionTree:
    """Read, check and build a mission. `skills` defaults to the registry.

    Raises MissionError with every problem of the file, BadInput for an input that does not fit.
    """
    if skills is None:
        from pg4da.plugins import skills as known

        skills = known()
    spec = load_spec(name, skills)
    return MissionTree(spec, skills, context, bind(spec.inputs, inputs or {}))
