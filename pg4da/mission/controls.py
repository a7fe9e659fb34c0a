"""Control nodes with several children, or with none."""

from __future__ import annotations

from py_trees.common import Status

from pg4da.mission.node import FAILURE, RUNNING, SUCCESS, Node, WiringError


class Ordered(Node):
    """Children in order until one ends with `stops_on`. With memory, finished children are not ticked again.

    Without memory every tick starts at the first child: a later one that runs is stopped when an earlier takes over.
    """

    stops_on = FAILURE

    def initialise(self) -> None:
        self._index = 0
        self._memory = bool(self.value("memory", True))

    def update(self) -> Status:
        first = self._index if self._memory else 0
        for index in range(first, len(self.nodes)):
            child = self.nodes[index]
            child.tick_once()
            if child.status in (RUNNING, self.stops_on):
                self._stop_after(index)
                self._index = index
                return self._ends(child)
        return self._last()

    def _stop_after(self, index: int) -> None:
        for later in self.nodes[index + 1 :]:
            later.stop_early()

    def _ends(self, child: Node) -> Status:
        if child.status is FAILURE:
            return self.fail_like(child)
        return child.status

    def _last(self) -> Status:
        return SUCCESS


class SequenceNode(Ordered):
    """Until one fails."""


class FallbackNode(Ordered):
    """Until one succeeds; fails for the last child's reason."""

    stops_on = SUCCESS

    def _last(self) -> Status:
        return self.fail_like(self.nodes[-1])


class ParallelNode(Node):
    """Children at once, each until it ends."""

    def update(self) -> Status:
        fresh = self.status is not RUNNING
        for child in self.nodes:
            if fresh or child.status is RUNNING:
                child.tick_once()
        states = [child.status for child in self.nodes]
        decisive = FAILURE if self.value("policy") == "all" else SUCCESS
        if decisive in states:
            return self._like(self.nodes[states.index(decisive)])
        if RUNNING in states:
            return RUNNING
        return self._like(self.nodes[-1])

    def _like(self, child: Node) -> Status:
        return self.fail_like(child) if child.status is FAILURE else SUCCESS


class SwitchNode(Node):
    """The child whose case is the value's text; a value without a case is a failure."""

    def initialise(self) -> None:
        value = self.value("on")
        cases = dict(zip(self.spec.slots, self.nodes, strict=True))
        text = str(value).lower() if isinstance(value, bool) else str(value)
        if text not in cases:
            raise WiringError(f"no case for {value!r}; there are: {', '.join(cases)}")
        self._chosen = cases[text]

    def update(self) -> Status:
        self._chosen.tick_once()
        if self._chosen.status is FAILURE:
            return self.fail_like(self._chosen)
        return self._chosen.status


class ConditionNode(Node):
    """Success while an expression is true."""

    def update(self) -> Status:
        if self.value("if"):
            return SUCCESS
        expression = self.spec.values["if"]
        text = getattr(expression, "text", str(getattr(expression, "value", "")))
        return self.fail("condition_false", "precondition", f"{text} does not hold")


class SetNode(Node):
    """Write values to keys."""

    def update(self) -> Status:
        self.board.write({key: self.evaluate(value) for key, value in self.spec.values.items()})
        return SUCCESS
