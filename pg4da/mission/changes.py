"""What changed in a mission since somebody last looked: gathered by nodes and boards, so that nobody walks the tree."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from py_trees.common import Status


@dataclass(frozen=True)
class Drained:
    """In the order in which it happened. statuses: (node id, status), a node may appear more than once.

    values: (scope, key, value); scope 0 is the mission's own, any other the id of the subtree node it belongs to. An
    empty key says that the scope lost all its values.
    """

    statuses: tuple[tuple[int, Status], ...]
    values: tuple[tuple[int, str, Any], ...]


class Changes:
    """One per mission. Off until someone is there who drains it, so that an embedded tree gathers nothing."""

    __slots__ = ("on", "statuses", "values")

    def __init__(self) -> None:
        self.on = False
        self.statuses: list[tuple[int, Status]] = []
        self.values: list[tuple[int, str, Any]] = []

    def drain(self) -> Drained | None:
        """Everything gathered since the last call; None when nothing changed."""
        if not self.statuses and not self.values:
            return None
        drained = Drained(tuple(self.statuses), tuple(self.values))
        self.statuses.clear()
        self.values.clear()
        return drained


class Board(dict[str, Any]):
    """The values of one scope. Write with `write`, empty with `clear`; everything else is a dictionary's."""

    __slots__ = ("_changes", "scope")

    def __init__(self, changes: Changes, scope: int = 0) -> None:
        super().__init__()
        self._changes, self.scope = changes, scope

    def write(self, values: Mapping[str, Any]) -> None:
        """Set keys and note it."""
        self.update(values)
        if self._changes.on:
            self._changes.values.extend((self.scope, key, value) for key, value in values.items())

    def clear(self) -> None:
        """Forget all keys and note it."""
        if self and self._changes.on:
            self._changes.values.append((self.scope, "", None))
        super().clear()
