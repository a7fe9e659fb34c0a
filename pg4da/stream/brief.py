"""Any value as a small piece of plain JSON: what a viewer shows of a blackboard value."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping
from dataclasses import fields, is_dataclass
from enum import Enum
from pathlib import Path
from typing import Any

import numpy as np
from pydantic import BaseModel

from pg4da.policies.types import Decision, Observation

TEXT = 2000  # characters
ITEMS = 32  # of a list or a mapping
ELEMENTS = 48  # of an array that is written out
VALUES = 300  # altogether
DEPTH = 7
DIGITS = 5
EXACT = 2**53  # whole numbers beyond it are not the same in every reader


def brief(value: Any) -> Any:
    """Plain JSON of bounded size; arrays beyond ELEMENTS as shape and type, what can't be told as text."""
    if value is None or type(value) in (bool, int, float, str):
        return value if type(value) is bool or value is None else _simple(value)
    return _Brief().of(value, 0)


class _Brief:
    """Counts what it has told, so that one value can't fill a record."""

    def __init__(self) -> None:
        self._left = VALUES

    def of(self, value: Any, depth: int) -> Any:
        self._left -= 1
        if value is None or isinstance(value, bool):
            return value
        if isinstance(value, (int, float, str)):
            return _simple(value)
        if isinstance(value, Enum):
            return self.of(value.value, depth + 1)
        if isinstance(value, np.generic):
            return self.of(value.item(), depth)
        if isinstance(value, np.ndarray):
            return self._array(value, depth)
        if depth >= DEPTH or self._left <= 0:
            return "…"
        return self._compound(value, depth + 1)

    def _compound(self, value: Any, depth: int) -> Any:
        summary = SUMMARIES.get(type(value))
        if summary is not None:
            return self._mapping({"type": type(value).__name__, **summary(value)}, depth)
        if isinstance(value, Mapping):
            return self._mapping(value, depth)
        if isinstance(value, (list, tuple)):
            return self._list(value, len(value), depth)
        if isinstance(value, (set, frozenset)):
            return self._list(sorted(value, key=repr), len(value), depth)
        if is_dataclass(value) and not isinstance(value, type):
            members = {field.name: getattr(value, field.name) for field in fields(value)}
            return self._mapping({"type": type(value).__name__, **members}, depth)
        if isinstance(value, BaseModel):
            members = {name: getattr(value, name) for name in type(value).model_fields}
            return self._mapping({"type": type(value).__name__, **members}, depth)
        return str(value) if isinstance(value, Path) else f"({type(value).__name__})"

    def _mapping(self, value: Mapping[Any, Any], depth: int) -> dict[str, Any]:
        found = {}
        for count, (key, each) in enumerate(value.items()):
            if count == ITEMS or self._left <= 0:
                found["…"] = f"{len(value) - count} more"
                break
            found[f"{key:.100}" if isinstance(key, str) else f"{key!r:.100}"] = self.of(each, depth)
        return found

    def _list(self, value: Iterable[Any], length: int, depth: int) -> list[Any]:
        found: list[Any] = []
        for count, each in enumerate(value):
            if count == ITEMS or self._left <= 0:
                found.append(f"… {length - count} more")
                break
            found.append(self.of(each, depth))
        return found

    def _array(self, value: np.ndarray[Any, Any], depth: int) -> Any:
        if value.size > ELEMENTS or value.dtype.hasobject:
            return {"array": list(value.shape), "dtype": str(value.dtype)}
        return _rounded(value.tolist())


def _simple(value: float | str) -> Any:
    if isinstance(value, str):
        return value if len(value) <= TEXT else value[:TEXT] + "…"
    if isinstance(value, int):
        return int(value) if abs(value) <= EXACT else f"{float(value):g}" if abs(value) < 1e300 else "a huge number"
    return round(float(value), DIGITS) if math.isfinite(value) else str(float(value))


def _rounded(values: Any) -> Any:
    if isinstance(values, list):
        return [_rounded(each) for each in values]
    return _simple(values) if isinstance(values, (int, float, str)) and not isinstance(values, bool) else _other(values)


def _other(value: Any) -> Any:
    return value if value is None or isinstance(value, bool) else f"{value!r:.40}"


def _observation(seen: Observation) -> dict[str, Any]:
    return {
        "stamp": seen.stamp,
        "target_seen": seen.target_seen,
        "visible_share": seen.visible_share,
        "highest": float(np.max(seen.height)),
    }


def _decision(decision: Decision) -> dict[str, Any]:
    return {
        "action": decision.action,
        "candidates": len(decision.candidates),
        "isolation": decision.isolation,
        "notes": decision.notes,
    }


SUMMARIES: dict[type, Callable[[Any], dict[str, Any]]] = {Observation: _observation, Decision: _decision}
