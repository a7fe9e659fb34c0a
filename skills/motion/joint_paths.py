"""Joint paths of several arms stacked side by side: columns by arm, in order of name."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from pg4da.hardware.cell import Kinematics
from pg4da.hardware.frames import Array

CHECK_STEP = 0.03  # rad between checked configurations


@dataclass(frozen=True)
class Columns:
    """Which columns of a stacked path belong to which arm."""

    arms: tuple[str, ...]
    kinematics: Mapping[str, Kinematics]

    @property
    def slices(self) -> dict[str, slice]:
        """Columns of each arm."""
        out, at = {}, 0
        for name in self.arms:
            out[name] = slice(at, at + self.kinematics[name].dof)
            at += self.kinematics[name].dof
        return out

    def stack(self, q: Mapping[str, Array]) -> Array:
        """Configurations (..., dof) of each arm side by side, (..., sum of dof)."""
        return np.concatenate([q[name] for name in self.arms], axis=-1)

    def split(self, stacked: Array) -> dict[str, Array]:
        """The other way round."""
        return {name: stacked[..., columns] for name, columns in self.slices.items()}

    def limit(self, attribute: str) -> Array:
        """`lower`, `upper`, `max_velocity` or `max_acceleration` of all columns."""
        return np.concatenate([np.asarray(getattr(self.kinematics[name], attribute)) for name in self.arms])


def dense(points: Array, step: float = CHECK_STEP) -> Array:
    """A polyline (m, d) sampled so that no coordinate changes by more than `step` between samples."""
    sizes = np.abs(np.diff(points, axis=0)).max(axis=1)
    pieces = [points[:1]]
    for a, b, size in zip(points[:-1], points[1:], sizes, strict=True):
        count = max(1, int(np.ceil(size / step)))
        pieces.append(a + (np.arange(1, count + 1) / count)[:, None] * (b - a))
    return np.concatenate(pieces)


def thinned(points: Array, step: float = CHECK_STEP) -> Array:
    """Few of many samples (m, d): about one each `step` of travel, both ends kept."""
    travel = np.concatenate([[0.0], np.cumsum(np.abs(np.diff(points, axis=0)).max(axis=1))])
    count = int(np.ceil(travel[-1] / step)) + 1
    wanted = np.searchsorted(travel, np.linspace(0.0, travel[-1], max(count, 2)))
    return np.asarray(points[np.unique(np.minimum(wanted, len(points) - 1))])


def rounded(points: Array, cut: float = 0.35) -> Array:
    """A polyline with its corners cut by parabolas that start at most `cut` [rad] before the corner."""
    if len(points) < 3:
        return points
    out = [points[0]]
    for a, corner, b in zip(points[:-2], points[1:-1], points[2:], strict=True):
        out += list(_corner(a, corner, b, cut))
    out.append(points[-1])
    return dense(np.array(out), 0.15)


def _corner(a: Array, corner: Array, b: Array, cut: float) -> Array:
    into, out = a - corner, b - corner
    first = corner + into * min(0.45, cut / max(float(np.abs(into).max()), 1e-9))
    last = corner + out * min(0.45, cut / max(float(np.abs(out).max()), 1e-9))
    s = np.linspace(0.0, 1.0, 7)[:, None]
    return np.asarray((1 - s) ** 2 * first + 2 * s * (1 - s) * corner + s**2 * last)


def stretched(path: Array, count: int) -> Array:
    """Rows (m, d) interpolated to `count` rows."""
    if len(path) == count:
        return path
    at = np.linspace(0.0, len(path) - 1, count)
    low = np.minimum(at.astype(int), len(path) - 1)
    high = np.minimum(low + 1, len(path) - 1)
    return np.asarray(path[low] + (at - low)[:, None] * (path[high] - path[low]))


def together(paths: Sequence[Array]) -> list[Array]:
    """Paths of different lengths, each interpolated to the longest."""
    count = max(len(p) for p in paths)
    return [stretched(p, count) for p in paths]
