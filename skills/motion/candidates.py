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
    forward_all,
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
    tool: number of the way that the tool goes; candidates of an arm that share it only bend the arm differently.
    """

    path: Array
    arc: Array
    index: Index
    stage: Index
    cost: float
    tool: int


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
    ways = _beginnings(kinematics, goal, lines, now, symmetric, leaning)
    solutions = solve_all(kinematics, np.concatenate([way.tool.poses for way in ways]))
    solutions = solutions.reshape(len(ways), -1, *solutions.shape[1:])
    begun = [_starts(kinematics, way, of[0], now) for way, of in zip(ways, solutions, strict=True)]
    owner = np.repeat(np.arange(len(ways)), [len(starts) for starts in begun])
    paths, length = follow(kinematics, solutions[owner].swapaxes(0, 1), np.concatenate(begun))
    found: list[Candidate] = []
    for number, way in enumerate(ways):
        whole = (paths[:, i] for i in np.flatnonzero((owner == number) & (length == len(paths))))
        found += _inside(kinematics, whole, way, number, now, home)
    if not found:
        reached = [int(length[owner == number].max(initial=0)) for number in range(len(ways))]
        best = int(np.argmax(reached))
        raise _unreachable(arm, group, goal is not None, reached[best], ways[best].tool, solutions[best])
    return sorted(found, key=lambda c: c.cost)


@dataclass(frozen=True)
class _Beginning:
    """A tool path to try. start: (1, dof), where its joint path must begin, None where any solution will do."""

    tool: ToolPath
    start: Array | None
    extra: float


def _beginnings(
    kinematics: Kinematics,
    goal: Array | None,
    lines: list[Array],
    now: Array,
    symmetric: bool,
    leaning: Sequence[Lean],
) -> list[_Beginning]:
    """Tool paths to try, all of as many samples."""
    if goal is not None and np.ndim(goal) == 2:
        out: list[_Beginning] = []
        asked = sample_lines(goal, lines)  # a lean or a turn of the samples is a sample of the leaned or turned
        for lean, flip in product(leaning, (False, True) if symmetric else (False,)):
            tool = replace(asked, poses=turned(lean.of(asked.poses), flip))
            out.append(_Beginning(tool, None, _LEAN_COST * lean.angle))
        return out
    q = np.asarray(now if goal is None else goal, float)
    at = kinematics.forward(q)
    flip = symmetric and _faces_away(at, lines)
    return [_Beginning(sample_lines(at, [turned(line, flip) for line in lines]), q[None], 0.0)]


def _starts(kinematics: Kinematics, way: _Beginning, solutions: Array, now: Array) -> Array:
    """Configurations (n, dof) in which a way may begin; solutions: (k, dof) of its first pose."""
    if way.start is not None:
        return way.start
    return nearest_turn(kinematics, solutions[np.isfinite(solutions[:, 0])], now)


def _faces_away(tool: Array, lines: list[Array]) -> bool:
    first = next((line[0] for line in lines if len(line)), None)
    return first is not None and float(tool[:3, 0] @ first[:3, 0]) < 0.0


def _inside(
    kinematics: Kinematics,
    paths: Iterable[Array],
    way: _Beginning,
    number: int,
    now: Array,
    home: Array,
) -> list[Candidate]:
    tool, fixed = way.tool, way.start is not None
    steps = np.diff(tool.poses[:, :3, 3], axis=0)
    arc = np.concatenate([[0.0], np.cumsum(np.sqrt((steps**2).sum(axis=1)))])
    inside = [(raw, into_limits(kinematics, raw)) for raw in paths]
    kept = [path for raw, path in inside if path is not None and not (fixed and not np.allclose(path[0], raw[0]))]
    costs = _costs(kinematics, kept, now, home)
    return [
        Candidate(path, arc, tool.index, tool.stage, way.extra + cost, number)
        for path, cost in zip(kept, costs, strict=True)
    ]


def _costs(kinematics: Kinematics, paths: Sequence[Array], now: Array, home: Array) -> list[float]:
    """Seconds at full speed to the start, along the lines, and part of the way home; more for tipping the tool."""
    if not paths:
        return []
    q, v = np.stack(paths), kinematics.max_velocity
    along = (np.abs(np.diff(q, axis=1)) / v).max(axis=2).sum(axis=1)
    there = np.max(np.abs(q[:, 0] - now) / v, axis=1) + _TIPPING_COST * _tipping(kinematics, now, q[:, 0])
    return list((there + along + _HOMEWARD * np.max(np.abs(q[:, -1] - home) / v, axis=1)).tolist())


def _tipping(kinematics: Kinematics, start: Array, ends: Array) -> Array:
    """How far [rad] the approach axis leaves both its directions on the straight joint way: what is held would tip.

    ends: (n, dof), each a way of its own. Returns (n,).
    """
    between = [start + share * (ends - start) for share in _LOOKS]
    axes = forward_all(kinematics, np.concatenate([start[None], ends, *between]))[:, :3, 2]
    at_end, looks = axes[1 : len(ends) + 1], axes[len(ends) + 1 :].reshape(len(_LOOKS), len(ends), 3)
    cosines = np.maximum(looks @ axes[0], (looks * at_end).sum(axis=-1))
    return np.asarray(np.arccos(np.clip(cosines, -1.0, 1.0)).max(axis=0))


def _unreachable(arm: str, group: Group, has_goal: bool, reached: int, tool: ToolPath, solutions: Array) -> Unreachable:
    i = min(reached, len(tool.index) - 1)
    at_goal = reached == 0 and has_goal
    stage = group.first if at_goal else group.first_line + int(tool.stage[i])
    where = ", ".join(f"{v:z.3f}" for v in tool.poses[i, :3, 3])
    solved = bool(np.isfinite(solutions[i]).any())
    code = "discontinuous" if solved else "unreachable"
    reason = "can't follow the line past" if solved else "can't reach"
    message = f"stage {stage}: the {arm} arm {reason} pose {int(tool.index[i])}, at ({where}) m"
    return Unreachable(code, message, arm, int(tool.index[i]), stage)
