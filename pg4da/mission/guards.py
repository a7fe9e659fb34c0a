"""Control nodes around one child: while a condition holds, with a branch for each failure, with the result turned."""

from __future__ import annotations

from py_trees.common import Status

from pg4da.mission.decorators import Decorator
from pg4da.mission.node import FAILURE, RUNNING, SUCCESS, Node


class GuardNode(Decorator):
    """The child while a condition holds, which is asked every tick, before the child; then it is stopped."""

    def update(self) -> Status:
        if not self.value("while"):
            text = getattr(self.spec.values["while"], "text", "false")
            phase = "execution" if self.child.status is RUNNING else "precondition"
            return self.fail(str(self.value("code")), phase, f"{text} does not hold")
        self.child.tick_once()
        return self.fail_like(self.child) if self.child.status is FAILURE else self.child.status


class CatchNode(Decorator):
    """The child; when it fails, the case for its failure's code, whose result counts.

    A case may list several codes. `default` takes any other failure that can be recovered.
    """

    def initialise(self) -> None:
        self._chosen: Node | None = None

    def update(self) -> Status:
        if self._chosen is None:
            self.child.tick_once()
            if self.child.status is not FAILURE:
                return self.child.status
            self._chosen = self._case()
            if self._chosen is None:
                return self.fail_like(self.child)
            self.board.write(dict.fromkeys(self.spec.outputs.values(), self.child.failure))
        self._chosen.tick_once()
        if self._chosen.status is FAILURE:
            return self.fail_like(self._chosen, [self.child.failure])
        return self._chosen.status

    def _case(self) -> Node | None:
        failure = self.child.failure
        for codes in self.spec.slots:
            if codes != "child" and failure is not None and failure.code in codes_of(codes):
                return self.role(codes)
        return self.role("default") if failure is None or failure.recoverable else None


def codes_of(case: str) -> tuple[str, ...]:
    """The failure codes that the key of a case lists."""
    return tuple(code.strip() for code in case.split(","))


class ForceSuccessNode(Decorator):
    """Success however the child ends. A safety stop still ends the mission."""

    def update(self) -> Status:
        self.child.tick_once()
        return RUNNING if self.child.status is RUNNING else SUCCESS


class ForceFailureNode(Decorator):
    """Failure however the child ends."""

    def update(self) -> Status:
        self.child.tick_once()
        if self.child.status is SUCCESS:
            return self.fail("forced", "postcondition", f"'{self.child.name}' succeeded, which counts as failure here")
        return self.fail_like(self.child) if self.child.status is FAILURE else RUNNING
