"""For each of several items: the child, one after the other."""

from __future__ import annotations

from typing import Any

from py_trees.common import Status

from pg4da.mission.decorators import Decorator
from pg4da.mission.failure import Failure
from pg4da.mission.node import FAILURE, RUNNING, SUCCESS


class ForEachNode(Decorator):
    """Writes an item (and its index from 0) to keys, runs the child, takes the next.

    Ends with the first failure; with `keep_going` it tries every item and fails for the last one's reason. More items
    than `limit` are refused before anything starts.
    """

    def initialise(self) -> None:
        self._items: list[Any] | None = None
        self._index = 0
        self._failures: list[Failure | None] = []

    def update(self) -> Status:
        if self._items is None and self._take() is FAILURE:
            return FAILURE
        assert self._items is not None
        if self._index >= len(self._items):
            return self._finish()
        if self.child.status is not RUNNING:
            self._write()
        self.child.tick_once()
        if self.child.status is RUNNING:
            return RUNNING
        return self._next()

    def _take(self) -> Status:
        items, limit = self.value("items"), int(self.value("limit"))
        if isinstance(items, (str, bytes)) or not hasattr(items, "__iter__") or not hasattr(items, "__len__"):
            return self.fail("bad_input", "precondition", f"items must be a list, got {items!r:.60}", False)
        if len(items) > limit:
            return self.fail("limit_reached", "precondition", f"{len(items)} items, at most {limit}", False)
        self._items = list(items)
        return SUCCESS

    def _write(self) -> None:
        assert self._items is not None
        values = {"item": self._items[self._index], "index": self._index}
        self.board.write({key: values[port] for port, key in self.spec.outputs.items()})

    def _next(self) -> Status:
        assert self._items is not None
        if self.child.status is FAILURE:
            if not self.value("keep_going", False):
                return self.fail_like(self.child, self._failures)
            self._failures.append(self.child.failure)
        self._index += 1
        return RUNNING if self._index < len(self._items) else self._finish()

    def _finish(self) -> Status:
        if not self._failures:
            return SUCCESS
        last = self._failures[-1] or Failure("failed", "execution", self.path, "an item failed")
        self.failure = last.after(self._failures[:-1])
        return FAILURE
