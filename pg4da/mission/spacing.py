"""How far apart the rounds of a retry or repeat begin, and until when new ones may."""

from __future__ import annotations

from math import inf

from pg4da.mission.node import Node


class Spacing:
    """Times in seconds on the mission's clock. Each wait is `factor` times the one before, at most `longest`.

    A round that has begun is never cut off; `timeout` around the whole does that.
    """

    def __init__(self, wait: float = 0.0, factor: float = 1.0, longest: float = inf, deadline: float = inf) -> None:
        self._wait, self._factor, self._longest, self._deadline = min(wait, longest), factor, longest, deadline
        self._until = -inf

    @classmethod
    def of(cls, node: Node) -> Spacing:
        """From a node's fields `wait`, `wait_factor`, `wait_max` and `budget`, evaluated now."""
        wait, factor = float(node.value("wait", 0.0)), float(node.value("wait_factor", 1.0))
        deadline = node.runtime.context.cell.clock.now() + float(node.value("budget", inf))
        return cls(wait, factor, float(node.value("wait_max", inf)), deadline)

    def allows(self, now: float) -> bool:
        """Whether another round could begin within the budget."""
        return now + self._wait < self._deadline

    def rest(self, now: float) -> None:
        """A round has ended."""
        self._until = now + self._wait
        self._wait = min(self._wait * self._factor, self._longest)

    def waiting(self, now: float) -> bool:
        """Whether the next round must still wait."""
        return now < self._until
