"""Pushes through key points: one path, or two at once by two arms (paper, section III-C 2, Fig. 5)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import product

import numpy as np

from pg4da.policies.geometric.lookahead import closing_across
from pg4da.policies.geometric.paths import EDGE, smoothed
from pg4da.policies.learned.key_points import by_angle, two_groups
from pg4da.policies.learned.places import Disc
from pg4da.policies.learned.surroundings import Surroundings
from pg4da.policies.types import Array, Push, PushPath

SPACING = 0.01  # m between the points of a path
OUTWARDS = 0.30  # m that the first point may be moved away from the target to be clear of every surface
STEP = 0.005
CLEAR = 0.030  # m round the closed fingers' middle: their corners, and what the planner asks for besides
SHORTEST = 0.04  # m; less does not move anything
ON_BOTH = "each arm clears one side of the target along learnt key points"
ON_ONE = "a closed gripper goes through learnt key points"


def push_candidates(points: Array, disc: Disc, around: Surroundings, score: float, arms: int = 2) -> list[Push]:
    """Pushes through key points (k, 2), k >= 1, best first; empty where none starts clear and stays inside.

    Two paths where the points fall into two groups and the arms stay apart all along; then one path through all of
    them in either direction, then through each group.
    """
    ordered = by_angle(points, disc.centre)
    groups = two_groups(ordered, disc.body)
    found: list[Push] = []
    if groups is not None and arms > 1:
        found += _dual(groups, disc, around, score)
    runs = [ordered, *(groups or ())]
    for run in runs:
        ways = [p for p in _ways(run, disc, around) if p is not None]
        for path in sorted(ways, key=_length):
            found.append(_push((path,), (_nearer_arm(path, around),), around, score, ON_ONE))
    return found


def _dual(groups: tuple[Array, Array], disc: Disc, around: Surroundings, score: float) -> Iterator[Push]:
    """Both groups at once, in the pair of directions that keeps the arms farthest apart, if that is far enough."""
    ways = product(*(list(_ways(g, disc, around)) for g in groups))
    pairs = [(a, b) for a, b in ways if a is not None and b is not None]
    if not pairs:
        return
    pair = max(pairs, key=lambda p: apart(*p))
    if apart(*pair) >= around.reach.settings.arm_separation and len(around.reach.arm_bases) == 2:
        yield _push(pair, _arms(pair, around), around, score, ON_BOTH)


def apart(first: Array, second: Array) -> float:
    """Least distance [m] between two paths (n, 3), (m, 3) at any two places, so that timing does not matter."""
    return float(np.linalg.norm(first[:, None, :2] - second[None, :, :2], axis=-1).min())


def _ways(run: Array, disc: Disc, around: Surroundings) -> Iterator[Array | None]:
    """The path through key points in their order and, if there are several, the other way round."""
    yield path_through(run, disc.centre, around)
    if len(run) > 1:
        yield path_through(run[::-1], disc.centre, around)


def path_through(run: Array, centre: Array, around: Surroundings) -> Array | None:
    """Fingertip path (n, 3) through key points (k, 2) from a clear place outside; None where it would leave."""
    start = _clear_start(run[0], centre, around)
    if start is None:
        return None
    goal = run if len(run) > 1 else np.vstack([run, 0.5 * (run[0] + centre)])  # a lone point: on towards the target
    flat = smoothed(resampled(np.vstack([start, goal]), SPACING))
    inside = around.reach.workspace.contain(flat, EDGE)
    if not inside.all() or float(np.linalg.norm(np.diff(flat, axis=0), axis=1).sum()) < SHORTEST:
        return None
    return np.column_stack([flat, np.full(len(flat), around.height)])


def _clear_start(point: Array, centre: Array, around: Surroundings) -> Array | None:
    """The nearest clear place (2,) from a point outwards, on the ray from the target's centre; None without one."""
    away = point - centre
    length = float(np.linalg.norm(away))
    d = away / length if length > 1e-6 else np.array([1.0, 0.0])
    places = point + np.arange(0.0, OUTWARDS, STEP)[:, None] * d
    free = around.space.free(places, CLEAR)
    free &= around.reach.workspace.contain(places, around.reach.settings.workspace_margin)
    return places[int(np.argmax(free))] if free.any() else None


def resampled(line: Array, spacing: float) -> Array:
    """Points (n, 2) evenly along a polyline (k, 2), about `spacing` [m] apart, both ends kept."""
    lengths = np.linalg.norm(np.diff(line, axis=0), axis=1)
    at = np.concatenate([[0.0], np.cumsum(lengths)])
    count = max(2, int(np.ceil(at[-1] / spacing - 1e-9)) + 1)
    where = np.linspace(0.0, at[-1], count)
    return np.column_stack([np.interp(where, at, line[:, axis]) for axis in (0, 1)])


def _length(path: Array) -> float:
    return float(np.linalg.norm(np.diff(path, axis=0), axis=1).sum())


def _nearer_arm(path: Array, around: Surroundings) -> str:
    middle = path[:, :2].mean(axis=0)
    bases = around.reach.arm_bases
    return min(sorted(bases), key=lambda name: float(np.linalg.norm(middle - np.array(bases[name]))))


def _arms(pair: tuple[Array, Array], around: Surroundings) -> tuple[str, str]:
    """Arms for two paths, least total distance."""
    a, b = sorted(around.reach.arm_bases)
    away = {
        n: [float(np.linalg.norm(p[:, :2].mean(axis=0) - np.array(around.reach.arm_bases[n]))) for p in pair]
        for n in (a, b)
    }
    return (a, b) if away[a][0] + away[b][1] <= away[b][0] + away[a][1] else (b, a)


def _push(paths: Sequence[Array], arms: Sequence[str], around: Surroundings, score: float, reason: str) -> Push:
    """A push with closed fingers, each jaw square to its path's chord."""
    made = []
    for path, arm in zip(paths, arms, strict=True):
        chord = path[-1, :2] - path[0, :2]
        made.append(PushPath(path, closing_across(float(np.arctan2(chord[1], chord[0]))), arm))
    purpose = "isolate" if around.observation.target_seen else "uncover"
    return Push(tuple(made), around.reach.settings.broom_width, score, purpose, reason)
