"""Why a node failed, as data: for recovery branches, the terminal, the record and the JSON."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

SAFETY_CODES = frozenset({"safety_stop", "protective_stop", "emergency_stop"})
KEPT, WHOLE = 5, 40  # causes kept of one failure, and in its whole chain


@dataclass(frozen=True)
class Failure:
    """code: a snake_case word; phase: precondition, planning, execution, postcondition, cancelled; path in the tree.

    causes: the failures that led to this one, oldest first: a fallback's earlier children, a retry's earlier attempts.
    """

    code: str
    phase: str
    path: str
    message: str
    recoverable: bool = True
    causes: tuple[Failure, ...] = ()

    def as_dict(self) -> dict[str, Any]:
        """As JSON has it; `causes` only where there are any."""
        found = {name: getattr(self, name) for name in ("code", "phase", "path", "message", "recoverable")}
        return found | ({"causes": [cause.as_dict() for cause in self.causes]} if self.causes else {})

    def after(self, earlier: Sequence[Failure | None]) -> Failure:
        """This failure with what went before it; the last few are kept."""
        found = [cause for cause in earlier if cause is not None and cause is not self]
        if not found:
            return self
        causes = (*found, *self.causes)[-KEPT:]
        if sum(len(list(cause.chain())) for cause in causes) > WHOLE:
            causes = tuple(replace(cause, causes=()) for cause in causes)
        return replace(self, causes=causes)

    def chain(self) -> Iterator[Failure]:
        """Every failure from the oldest cause to this one."""
        for cause in self.causes:
            yield from cause.chain()
        yield self

    def may_retry(self, on: Collection[str], abort_on: Collection[str]) -> bool:
        """Whether a retry makes sense: recoverable, among `on` when that is given, not among `abort_on`."""
        return self.recoverable and self.code not in abort_on and (not on or self.code in on)

    def __str__(self) -> str:
        return f"{self.code} ({self.phase}) in {self.path}: {self.message}"
