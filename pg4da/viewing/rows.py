"""Which nodes of a tree fit into so many rows: the running path always, the rest as far as there is room."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Row:
    """One line: a node, how deep it is, how many nodes are folded away below it; or, without a node, how many rows

    are left out there.
    """

    node: int
    depth: int = 0
    inside: int = 0
    left_out: int = 0


class Layout:
    """Of one tree; `nodes` as in the `tree` message."""

    def __init__(self, nodes: Mapping[int, Mapping[str, Any]]) -> None:
        self._below: dict[int, list[int]] = defaultdict(list)
        self._parent = {number: int(node["parent"]) for number, node in nodes.items()}
        self._inside: dict[int, int] = dict.fromkeys(nodes, 0)
        self._depth: dict[int, int] = {}
        for number, parent in self._parent.items():  # parents come before their children
            self._below[parent].append(number)
            self._depth[number] = self._depth.get(parent, -1) + 1
        for number in reversed(self._parent):
            parent = self._parent[number]
            if parent in self._inside:
                self._inside[parent] += self._inside[number] + 1

    def rows(self, room: int, path: Collection[int], focus: int) -> list[Row]:
        """At most `room` rows. `path`: nodes to show with their children; `focus`: the one never left out."""
        opened = self._opened(room, set(path))
        rows = [Row(n, self._depth[n], 0 if n in opened else self._inside[n]) for n in self._visible(opened)]
        if len(rows) <= room:
            return rows
        place = next((i for i, row in enumerate(rows) if row.node == focus), 0)
        return _window(rows, place, room)

    def _opened(self, room: int, path: set[int]) -> set[int]:
        """The path, then nodes near the root, as long as everything fits."""
        opened = {number for number in path if self._below[number]}
        shown = len(self._visible(opened))
        queue = list(self._below[0])
        for number in queue:
            children = self._below[number]
            if number not in opened and children:
                if shown + len(children) > room:
                    continue
                opened.add(number)
                shown += len(children)
            if number in opened:
                queue.extend(children)
        return opened

    def _visible(self, opened: Collection[int]) -> list[int]:
        found, stack = [], list(reversed(self._below[0]))
        while stack:
            number = stack.pop()
            found.append(number)
            if number in opened:
                stack.extend(reversed(self._below[number]))
        return found


def _window(rows: list[Row], place: int, room: int) -> list[Row]:
    """The rows round one of them, with a line for what is left out above and below."""
    room = max(room, 3)
    first = max(0, min(place - room * 2 // 3, len(rows) - room))
    shown = rows[first : first + room]
    if first > 0:
        shown[0] = Row(0, left_out=first + 1)
    if first + room < len(rows):
        shown[-1] = Row(0, left_out=len(rows) - first - room + 1)
    return shown
