"""Control nodes around one child: again, in time, the other way round, with an end that always runs."""

from __future__ import annotations

from abc import abstractmethod
from math import inf

from py_trees.common import Status

from pg4da.mission.changes import Board
from pg4da.mission.failure import KEPT, Failure
from pg4da.mission.node import FAILURE, INVALID, RUNNING, SUCCESS, Node
from pg4da.mission.runtime import Runtime
from pg4da.mission.spacing import Spacing
from pg4da.mission.spec import NodeSpec


class Decorator(Node):
    """`role(name)` gives the child in a slot."""

    def role(self, name: str) -> Node | None:
        """The child with a role, or None where the file has none."""
        names = list(self.spec.slots)
        return self.nodes[names.index(name)] if name in names else None

    @property
    def child(self) -> Node:
        found = self.role("child")
        assert found is not None  # the parser refuses a decorator without
        return found


class Again(Decorator):
    """What retry and repeat share: rounds of the child, with the recovery between a failure and the next round."""

    def initialise(self) -> None:
        self._round = 1
        self._recovering = False
        self._spacing = Spacing.of(self)
        self._earlier: list[Failure] = []
        self._on = frozenset(self.value("on") or ())
        self._abort_on = frozenset(self.value("abort_on") or ())

    def update(self) -> Status:
        if self._recovering:
            return self._recover()
        if self._spacing.waiting(self._now()):
            return RUNNING
        self.child.tick_once()
        if self.child.status is RUNNING:
            return RUNNING
        return self._succeeded() if self.child.status is SUCCESS else self._failed()

    def _failed(self) -> Status:
        failure = self.child.failure
        if failure is None or not failure.may_retry(self._on, self._abort_on):
            return self.fail_like(self.child, self._earlier)
        self._earlier = [*self._earlier, failure][-KEPT:]
        if not self._may_go_on():
            return self._exhausted()
        self._recovering = self.role("recovery") is not None
        return RUNNING if self._recovering else self._next_round()

    def _recover(self) -> Status:
        recovery = self.role("recovery")
        assert recovery is not None
        recovery.tick_once()
        if recovery.status is RUNNING:
            return RUNNING
        self._recovering = False
        return self._next_round() if recovery.status is SUCCESS else self.fail_like(recovery, self._earlier)

    def _next_round(self) -> Status:
        self._round += 1
        self._spacing.rest(self._now())
        return RUNNING

    def _may_go_on(self) -> bool:
        return self._round < self._limit() and self._spacing.allows(self._now())

    def _now(self) -> float:
        return self.runtime.context.cell.clock.now()

    @abstractmethod
    def _limit(self) -> float:
        """How many rounds at most."""

    @abstractmethod
    def _succeeded(self) -> Status:
        """What a round that succeeded leads to."""

    @abstractmethod
    def _exhausted(self) -> Status:
        """What the last round's failure leads to."""


class RetryNode(Again):
    """Until the child succeeds, at most `attempts` times and within `budget`; fails for the last attempt's reason,
    after the earlier.
    """

    def _limit(self) -> float:
        return float(self.value("attempts", inf))

    def _succeeded(self) -> Status:
        return SUCCESS

    def _exhausted(self) -> Status:
        return self.fail_like(self.child, self._earlier[:-1])


class RepeatNode(Again):
    """Until a condition holds after a successful round, at most `times` rounds, failed ones included.

    With `keep_going: false` the first failure ends it.
    """

    def _limit(self) -> float:
        return float(self.value("times", inf))

    def _failed(self) -> Status:
        return super()._failed() if self.value("keep_going", True) else self.fail_like(self.child)

    def _succeeded(self) -> Status:
        if self.value("until", False):
            return SUCCESS
        if self._may_go_on():
            return self._next_round()
        return SUCCESS if "until" not in self.spec.values else self._exhausted()

    def _exhausted(self) -> Status:
        last = self.child.failure
        reason = f"; the last round failed: {last.message}" if last else ""
        message = f"not done after {self._round} rounds{reason}"
        return self.fail("limit_reached", "postcondition", message, recoverable=False, after=self._earlier)


class TimeoutNode(Decorator):
    """The child within so many seconds on the cell's clock."""

    def initialise(self) -> None:
        self._seconds = float(self.value("seconds"))
        self._start = self.runtime.context.cell.clock.now()

    def update(self) -> Status:
        if self.runtime.context.cell.clock.now() - self._start > self._seconds:
            return self.fail("timeout", "execution", f"not finished within {self._seconds:g} s")
        self.child.tick_once()
        return self.fail_like(self.child) if self.child.status is FAILURE else self.child.status


class InvertNode(Decorator):
    """Success for failure."""

    def update(self) -> Status:
        self.child.tick_once()
        if self.child.status is SUCCESS:
            return self.fail("inverted", "postcondition", f"'{self.child.name}' succeeded")
        return SUCCESS if self.child.status is FAILURE else RUNNING


class FinallyNode(Decorator):
    """The child, then always another node, whose failure never hides the child's.

    When this node is stopped from above, `always` is left to the runtime, which runs it before anything else starts.
    """

    def __init__(self, spec: NodeSpec, path: str, runtime: Runtime, board: Board) -> None:
        super().__init__(spec, path, runtime, board)
        self._result: Status | None = None
        self._cause: Failure | None = None

    def initialise(self) -> None:
        self._result = None
        self._cause = None

    @property
    def always(self) -> Node:
        found = self.role("always")
        assert found is not None
        return found

    def update(self) -> Status:
        if self._result is None:
            self.child.tick_once()
            if self.child.status is RUNNING:
                return RUNNING
            self._result, self._cause = self.child.status, self.child.failure
        self.always.tick_once()
        if self.always.status is RUNNING:
            return RUNNING
        if self.always.status is FAILURE:
            self.runtime.emit("finally_failed", path=self.path, failure=self.always.failure)
        if self._result is SUCCESS and self.always.status is FAILURE:
            return self.fail_like(self.always)
        self.failure = self._cause
        return self._result

    def terminate(self, new_status: Status) -> None:
        super().terminate(new_status)
        if new_status is INVALID and self.status is RUNNING:
            self.runtime.pending.append(self.always)
