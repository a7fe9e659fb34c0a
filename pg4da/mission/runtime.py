"""What the nodes of one running mission share: the context, who holds which arm, and what must still be finished."""

from __future__ import annotations

import traceback
from collections.abc import Collection
from typing import TYPE_CHECKING, Any

import numpy as np

from pg4da.mission.changes import Changes
from pg4da.mission.failure import Failure
from pg4da.skills.skill import Context

if TYPE_CHECKING:
    from pg4da.mission.node import Node

STOP_BOUND = 0.5  # s on the cell's clock for an arm to come to rest before the whole cell is stopped
AT_REST = 0.02  # rad/s (m/s for an arm without joints)


class Runtime:
    """One per mission. Resources are an arm's name or any other word that a skill lists in `needs`."""

    def __init__(self, context: Context) -> None:
        self.context = context
        self.changes = Changes()
        self.nodes: list[Node] = []  # all of the mission's, by number
        self.pending: list[Node] = []  # what `finally` owes after a stop
        self.finishing = False
        self.safety: Failure | None = None
        self._holders: dict[str, Node] = {}
        self._stopping: dict[str, float] = {}
        self._cell_stopped = False

    def number(self, node: Node) -> int:
        """Take a new node in; numbers count from 1 in the order of the file."""
        self.nodes.append(node)
        return len(self.nodes)

    def claim(self, node: Node, needs: Collection[str]) -> bool:
        """Whether `node` may start now. A holder that is still running is stopped first; False until arms rest.

        While a `finally` is owed, only that may start; after a safety stop nothing may.
        """
        if self.safety or (self.pending and not self.finishing):
            return False
        for resource in needs:
            holder = self._holders.get(resource)
            if holder is not None and holder is not node:
                holder.stop_early()
        if not self.at_rest(needs):
            return False
        self._holders.update(dict.fromkeys(needs, node))
        return True

    def release(self, node: Node) -> None:
        """Give back everything `node` holds."""
        self._holders = {resource: holder for resource, holder in self._holders.items() if holder is not node}

    def stop_arms(self, needs: Collection[str]) -> None:
        """Ask the arms among `needs` to stop; `at_rest` tells when they have."""
        cell = self.context.cell
        for name in needs:
            if name in cell.arms:
                cell.arms[name].stop()
                self._stopping.setdefault(name, cell.clock.now())

    def at_rest(self, names: Collection[str]) -> bool:
        """Whether the arms among `names` that were told to stop have stopped; past the bound the cell is stopped."""
        now = self.context.cell.clock.now()
        for name in [n for n in self._stopping if n in names]:
            if arm_at_rest(self.context, name):
                del self._stopping[name]
            elif now - self._stopping[name] > STOP_BOUND and not self._cell_stopped:
                self._cell_stopped = True
                self.context.cell.stop()
        return not any(name in names for name in self._stopping)

    def overdue(self, names: Collection[str]) -> bool:
        """Whether an arm still moves long after even the cell was told to stop."""
        now = self.context.cell.clock.now()
        return any(name in names and now - since > 4 * STOP_BOUND for name, since in self._stopping.items())

    def emit(self, kind: str, **data: Any) -> None:
        """Tell recorders and viewers."""
        self.context.emit(kind, data)

    def emit_error(self, path: str, error: BaseException) -> None:
        """An exception nobody expected, with its traceback, for the log; the user sees only its text."""
        text = "".join(traceback.format_exception(error))
        self.emit("error", path=path, message=f"{type(error).__name__}: {error}", traceback=text)


def arm_at_rest(context: Context, name: str) -> bool:
    """By the arm's own measurement."""
    return bool(np.max(np.abs(context.cell.arms[name].state.dq)) < AT_REST)


def all_at_rest(context: Context) -> bool:
    """Every arm of the cell."""
    return all(arm_at_rest(context, name) for name in context.cell.arms)
