"""One stage: its joint path, checked before and after timing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np

from pg4da.hardware.cell import Kinematics, Workspace
from pg4da.hardware.frames import Array
from pg4da.hardware.trajectory import Trajectory
from pg4da.skills.motion.candidates import Candidate, Group
from pg4da.skills.motion.clearance import Clearance, Conflict, Obstacles
from pg4da.skills.motion.errors import Blocked
from pg4da.skills.motion.joint_paths import Columns, rounded, thinned, together
from pg4da.skills.motion.timing import Limits, TooTight, parametrise
from pg4da.skills.motion.transits import easy, searched

TOOL_ACCELERATION = 2.0  # m/s² along a line
Timed = dict[str, Trajectory]


@dataclass(frozen=True)
class Situation:
    """Where all arms are when a stage begins, and what is round them. at_start: nothing has been planned before it."""

    clearance: Clearance
    kinematics: Mapping[str, Kinematics]
    home: Mapping[str, Array]
    now: Mapping[str, Array]
    obstacles: Obstacles | None
    workspace: Workspace
    at_start: bool

    def moved(self, q: Mapping[str, Array]) -> Situation:
        """After a stage that brought arms to q."""
        return replace(self, now={**self.now, **q}, at_start=False)

    def conflict(self, moving: Mapping[str, Array], contact: bool = False) -> Conflict | None:
        """What is met on the way of the moving arms, name to (n, dof), while the others stand still."""
        count = len(next(iter(moving.values())))
        still = {n: np.broadcast_to(q, (count, len(q))) for n, q in self.now.items() if n not in moving}
        arms = frozenset(moving)
        return self.clearance.first_conflict({**still, **moving}, self.obstacles, arms, contact, self.at_start)


def screen(situation: Situation, group: Group, arm: str, way: Candidate) -> Blocked | None:
    """Why a candidate is of no use whatever the other arms do; None when it may be of use."""
    for i, line in enumerate(group.lines):
        rows = _rows(way, i)
        if arm not in line.poses or len(rows) < 2:
            continue
        path = way.path[rows]
        outside = _outside(situation, group, i, arm, way) if line.contact else None
        if outside is not None:
            return outside
        hit = _alone(situation, arm, path, line.contact, leave=situation.at_start and group.transit is None and i == 0)
        if hit is not None:
            return _blocked(hit, group.first_line + i, int(way.index[rows[hit.sample]]))
    if group.transit is not None and arm in group.transit.goals:
        hit = _alone(situation, arm, way.path[:1], contact=False, leave=False)
        if hit is not None:
            return _blocked(hit, group.first, 0)
    return None


def plan_transit(situation: Situation, group: Group, goals: Mapping[str, Array], seed: int | None) -> Timed:
    """The transit of a group to configurations; with a seed, search when no simple way is free. Raises Blocked."""
    columns = Columns(tuple(sorted(goals)), situation.kinematics)

    def check(samples: Array) -> Conflict | None:
        return situation.conflict(columns.split(samples))

    start = {name: situation.now[name] for name in columns.arms}
    way = easy(start, goals, columns, check)
    if isinstance(way, Conflict):
        found = None if seed is None else searched(start, goals, columns, check, seed)
        if found is None:
            raise _blocked(way, group.first, None)
        way = found
    limits = Limits(columns.limit("max_velocity"), columns.limit("max_acceleration"))
    if len(way) > 2:
        times, q = _timed(rounded(way), limits, columns, group.first)
        if check(thinned(q)) is None:
            return _trajectories(columns, times, q)
    return _trajectories(columns, *_stop_and_go(way, limits, columns, group.first))


def plan_line(situation: Situation, group: Group, i: int, choice: Mapping[str, Candidate]) -> tuple[Timed, Situation]:
    """Line i of a group, all its arms at once, and the situation after it. Raises Blocked."""
    line, stage = group.lines[i], group.first_line + i
    moving = {arm: choice[arm] for arm in sorted(line.poses)}
    columns = Columns(tuple(moving), situation.kinematics)
    rows = {arm: _rows(way, i) for arm, way in moving.items()}
    paths = together([np.column_stack([way.path[rows[a]], way.arc[rows[a]]]) for a, way in moving.items()])
    q = np.concatenate([p[:, :-1] for p in paths], axis=1)
    arcs = np.stack([p[:, -1] for p in paths], axis=1)
    speed = np.full(len(paths), line.speed)
    limits = Limits(
        np.concatenate([columns.limit("max_velocity"), speed]),
        np.concatenate([columns.limit("max_acceleration"), np.full(len(paths), TOOL_ACCELERATION)]),
    )
    times, samples = _timed(np.column_stack([q, arcs]), limits, columns, stage)
    samples = samples[:, : q.shape[1]]
    checked = thinned(samples)
    hit = situation.conflict(columns.split(checked), line.contact)
    if hit is not None:
        at = int(hit.sample / max(1, len(checked) - 1) * (len(rows[hit.arm]) - 1)) if hit.arm in rows else 0
        index = int(moving[hit.arm].index[rows[hit.arm][at]]) if hit.arm in rows else None
        raise _blocked(hit, stage, index)
    return _trajectories(columns, times, samples), situation.moved(columns.split(samples[-1]))


def _rows(way: Candidate, i: int) -> Array:
    """Rows of a candidate that belong to line i, from where the line before it ended."""
    mine = np.flatnonzero(way.stage[1:] == i) + 1
    before = np.flatnonzero(way.stage[1:] < i) + 1
    return np.concatenate([before[-1:] if len(before) else [0], mine]).astype(np.intp)


def _alone(situation: Situation, arm: str, path: Array, contact: bool, leave: bool) -> Conflict | None:
    others = frozenset(situation.now) - {arm}
    still = {n: np.broadcast_to(situation.now[n], (len(path), len(situation.now[n]))) for n in others}
    q = {**still, arm: path}
    return situation.clearance.first_conflict(q, situation.obstacles, frozenset({arm}), contact, leave, ignore=others)


def _outside(situation: Situation, group: Group, i: int, arm: str, way: Candidate) -> Blocked | None:
    """The first given pose of a contact line that would take the fingertips off the workspace."""
    for j, pose in enumerate(group.lines[i].poses[arm]):
        x, y, _ = pose[:3, 3]
        if not situation.workspace.contains(x, y):
            text = (
                f"stage {group.first_line + i}: pose {j} of the {arm} arm, ({x:.3f}, {y:.3f}) m, is off the workspace"
            )
            return Blocked("outside_workspace", text, arm, j)
    return None


def _blocked(hit: Conflict, stage: int, index: int | None) -> Blocked:
    return Blocked(hit.code, f"stage {stage}: {hit.message}", hit.arm, index)


def _timed(points: Array, limits: Limits, columns: Columns, stage: int) -> tuple[Array, Array]:
    try:
        return parametrise(points, limits)
    except TooTight as error:
        raise Blocked("too_fast", f"stage {stage}: {error}", columns.arms[0]) from error


def _stop_and_go(way: Array, limits: Limits, columns: Columns, stage: int) -> tuple[Array, Array]:
    """Along a polyline exactly, at rest in every corner."""
    times, samples = _timed(way[:2], limits, columns, stage)
    for a, b in pairwise(way[1:]):
        t, q = _timed(np.stack([a, b]), limits, columns, stage)
        times = np.concatenate([times, times[-1] + t[1:]])
        samples = np.concatenate([samples, q[1:]])
    return times, samples


def _trajectories(columns: Columns, times: Array, samples: Array) -> Timed:
    return {name: Trajectory(times, np.array(q)) for name, q in columns.split(samples).items()}
