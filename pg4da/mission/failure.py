"""Why a node failed, as data: for recovery branches, the terminal, the record and the JSON."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import asdict, dataclass
from typing import Any

SAFETY_CODES = frozenset({"safety_stop", "protective_stop", "emergency_stop"})


@dataclass(frozen=True)
class Failure:
    """code: a snake_case word; phase: precondition, planning, execution, postcondition, cancelled; path in the tree."""

    code: str
    phase: str
    path: str
    message: str
    recoverable: bool = True

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)

    def may_retry(self, on: Collection[str], abort_on: Collection[str]) -> bool:
        """Whether a retry makes sense: recoverable, among `on` when that is given, not among `abort_on`."""
        return self.recoverable and self.code not in abort_on and (not on or self.code in on)

    def __str__(self) -> str:
        return f"{self.code} ({self.phase}) in {self.path}: {self.message}"
