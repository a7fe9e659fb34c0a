"""Motions that brought nothing are not repeated while there is something else to try."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from pg4da.hardware.frames import Array
from pg4da.policies.isolation import isolation_rate
from pg4da.policies.types import Action, Grasp, Observation

SAME_PLACE = 0.025  # m between the ends of two pushes, or two grasps, that count as the same
PROGRESS = 0.04  # of the isolation rate or of the visible share
STIRRED = 0.10  # share of the occupied cells that changed: worth another look where the target is not seen
CHANGED = 0.01  # m


@dataclass(frozen=True)
class _Tried:
    """An action as points relative to the target where it was seen, else in `world`; and what was seen before it."""

    mark: Array
    before: Observation


@dataclass
class Futile:
    """What was tried last and what has brought nothing, in one mission."""

    last: _Tried | None = None
    marks: list[Array] = field(default_factory=list)

    def chosen(self, action: Action, observation: Observation) -> None:
        """Remember an action that is about to be made."""
        self.last = _Tried(_mark(action, _origin(observation)), observation)

    def look(self, observation: Observation) -> None:
        """Judge the last action by what is seen after it."""
        if self.last is not None and not _progress(self.last.before, observation):
            self.marks.append(self.last.mark)
        self.last = None

    def order(self, candidates: Sequence[Action], observation: Observation) -> list[Action]:
        """The candidates, those like a futile motion last."""
        origin = _origin(observation)
        return sorted(candidates, key=lambda action: self._repeats(_mark(action, origin)))

    def _repeats(self, mark: Array) -> int:
        return sum(m.shape == mark.shape and float(np.abs(m - mark).max()) < SAME_PLACE for m in self.marks)


def _mark(action: Action, origin: Array) -> Array:
    """Ends of every path, or position of the grasp, (k, 2) [m] from the origin."""
    if isinstance(action, Grasp):
        return np.asarray(action.pose[None, :2, 3] - origin)
    return np.concatenate([path.points[[0, -1], :2] for path in action.paths]) - origin


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
