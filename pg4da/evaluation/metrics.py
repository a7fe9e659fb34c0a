"""C, GS and MN with their errors, as plain functions of counts and samples (paper, section IV-B)."""

from __future__ import annotations

import math
from collections.abc import Sequence

Z95 = 1.959963984540054  # 97.5 % point of the normal distribution
Interval = tuple[float, float]


def share(successes: int, total: int) -> float | None:
    """Per cent; None out of nothing."""
    return 100.0 * successes / total if total else None


def share_error(successes: int, total: int) -> float | None:
    """Standard error of a share [per cent] with n - 1, None below two samples.

    The n - 1 is read off the paper's tables: 95.00 ± 5.00 with ten trials a scene is one failure in every second scene.
    """
    if total < 2:
        return None
    p = successes / total
    return 100.0 * math.sqrt(p * (1.0 - p) / (total - 1))


def wilson(successes: int, total: int) -> Interval | None:
    """95 % interval of a share [per cent] (Wilson 1927); stays sensible at 0 and at 100 %."""
    if not total:
        return None
    p, n, z2 = successes / total, total, Z95 * Z95
    middle = (p + z2 / (2 * n)) / (1 + z2 / n)
    half = Z95 / (1 + z2 / n) * math.sqrt(p * (1 - p) / n + z2 / (4 * n * n))
    return 100.0 * max(0.0, middle - half), 100.0 * min(1.0, middle + half)


def mean(values: Sequence[float]) -> float | None:
    return sum(values) / len(values) if values else None


def mean_error(values: Sequence[float]) -> float | None:
    """Standard error of the mean, None below two samples."""
    n = len(values)
    if n < 2:
        return None
    middle = sum(values) / n
    return math.sqrt(sum((v - middle) ** 2 for v in values) / (n - 1) / n)


def mean_interval(values: Sequence[float]) -> Interval | None:
    """95 % interval of the mean of numbers that are not negative, by Student's t; None below two samples."""
    from scipy.stats import t

    error, middle = mean_error(values), mean(values)
    if error is None or middle is None:
        return None
    half = float(t.ppf(0.975, len(values) - 1)) * error
    return max(middle - half, 0.0), middle + half


def average(values: Sequence[float | None]) -> float | None:
    """Mean of those that are known: the paper's ± of a case is the average of its scenes' standard errors."""
    return mean([v for v in values if v is not None])
