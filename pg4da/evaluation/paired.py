"""Two evaluations of the same trials, compared pair by pair.

Whether a difference may be chance is judged by permutation (Fisher 1935): the two results of a pair are swapped at
random, again and again; p is the share of swappings whose difference is at least as large, either way. Pairs may be
single runs, which says something of these scenes, or whole scenes, which says something of scenes like these.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pg4da.evaluation.episode import EpisodeResult
from pg4da.evaluation.metrics import mean_error
from pg4da.evaluation.results import grouped

Pair = tuple[EpisodeResult, EpisodeResult]
Counts = NDArray[np.float64]
EXACT = 12  # pairs that differ, up to which every swapping is looked at
SWAPPINGS = 20_000
FEWEST = 6  # scenes; with fewer, no difference could come out as p < 0.05
ALIKE = 1e-9
METRICS = ("C", "GS", "MN")


@dataclass(frozen=True)
class Compared:
    """One metric of both, b - a, and p of that over runs and over scenes (None: too few). C, GS in per cent.

    error: standard error of the difference over runs, None where it has none.
    """

    a: float | None
    b: float | None
    difference: float | None
    error: float | None
    p_runs: float | None
    p_scenes: float | None


@dataclass(frozen=True)
class Row:
    """name: of a case, or of all; pairs: runs of either."""

    name: str
    pairs: int
    metrics: Mapping[str, Compared]


def pairs_of(a: Mapping[str, EpisodeResult], b: Mapping[str, EpisodeResult]) -> list[Pair]:
    """Runs of the same scene, trial and seed, in order."""
    keys = sorted(key for key in a.keys() & b.keys() if a[key].seed == b[key].seed)
    return sorted(((a[key], b[key]) for key in keys), key=lambda pair: (pair[0].scene, pair[0].trial))


def compare(pairs: Sequence[Pair], seed: int = 0) -> list[Row]:
    """A row a case, and one for all pairs, the last."""
    second = {first.key: other for first, other in pairs}
    cases = [(name, [(r, second[r.key]) for r in group]) for name, group in grouped([p[0] for p in pairs], "case")]
    return [_row(name, group, seed) for name, group in [*cases, ("all", list(pairs))]]


def _row(name: str, pairs: Sequence[Pair], seed: int) -> Row:
    return Row(name, len(pairs), {metric: _compared(metric, pairs, seed) for metric in METRICS})


def _compared(metric: str, pairs: Sequence[Pair], seed: int) -> Compared:
    if metric == "MN":  # of runs that both completed
        pairs = [pair for pair in pairs if pair[0].completed and pair[1].completed]
    runs = np.array([[PARTS[metric](r) for r in pair] for pair in pairs], float).reshape(-1, 2, 2)
    which = np.unique([pair[0].scene for pair in pairs], return_inverse=True)[1] if pairs else np.zeros(0, int)
    scenes = np.array([runs[which == k].sum(axis=0) for k in range(which.max(initial=-1) + 1)]).reshape(-1, 2, 2)
    scale = 1.0 if metric == "MN" else 100.0
    a, b = (float(scale * n / d) if d else None for n, d in runs.sum(axis=0))
    if a is None or b is None:
        return Compared(a, b, None, None, None, None)
    rng = np.random.default_rng(seed)
    p_scenes = swapped_p(scenes, rng) if len(scenes) >= FEWEST else None
    return Compared(a, b, b - a, _error(metric, runs, scale), swapped_p(runs, rng), p_scenes)


def _error(metric: str, runs: Counts, scale: float) -> float | None:
    """Of the mean difference of pairs; grasps come several a run, so GS has none."""
    if metric == "GS":
        return None
    error = mean_error((runs[:, 1, 0] - runs[:, 0, 0]).tolist())
    return None if error is None else scale * error


def swapped_p(counts: Counts, rng: np.random.Generator) -> float:
    """counts (n, 2, 2): of each pair, of a and b, what is counted and out of how much. p of the ratios' difference."""
    found = abs(_gap(counts.sum(axis=0)[None])[0])
    differ = counts[(counts[:, 0] != counts[:, 1]).any(axis=1)]
    same = counts[(counts[:, 0] == counts[:, 1]).all(axis=1)].sum(axis=0)
    n = len(differ)
    swaps = _every_swapping(n) if n <= EXACT else rng.integers(0, 2, (SWAPPINGS, n))
    kept, turned = (np.einsum("sn,nij->sij", w, differ) for w in (1 - swaps, swaps))
    larger = np.abs(_gap(same + kept + turned[:, ::-1])) >= found - ALIKE
    return float(larger.mean() if n <= EXACT else (larger.sum() + 1) / (SWAPPINGS + 1))


def _every_swapping(n: int) -> NDArray[np.int64]:
    """All choices of n pairs, (2 ** n, n)."""
    return (np.arange(2**n)[:, None] >> np.arange(n)) & 1


def _gap(sums: Counts) -> Counts:
    """Difference of the two ratios, (m,), from sums (m, 2, 2)."""
    ratios = sums[..., 0] / np.maximum(sums[..., 1], ALIKE)
    return np.asarray(ratios[:, 1] - ratios[:, 0])


PARTS: Mapping[str, Callable[[EpisodeResult], tuple[float, float]]] = {
    "C": lambda r: (float(r.completed), 1.0),
    "GS": lambda r: (float(r.grasp_successes), float(r.grasp_attempts)),
    "MN": lambda r: (float(r.motions), 1.0),
}
