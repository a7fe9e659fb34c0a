"""The ways in which all arms of a group can go together, cheapest first, without those known to be blocked.

Where a gripper can't go, it can't go however its arm is bent: one look rules out every candidate that shares its path.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from pg4da.hardware.frames import Array
from pg4da.skills.motion.candidates import Candidate, Group
from pg4da.skills.motion.clearance import Conflict
from pg4da.skills.motion.errors import Blocked
from pg4da.skills.motion.stage_planner import Situation, blocked, rows_of

Choice = dict[str, Candidate]


class Choices:
    """options: candidates of every arm, in the order of `group.arms`. first: why the first blocked one is blocked."""

    def __init__(self, situation: Situation, group: Group, options: Sequence[Sequence[Candidate]]) -> None:
        self.first: Blocked | None = None
        self._situation, self._group, self._arms = situation, group, group.arms
        self._options = options
        self._known: dict[int, Blocked | None] = {}
        self._hands: dict[tuple[str, int], Blocked] = {}
        self._together: set[tuple[int, ...]] = set()

    def __iter__(self) -> Iterator[Choice]:
        left = self._cheapest_first()
        while len(left):
            picked = [options[i] for options, i in zip(self._options, left[0], strict=True)]
            for k, (arm, way) in enumerate(zip(self._arms, picked, strict=True)):
                reason = self._alone(arm, way)
                if reason is not None:
                    self.first = self.first or reason
                    left = left[left[:, k] != left[0, k]]
                    break
            else:
                left = left[1:]
                if _tools(picked) not in self._together:
                    yield dict(zip(self._arms, picked, strict=True))

    def rule_out(self, choice: Choice) -> None:
        """The grippers of a choice meet: leave out every other one whose grippers go the same ways."""
        self._together.add(_tools([choice[arm] for arm in self._arms]))

    def _cheapest_first(self) -> NDArray[np.intp]:
        """Which candidate of each arm, (n, arms)."""
        total = np.zeros(())
        for options in self._options:
            total = np.add.outer(total, [way.cost for way in options])
        order = np.argsort(total, axis=None, kind="stable")
        return np.stack(np.unravel_index(order, total.shape), axis=1)

    def _alone(self, arm: str, way: Candidate) -> Blocked | None:
        """Why a candidate is of no use whatever the other arms do; each is looked at once."""
        if id(way) not in self._known:
            reason = self._hands.get((arm, way.tool)) or screen(self._situation, self._group, arm, way)
            if reason is not None and reason.hand:
                self._hands[arm, way.tool] = reason
            self._known[id(way)] = reason
        return self._known[id(way)]


def _tools(picked: Sequence[Candidate]) -> tuple[int, ...]:
    return tuple(way.tool for way in picked)


def screen(situation: Situation, group: Group, arm: str, way: Candidate) -> Blocked | None:
    """Why a candidate is of no use whatever the other arms do; None when it may be of use."""
    for i, line in enumerate(group.lines):
        rows = rows_of(way, i)
        if arm not in line.poses or len(rows) < 2:
            continue
        path = way.path[rows]
        outside = _outside(situation, group, i, arm) if line.contact else None
        if outside is not None:
            return outside
        hit = _alone(situation, arm, path, line.contact, leave=situation.at_start and group.transit is None and i == 0)
        if hit is not None:
            return blocked(hit, group.first_line + i, int(way.index[rows[hit.sample]]))
    if group.transit is not None and arm in group.transit.goals:
        hit = _alone(situation, arm, way.path[:1], contact=False, leave=False)
        if hit is not None:
            return blocked(hit, group.first, 0)
    return None


def _alone(situation: Situation, arm: str, path: Array, contact: bool, leave: bool) -> Conflict | None:
    others = frozenset(situation.now) - {arm}
    still = {n: np.broadcast_to(situation.now[n], (len(path), len(situation.now[n]))) for n in others}
    q = {**still, arm: path}
    return situation.clearance.first_conflict(q, situation.obstacles, frozenset({arm}), contact, leave, ignore=others)


def _outside(situation: Situation, group: Group, i: int, arm: str) -> Blocked | None:
    """The first given pose of a contact line that would take the fingertips off the workspace."""
    stage = group.first_line + i
    for j, pose in enumerate(group.lines[i].poses[arm]):
        x, y, _ = pose[:3, 3]
        if not situation.workspace.contains(x, y):
            text = f"stage {stage}: pose {j} of the {arm} arm, ({x:z.3f}, {y:z.3f}) m, is off the workspace"
            return Blocked("outside_workspace", text, arm, j, stage, hand=True)
    return None
