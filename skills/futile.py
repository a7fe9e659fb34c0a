"""Motions that brought nothing are not repeated while there is something else to try."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from pg4da.hardware.frames import Array
from pg4da.policies.isolation import isolation_rate
from pg4da.policies.types import Action, Grasp, Observation

SAME_PUSH = 0.025  # m between the ends of two pushes that count as the same
SAME_GRASP = 0.012  # m between two grasps that do
TURN = 0.03  # m that a quarter turn of the closing axis counts for, twice
DISCOUNT = 0.4  # what is left of a score each time
PROGRESS = 0.04  # of the isolation rate or of the visible share
STIRRED = 0.10  # share of the occupied cells that changed: worth another look where the target is not seen
CHANGED = 0.01  # m


@dataclass(frozen=True)
class _Mark:
    """An action as points (k, 2) [m] relative to the target where it was seen, else in `world`: the ends of a push's
    paths, or place and turn of a grasp. tolerance [m]: how near another one counts as the same."""

    points: Array
    tolerance: float

    def like(self, other: _Mark) -> bool:
        """Whether two marks are of the same kind and near each other."""
        if self.tolerance != other.tolerance or self.points.shape != other.points.shape:
            return False
        return float(np.abs(self.points - other.points).max()) < self.tolerance


@dataclass(frozen=True)
class _Tried:
    """What was tried, and what was seen before it."""

    mark: _Mark
    before: Observation


@dataclass
class Futile:
    """What was tried last and what has brought nothing, in one mission."""

    last: _Tried | None = None
    marks: list[_Mark] = field(default_factory=list)

    def chosen(self, action: Action, observation: Observation) -> None:
        """Remember an action that is about to be made."""
        self.last = _Tried(_mark(action, _origin(observation)), observation)

    def look(self, observation: Observation) -> None:
        """Judge the last action by what is seen after it."""
        if self.last is not None and not _progress(self.last.before, observation):
            self.marks.append(self.last.mark)
        self.last = None

    def order(self, candidates: Sequence[Action], observation: Observation) -> list[Action]:
        """The candidates; one like a futile motion comes after every fresh one that beats its discounted score."""
        origin = _origin(observation)
        repeats = [self._repeats(_mark(action, origin)) for action in candidates]
        ordered = [action for action, count in zip(candidates, repeats, strict=True) if count == 0]
        for action, count in zip(candidates, repeats, strict=True):
            if count:
                worth = action.score * DISCOUNT**count
                better = [i for i, other in enumerate(ordered) if other.score > worth]
                ordered.insert(better[-1] + 1 if better else 0, action)
        return ordered

    def _repeats(self, mark: _Mark) -> int:
        return sum(m.like(mark) for m in self.marks)


def _mark(action: Action, origin: Array) -> _Mark:
    if isinstance(action, Grasp):
        angle = 2 * np.arctan2(action.pose[1, 0], action.pose[0, 0])  # a jaw turned by half a turn is the same jaw
        turn = TURN * np.array([np.cos(angle), np.sin(angle)])
        return _Mark(np.stack([action.pose[:2, 3] - origin, turn]), SAME_GRASP)
    return _Mark(np.concatenate([path.points[[0, -1], :2] for path in action.paths]) - origin, SAME_PUSH)


def _origin(observation: Observation) -> Array:
    if not observation.target_seen:
        return np.zeros(2)
    return np.asarray(observation.grid.to_world(*np.nonzero(observation.target_mask)).mean(axis=0))


def _progress(before: Observation, after: Observation) -> bool:
    """Whether the target is freer or better seen, or, where it is still not seen, the clutter was stirred."""
    if after.visible_share > before.visible_share + PROGRESS:
        return True
    if not after.target_seen:
        occupied = before.height > CHANGED
        changed = np.abs(after.height - before.height) > CHANGED
        return float((changed & occupied).sum()) > STIRRED * float(occupied.sum())
    return isolation_rate(after) > isolation_rate(before) + PROGRESS
