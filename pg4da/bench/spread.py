"""A figure with its spread."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass

import numpy as np


@dataclass(frozen=True)
class Spread:
    """Of n measurements, all in the same unit."""

    n: int
    median: float
    p5: float
    p95: float
    p99: float
    lowest: float
    highest: float

    def to_json(self) -> dict[str, float]:
        return asdict(self)


def spread(values: Sequence[float]) -> Spread | None:
    """None of nothing."""
    if not values:
        return None
    array = np.asarray(values, float)
    p5, median, p95, p99 = (float(v) for v in np.percentile(array, [5, 50, 95, 99]))
    return Spread(len(values), median, p5, p95, p99, float(array.min()), float(array.max()))
