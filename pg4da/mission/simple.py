"""Leaves of the mission language itself: time passes, or the mission gives up."""

from __future__ import annotations

from py_trees.common import Status

from pg4da.mission.node import RUNNING, SUCCESS, Node


class WaitNode(Node):
    """Success after so many seconds on the mission's clock."""

    def initialise(self) -> None:
        self._until = self.runtime.context.cell.clock.now() + float(self.value("seconds"))

    def update(self) -> Status:
        return RUNNING if self.runtime.context.cell.clock.now() < self._until else SUCCESS


class GiveUpNode(Node):
    """Failure at once, with a code and a message of the mission's own."""

    def update(self) -> Status:
        code = str(self.value("code"))
        message = str(self.value("message", f"the mission gave up: {code}"))
        return self.fail(code, "execution", message, recoverable=bool(self.value("recoverable", False)))
