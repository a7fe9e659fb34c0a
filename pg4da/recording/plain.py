"""Any value as plain data for JSON: arrays shortened, dataclasses by field."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from enum import Enum
from pathlib import Path
from typing import Any

import numpy as np

SMALL = 48  # elements of an array that are written out
DEPTH = 6


def plain(value: Any, depth: int = 0) -> Any:
    """Strings, numbers, lists and dicts only; numbers that JSON lacks become null."""
    if value is None or isinstance(value, (bool, int, str)):
        return value
    if isinstance(value, float):
        return round(value, 6) if math.isfinite(value) else None
    if isinstance(value, np.generic):
        return plain(value.item(), depth)
    if isinstance(value, np.ndarray):
        return _array(value, depth)
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, Path):
        return str(value)
    if depth >= DEPTH:
        return type(value).__name__
    return _compound(value, depth + 1)


def _compound(value: Any, depth: int) -> Any:
    if isinstance(value, Mapping):
        return {str(key): plain(each, depth) for key, each in value.items()}
    if is_dataclass(value) and not isinstance(value, type):
        return {f.name: plain(getattr(value, f.name), depth) for f in fields(value)}
    if isinstance(value, (list, tuple, set, frozenset)):
        return [plain(each, depth) for each in value]
    return f"{value!r:.200}"


def _array(value: np.ndarray[Any, Any], depth: int) -> Any:
    if value.size <= SMALL:
        return plain(value.tolist(), depth)
    return {"array": list(value.shape), "dtype": str(value.dtype)}
