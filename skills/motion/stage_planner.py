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
from pg4da.skills.motion.tool_speed import gentle
from pg4da.skills.motion.transits import easy, searched

TOOL_ACCELERATION = 2.0  # m/s² along a line
Timed = dict[str, Trajectory]


@dataclass(frozen=True)
class Situation:
    """Where all arms are when a stage begins, and what is round them.

    at_start: nothing has been planned before it. retreat: of each arm's fingertips behind its tool frame [m].
    """

    clearance: Clearance
    kinematics: Mapping[str, Kinematics]
    home: Mapping[str, Array]
    now: Mapping[str, Array]
    obstacles: Obstacles | None
    workspace: Workspace
    at_start: bool
    retreat: Mapping[str, float]

    def moved(self, q: Mapping[str, Array]) -> Situation:
        """After a stage that brought arms to q."""
        return replace(self, now={**self.now, **q}, at_start=False)

    def conflict(self, moving: Mapping[str, Array], contact: bool = False) -> Conflict | None:
        """What is met on the way of the moving arms, name to (n, dof), while the others stand still."""
        count = len(next(iter(moving.values())))
        still = {n: np.broadcast_to(q, (count, len(q))) for n, q in self.now.items() if n not in moving}
        arms = frozenset(moving)
        return self.clearance.first_conflict({**still, **moving}, self.obstacles, arms, contact, self.at_start)


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
            raise blocked(replace(way, hand=False), group.first, None)  # another bend of the arm goes another way
        way = found
    limits = Limits(columns.limit("max_velocity"), columns.limit("max_acceleration"))
    if len(way) > 2:
        times, q = _timed(rounded(way), limits, columns, group.first)
        if check(thinned(q)) is None:
            return _trajectories(columns, *gentle(times, q, columns))
    return _trajectories(columns, *gentle(*_stop_and_go(way, limits, columns, group.first), columns))


def plan_line(situation: Situation, group: Group, i: int, choice: Mapping[str, Candidate]) -> tuple[Timed, Situation]:
    """Line i of a group, all its arms at once, and the situation after it. Raises Blocked."""
    speed = group.lines[i].speed
    columns, q, arcs = _line_path(situation, group, i, choice)
    limits = Limits(
        np.concatenate([columns.limit("max_velocity"), np.full(arcs.shape[1], speed)]),
        np.concatenate([columns.limit("max_acceleration"), np.full(arcs.shape[1], TOOL_ACCELERATION)]),
    )
    times, samples = _timed(np.column_stack([q, arcs]), limits, columns, group.first_line + i)
    samples = samples[:, : q.shape[1]]
    _check_line(situation, group, i, choice, columns, thinned(samples))
    return _trajectories(columns, times, samples), situation.moved(columns.split(samples[-1]))


def check_lines(situation: Situation, group: Group, choice: Mapping[str, Candidate]) -> None:
    """All lines of a group, all arms at once, before they are timed. Raises Blocked."""
    for i in range(len(group.lines)):
        columns, q, _ = _line_path(situation, group, i, choice)
        _check_line(situation, group, i, choice, columns, q)
        situation = situation.moved(columns.split(q[-1]))


def _line_path(
    situation: Situation, group: Group, i: int, choice: Mapping[str, Candidate]
) -> tuple[Columns, Array, Array]:
    """Configurations (n, d) of all arms of a line side by side, and how far each tool has come (n, arms)."""
    arms = tuple(sorted(group.lines[i].poses))
    paths = []
    for arm in arms:
        rows = rows_of(choice[arm], i)
        paths.append(np.column_stack([choice[arm].path[rows], choice[arm].arc[rows]]))
    level = together(paths)
    q = np.concatenate([p[:, :-1] for p in level], axis=1)
    return Columns(arms, situation.kinematics), q, np.stack([p[:, -1] for p in level], axis=1)


def _check_line(
    situation: Situation, group: Group, i: int, choice: Mapping[str, Candidate], columns: Columns, q: Array
) -> None:
    hit = situation.conflict(columns.split(q), group.lines[i].contact)
    if hit is None:
        return
    index = None
    if hit.arm in columns.arms:
        rows = rows_of(choice[hit.arm], i)
        share = hit.sample / max(1, len(q) - 1)
        index = int(choice[hit.arm].index[rows[int(share * (len(rows) - 1))]])
    raise blocked(hit, group.first_line + i, index)


def rows_of(way: Candidate, i: int) -> Array:
    """Rows of a candidate that belong to line i, from where the line before it ended."""
    mine = np.flatnonzero(way.stage[1:] == i) + 1
    before = np.flatnonzero(way.stage[1:] < i) + 1
    return np.concatenate([before[-1:] if len(before) else [0], mine]).astype(np.intp)


def blocked(hit: Conflict, stage: int, index: int | None) -> Blocked:
    """The error of a conflict."""
    return Blocked(hit.code, f"stage {stage}: {hit.message}", hit.arm, index, stage, hit.hand)


def _timed(points: Array, limits: Limits, columns: Columns, stage: int) -> tuple[Array, Array]:
    try:
        return parametrise(points, limits)
    except TooTight as error:
        raise Blocked("too_fast", f"stage {stage}: {error}", columns.arms[0], None, stage) from error


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
