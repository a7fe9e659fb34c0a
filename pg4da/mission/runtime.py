"""What the nodes of one running mission share: the context, the cell's resources, and what must still be finished."""

from __future__ import annotations

import traceback
from collections.abc import Collection
from dataclasses import replace
from typing import TYPE_CHECKING, Any, cast

from pg4da.hardware.cell import Cell
from pg4da.mission.changes import Changes
from pg4da.mission.clock import MissionCell, MissionClock
from pg4da.mission.failure import Failure
from pg4da.mission.questions import Questions
from pg4da.mission.resources import resources_of
from pg4da.skills.skill import Context

if TYPE_CHECKING:
    from pg4da.mission.node import Node


class Runtime:
    """One per mission. `context` is the mission's own copy: its cell shows the mission's clock; `cell` is the real one.

    at_work: the node whose skill runs at this moment, for the watchdog.
    """

    def __init__(self, context: Context) -> None:
        self.cell = context.cell
        self.clock = MissionClock(context.cell.clock)
        self.context = replace(context, cell=cast(Cell, MissionCell(context.cell, self.clock)))
        self.changes = Changes()
        self.questions = Questions()
        self.resources = resources_of(context.cell)
        self.nodes: list[Node] = []  # all of the mission's, by number
        self.pending: list[Node] = []  # what `finally` owes after a stop
        self.finishing = False
        self.safety: Failure | None = None
        self.at_work: Node | None = None
        self._undeclared: set[tuple[str, str]] = set()

    def number(self, node: Node) -> int:
        """Take a new node in; numbers count from 1 in the order of the file."""
        self.nodes.append(node)
        return len(self.nodes)

    def claim(self, node: Node, needs: Collection[str], guard: bool = False) -> bool:
        """Whether `node` may start now: what it preempts is stopped first, and everything that stops has stopped.

        While a `finally` is owed, only that may start; after a safety stop nothing may. A guard preempts nothing.
        """
        if self.safety or (self.pending and not self.finishing):
            return False
        if not guard:
            node.clear_the_way()
            if not self.resources.settled():
                return False
        return self.resources.hold(node, needs)

    def halt(self) -> None:
        """Stop every node that runs, parents first; a parent stops its own."""
        from pg4da.mission.node import stop_all

        stop_all(self.nodes)

    def emit(self, kind: str, **data: Any) -> None:
        """Tell recorders and viewers."""
        self.context.emit(kind, data)

    def undeclared(self, path: str, skill: str, code: str) -> None:
        """A skill ended with a code that it does not declare, which no file could be checked for: told once."""
        if (skill, code) not in self._undeclared:
            self._undeclared.add((skill, code))
            message = f"{skill} failed with '{code}', which it does not declare"
            self.emit("undeclared_code", path=path, skill=skill, code=code, message=message)

    def emit_error(self, path: str, error: BaseException) -> None:
        """An exception nobody expected, with its traceback, for the log; the user sees only its text."""
        text = "".join(traceback.format_exception(error))
        self.emit("error", path=path, message=f"{type(error).__name__}: {error}", traceback=text)
