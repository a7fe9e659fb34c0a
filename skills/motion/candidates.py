"""The ways in which one arm can make a transit goal and the lines that follow it, cheapest first."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import product

import numpy as np

from pg4da.hardware.cell import Kinematics
from pg4da.hardware.frames import Array
from pg4da.skills.motion.errors import Unreachable
from pg4da.skills.motion.lean import UPRIGHT, Lean
from pg4da.skills.motion.lines import (
    Index,
    ToolPath,
    follow,
    into_limits,
    nearest_turn,
    sample_lines,
    solve_all,
    turned,
)
from pg4da.skills.motion.stages import Line, Stage, Transit

_LEAN_COST = 2.0  # s a radian of lean
_TIPPING_COST = 1.0  # s a radian that the tool tips over on the way
_LOOKS = (0.25, 0.5, 0.75)  # shares of the way where that is looked at
_HOMEWARD = 0.2  # weight of the way home from a candidate against the way to it


@dataclass(frozen=True)
class Candidate:
    """path: (m, dof), the samples of all lines; row 0 is where the transit ends. arc: (m,) metres the tool has gone.

    index: (m,), the pose that a sample leads to. stage: (m,), the line of the group that it belongs to.
    """

    path: Array
    arc: Array
    index: Index
    stage: Index
    cost: float


@dataclass(frozen=True)
class Group:
    """A transit with the lines after it; only the first group may lack one. first: number of its first stage."""

    transit: Transit | None
    lines: tuple[Line, ...]
    first: int

    @property
    def arms(self) -> tuple[str, ...]:
        """Arms that the group moves, in order of name."""
        named = set(self.transit.goals if self.transit else ())
        return tuple(sorted(named.union(*(line.poses for line in self.lines))))

    def points(self, arm: str) -> Array:
        """Where the lines take the tool of an arm, shape (n, 3)."""
        lines = [np.asarray(line.poses[arm])[:, :3, 3] for line in self.lines if arm in line.poses]
        return np.concatenate(lines) if lines else np.empty((0, 3))

    @property
    def first_line(self) -> int:
        """Stage number of the first line."""
        return self.first + (self.transit is not None)


def groups(stages: Sequence[Stage]) -> list[Group]:
    """Cut a program before every transit."""
    starts = sorted({0, *(i for i, stage in enumerate(stages) if isinstance(stage, Transit))})
    out = []
    for a, b in zip(starts, [*starts[1:], len(stages)], strict=True):
        head = stages[a]
        transit = head if isinstance(head, Transit) else None
        lines = tuple(stage for stage in stages[a:b] if isinstance(stage, Line))
        out.append(Group(transit, lines, a))
    return out


def candidates(
    arm: str,
    kinematics: Kinematics,
    group: Group,
    now: Array,
    home: Array,
    symmetric: bool,
    leaning: Sequence[Lean] = (UPRIGHT,),
) -> list[Candidate]:
    """All ways of one arm through a group from configuration `now`. Raises Unreachable naming stage and pose.

    leaning: tilts of the whole group to try, where it begins with a transit to a pose.
    """
    goal = group.transit.goals.get(arm) if group.transit else None
    lines = [np.asarray(line.poses.get(arm, np.empty((0, 4, 4))), float) for line in group.lines]
    found: list[Candidate] = []
    furthest: tuple[int, ToolPath, Array] | None = None
    for tool, starts, fixed, extra in _beginnings(kinematics, goal, lines, now, symmetric, leaning):
        solutions = solve_all(kinematics, tool.poses)
        starts = _usable(solutions[0]) if starts is None else starts
        paths, length = follow(kinematics, solutions, nearest_turn(kinematics, starts, now) if not fixed else starts)
        reached = int(length.max(initial=0))
        if furthest is None or reached > furthest[0]:
            furthest = (reached, tool, solutions)
        whole = (paths[:, i] for i in np.flatnonzero(length == len(solutions)))
        found += _inside(kinematics, whole, tool, now, home, fixed, extra)
    if not found and furthest is not None:
        raise _unreachable(arm, group, goal is not None, *furthest)
    return sorted(found, key=lambda c: c.cost)


def _beginnings(
    kinematics: Kinematics,
    goal: Array | None,
    lines: list[Array],
    now: Array,
    symmetric: bool,
    leaning: Sequence[Lean],
) -> list[tuple[ToolPath, Array | None, bool, float]]:
    """Tool paths to try, where their joint paths begin (None: at any solution), if that is fixed, and an extra cost."""
    if goal is not None and np.ndim(goal) == 2:
        out: list[tuple[ToolPath, Array | None, bool, float]] = []
        asked = sample_lines(goal, lines)  # a lean or a turn of the samples is a sample of the leaned or turned
        for lean, flip in product(leaning, (False, True) if symmetric else (False,)):
            tool = replace(asked, poses=turned(lean.of(asked.poses), flip))
            out.append((tool, None, False, _LEAN_COST * lean.angle))
        return out
    q = np.asarray(now if goal is None else goal, float)
    at = kinematics.forward(q)
    flip = symmetric and _faces_away(at, lines)
    return [(sample_lines(at, [turned(line, flip) for line in lines]), q[None], True, 0.0)]


def _faces_away(tool: Array, lines: list[Array]) -> bool:
    first = next((line[0] for line in lines if len(line)), None)
    return first is not None and float(tool[:3, 0] @ first[:3, 0]) < 0.0


def _usable(solutions: Array) -> Array:
    return np.asarray(solutions[np.isfinite(solutions[:, 0])])


def _inside(
    kinematics: Kinematics,
    paths: Iterable[Array],
    tool: ToolPath,
    now: Array,
    home: Array,
    fixed: bool,
    extra: float,
) -> list[Candidate]:
    steps = np.diff(tool.poses[:, :3, 3], axis=0)
    arc = np.concatenate([[0.0], np.cumsum(np.sqrt((steps**2).sum(axis=1)))])
    out = []
    for raw in paths:
        path = into_limits(kinematics, raw)
        if path is None or (fixed and not np.allclose(path[0], raw[0])):
            continue
        out.append(Candidate(path, arc, tool.index, tool.stage, extra + _cost(kinematics, path, now, home)))
    return out


def _cost(kinematics: Kinematics, path: Array, now: Array, home: Array) -> float:
    """Seconds at full speed to the start, along the lines, and part of the way home; more for tipping the tool."""
    v = kinematics.max_velocity
    along = float((np.abs(np.diff(path, axis=0)) / v).max(axis=1).sum()) if len(path) > 1 else 0.0
    there = float(np.max(np.abs(path[0] - now) / v)) + _TIPPING_COST * _tipping(kinematics, now, path[0])
    return there + along + _HOMEWARD * float(np.max(np.abs(path[-1] - home) / v))


def _tipping(kinematics: Kinematics, start: Array, end: Array) -> float:
    """How far [rad] the approach axis leaves both its directions on the straight joint way: what is held would tip."""
    ends = np.stack([kinematics.forward(q)[:3, 2] for q in (start, end)])
    between = [kinematics.forward(start + share * (end - start))[:3, 2] for share in _LOOKS]
    cosines = np.stack(between) @ ends.T
    return float(np.arccos(np.clip(cosines.max(axis=1), -1.0, 1.0)).max())


def _unreachable(arm: str, group: Group, has_goal: bool, reached: int, tool: ToolPath, solutions: Array) -> Unreachable:
    i = min(reached, len(tool.index) - 1)
    at_goal = reached == 0 and has_goal
    stage = group.first if at_goal else group.first_line + int(tool.stage[i])
    where = ", ".join(f"{v:.3f}" for v in tool.poses[i, :3, 3])
    solved = bool(np.isfinite(solutions[i]).any())
    code = "discontinuous" if solved else "unreachable"
    reason = "can't follow the line past" if solved else "can't reach"
    message = f"stage {stage}: the {arm} arm {reason} pose {int(tool.index[i])}, at ({where}) m"
    return Unreachable(code, message, arm, int(tool.index[i]), stage)
