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
        self._running: Node | None = None

    def update(self) -> Status:
        nodes = self.nodes
        for index in range(self._index if self._memory else 0, len(nodes)):
            child = nodes[index]
            child.tick_once()
            status = child.status
            if status is RUNNING or status is self.stops_on:
                if self._running is not child:
                    self._preempt(child)
                self._index = index
                return self._ends(child)
        return self._last()

    def before_start(self, child: Node) -> None:
        """An earlier child takes over: the later one that runs is stopped first."""
        if not self._memory and self._running is not child:
            self._preempt(child)

    def _preempt(self, child: Node) -> None:
        """`child` is the one that runs from now on."""
        old, self._running = self._running, child
        if old is not None:
            old.stop_early()

    def _ends(self, child: Node) -> Status:
        if child.status is FAILURE:
            return self.fail_like(child)
        return child.status

    def _last(self) -> Status:
        return SUCCESS


class SequenceNode(Ordered):
    """Until one fails."""


class FallbackNode(Ordered):
    """Until one succeeds; fails for the last child's reason, with the others' as what led to it."""

    stops_on = SUCCESS

    def _last(self) -> Status:
        return self.fail_like(self.nodes[-1], [child.failure for child in self.nodes[:-1]])


class ParallelNode(Node):
    """Children at once, each until it ends; done as soon as enough have succeeded or too many failed."""

    def initialise(self) -> None:
        policy = self.value("policy", "all")
        self._wanted = {"all": len(self.nodes), "any": 1}.get(policy, policy)

    def update(self) -> Status:
        fresh = self.status is not RUNNING
        for child in self.nodes:
            if fresh or child.status is RUNNING:
                child.tick_once()
        if sum(child.status is SUCCESS for child in self.nodes) >= self._wanted:
            return SUCCESS
        failed = [child for child in self.nodes if child.status is FAILURE]
        if len(self.nodes) - len(failed) >= self._wanted:
            return RUNNING
        return self.fail_like(failed[-1], [other.failure for other in failed[:-1]])


class SwitchNode(Node):
    """The child whose case is the value's text, else that of the case `default`; without one it is a failure."""

    def initialise(self) -> None:
        value = self.value("on")
        cases = dict(zip(self.spec.slots, self.nodes, strict=True))
        text = str(value).lower() if isinstance(value, bool) else str(value)
        chosen = cases.get(text) or cases.get("default")
        if chosen is None:
            raise WiringError(f"no case for {value!r}; there are: {', '.join(cases)}")
        self._chosen = chosen

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
