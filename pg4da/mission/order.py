"""Keys that are read before anything can have written them.

Told only where it is certain. On the first pass through a sequence, what later children write is not there yet, even in
a loop: they run only after the earlier ones, which read the key, have succeeded. Inside nodes that can succeed without
a given child (a fallback, a switch, …) the writes of all rounds of an enclosing loop are taken to be there.
"""

from __future__ import annotations

from collections.abc import Iterator

from pg4da.mission.expression import Expression
from pg4da.mission.problems import Mark, Problem
from pg4da.mission.spec import MissionSpec, NodeSpec

Keys = frozenset[str]
_NEEDS_ITS_CHILD = ("retry", "repeat", "timeout", "guard", "finally", "sequence")
_AFTER_A_ROUND = ("until", "times", "attempts")


def early_reads(mission: MissionSpec) -> list[Problem]:
    """One problem for each value that reads a key too early."""
    order = _Order(mission)
    order.visit(mission.root, frozenset(mission.inputs), frozenset())
    return order.problems


def written_at(node: NodeSpec) -> Iterator[tuple[str, Mark]]:
    """The keys that one node itself writes, with the place."""
    if node.word == "set":
        yield from ((key, node.key_marks.get(key, node.mark)) for key in node.values)
    yield from ((key, node.output_marks.get(port, node.mark)) for port, key in node.outputs.items())


class _Order:
    def __init__(self, mission: MissionSpec) -> None:
        self.problems: list[Problem] = []
        self._writers: dict[str, Mark] = {}
        self._below: dict[int, Keys] = {}
        for node in mission.root.walk():
            for key, mark in written_at(node):
                self._writers.setdefault(key, mark)

    def visit(self, node: NodeSpec, before: Keys, rounds: Keys) -> Keys:
        """`before`: keys that may have a value now. `rounds`: what enclosing loops may have written on earlier rounds.

        Returns the keys that may have a value when the node has ended.
        """
        known = before if node.word in _NEEDS_ITS_CHILD or not node.below() else before | rounds
        self._read(node, known, late=False)
        after = self._children(node, known, rounds) | {key for key, _ in written_at(node)}
        self._read(node, after, late=True)
        return after

    def _children(self, node: NodeSpec, known: Keys, rounds: Keys) -> Keys:
        if node.word == "parallel":
            known |= frozenset().union(*map(self._writes, node.children))
        if node.word in ("sequence", "fallback", "parallel"):
            for child in node.children:
                known = self.visit(child, known, rounds)
            return known
        own = frozenset(key for key, _ in written_at(node))
        if node.word == "switch":
            return known.union(*[self.visit(child, known, rounds) for child in node.slots.values()])
        return self._around_one(node, known | own, rounds) if "child" in node.slots else known

    def _around_one(self, node: NodeSpec, known: Keys, rounds: Keys) -> Keys:
        child, others = node.slots["child"], [each for role, each in node.slots.items() if role != "child"]
        if node.word in ("retry", "repeat", "for_each"):
            recovered = frozenset().union(*map(self._writes, others))
            rounds |= self._writes(child) | recovered
            known |= recovered
        after = self.visit(child, known, rounds)
        return after.union(*[self.visit(other, after, rounds) for other in others])

    def _writes(self, node: NodeSpec) -> Keys:
        found = self._below.get(id(node))
        if found is None:
            own = frozenset(key for key, _ in written_at(node))
            found = self._below[id(node)] = own.union(*map(self._writes, node.below()))
        return found

    def _read(self, node: NodeSpec, known: Keys, late: bool) -> None:
        for field, value in node.values.items():
            if not isinstance(value, Expression) or (field in _AFTER_A_ROUND) is not late:
                continue
            for key in sorted(value.keys - known):
                if (writer := self._writers.get(key)) is not None:
                    message = f"${key} is read before anything can have written it; it is written on line {writer.line}"
                    self.problems.append(Problem(value.mark, message))
