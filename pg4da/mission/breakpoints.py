"""Breakpoints: a node that has one holds the mission before it starts. Nodes without cost nothing."""

from __future__ import annotations

from pg4da.mission.node import INVALID, RUNNING, Node


class Breakpoints:
    """Set by node number. `reached` is the node before which the mission stands."""

    def __init__(self, nodes: list[Node]) -> None:
        self._nodes = nodes
        self._gates: dict[int, Gate] = {}
        self.reached: Node | None = None

    @property
    def numbers(self) -> tuple[int, ...]:
        return tuple(sorted(self._gates))

    def set(self, number: int, on: bool = True) -> bool:
        """False when there is no such node."""
        if not 1 <= number <= len(self._nodes):
            return False
        if on and number not in self._gates:
            self._gates[number] = Gate(self._nodes[number - 1], self)
        elif not on and number in self._gates:
            gate = self._gates.pop(number)
            gate.remove()
            if self.reached is gate.node:
                self.reached = None
        return True

    def release(self) -> None:
        """Let the nodes that wait start with the next tick."""
        self.reached = None
        for gate in self._gates.values():
            gate.passing = gate.waiting

    def clear(self) -> None:
        """Take all away."""
        for number in self.numbers:
            self.set(number, on=False)


class Gate:
    """Stands before one node: takes the place of its `tick_once` and `stop`. A node that waits looks like it runs."""

    def __init__(self, node: Node, breakpoints: Breakpoints) -> None:
        self.node, self._breakpoints = node, breakpoints
        self.waiting = self.passing = False
        node.tick_once = self._tick_once  # type: ignore[method-assign]
        node.stop = self._stop  # type: ignore[method-assign]

    def remove(self) -> None:
        del self.node.tick_once, self.node.stop
        if self.waiting:
            self.node.status = INVALID

    def _tick_once(self) -> None:
        node = self.node
        if not self.waiting and node.status is RUNNING:
            type(node).tick_once(node)
        elif self.passing:
            self.waiting = self.passing = False
            node.status = INVALID
            type(node).tick_once(node)
        else:
            self.waiting = True
            node.failure = None
            node.status = RUNNING
            self._breakpoints.reached = node

    def _stop(self, new_status: object) -> None:
        """Nothing was started, so nothing is terminated."""
        if self.waiting:
            self.waiting = self.passing = False
            self.node.status = INVALID
        else:
            type(self.node).stop(self.node, new_status)  # type: ignore[arg-type]
