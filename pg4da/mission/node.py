"""The base of every node: a py_trees behaviour that keeps why it failed and stops what runs below it.

A parent ticks its children itself (`tick_once`), so a tick costs only the running path. py_trees' own tools see an
ordinary tree through `children`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from py_trees.behaviour import Behaviour
from py_trees.common import Status

from pg4da.mission.changes import Board
from pg4da.mission.expression import Expression, ExpressionError, Value
from pg4da.mission.failure import Failure
from pg4da.mission.runtime import Runtime
from pg4da.mission.spec import NodeSpec

RUNNING, SUCCESS, FAILURE, INVALID = Status.RUNNING, Status.SUCCESS, Status.FAILURE, Status.INVALID


class WiringError(Exception):
    """An expression that could not be evaluated while the mission ran."""


class Node(Behaviour):
    """`board` holds the values of the scope that the node stands in; `failure` is set while its status is FAILURE.

    `number` counts a mission's nodes from 1 in the order of the file.
    """

    def __init__(self, spec: NodeSpec, path: str, runtime: Runtime, board: Board) -> None:
        super().__init__(spec.name)
        self.spec, self.path, self.runtime, self.board = spec, path, runtime, board
        self.number = runtime.number(self)
        self.changes = runtime.changes
        self.failure: Failure | None = None
        self.nodes: tuple[Node, ...] = ()

    def adopt(self, children: Sequence[Node]) -> None:
        """Make others the children of this node."""
        self.nodes = tuple(children)
        self.children = list(children)
        for child in children:
            child.parent = self

    def tick_once(self) -> None:
        """One tick. Overrides py_trees' to spare a generator and a log line a node."""
        fresh = self.status is not RUNNING
        if fresh:
            self.failure = None
            self.status = INVALID
        try:
            if fresh:
                self.initialise()
            status = self.update()
        except WiringError as error:
            status = self.fail("bad_reference", "precondition", str(error), recoverable=False)
        except (TypeError, ValueError, OverflowError) as error:  # a field has a value that is none
            message = f"a value does not fit: {error}"
            status = self.fail("bad_reference", "precondition", message, recoverable=False)
        if status is not RUNNING:
            self.stop(status)
        elif fresh and self.changes.on:
            self.changes.statuses.append((self.number, status))
        self.status = status

    def tick(self) -> Iterator[Behaviour]:
        """For parents that are py_trees' own."""
        self.tick_once()
        yield self

    def stop(self, new_status: Status) -> None:
        """As py_trees', without formatting a log line that nobody reads."""
        try:
            self.terminate(new_status)
        finally:
            self.status = new_status
            if self.changes.on:
                self.changes.statuses.append((self.number, new_status))

    def terminate(self, new_status: Status) -> None:
        """Whatever still runs below ends with its parent; finished children are left alone."""
        stop_all(self.nodes)

    def stop_early(self) -> None:
        """Stop if it runs."""
        if self.status is RUNNING:
            self.stop(INVALID)

    @property
    def step_bound(self) -> float | None:
        """Seconds on the wall that one tick of it may take; None for the executive's own bound."""
        return None

    def before_start(self, child: Node) -> None:
        """A skill below `child` is about to start: stop what it preempts."""

    def clear_the_way(self) -> None:
        """Have everything stopped that would be preempted if this node ran."""
        child, parent = self, self.parent
        while isinstance(parent, Node):
            parent.before_start(child)
            child, parent = parent, parent.parent

    def fail(
        self, code: str, phase: str, message: str, recoverable: bool = True, after: Sequence[Failure | None] = ()
    ) -> Status:
        """Note why, and what went before it; return FAILURE."""
        self.failure = Failure(code, phase, self.path, message, recoverable)
        if after:
            self.failure = self.failure.after(after)
        return FAILURE

    def fail_like(self, child: Node, after: Sequence[Failure | None] = ()) -> Status:
        """A parent fails for its child's reason; `after` are the failures that led there, oldest first."""
        failure = child.failure or Failure("failed", "execution", child.path, "ended in failure")
        self.failure = failure.after(after) if after else failure
        return FAILURE

    def value(self, key: str, default: Any = None) -> Any:
        """A field of the node, evaluated now."""
        found = self.spec.values.get(key)
        return default if found is None else self.evaluate(found)

    def evaluate(self, value: Value) -> Any:
        """Raises WiringError, which `tick_once` turns into a failure."""
        try:
            return value.evaluate(self.board)
        except ExpressionError as error:
            where = f" ({value.mark})" if isinstance(value, Expression) else ""
            raise WiringError(f"{error}{where}") from error


def stop_all(nodes: Iterable[Node]) -> None:
    """Each that runs, although the stop of one breaks; what broke first is raised when all were stopped."""
    broken: BaseException | None = None
    for node in nodes:
        if node.status is RUNNING:
            try:
                node.stop(INVALID)
            except BaseException as error:
                broken = broken or error
    if broken is not None:
        raise broken
