"""A way between two configurations: straight, by way of a raised tool, one arm after the other, or searched for."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

import numpy as np

from pg4da.hardware.cell import Kinematics
from pg4da.hardware.frames import Array
from pg4da.skills.motion.clearance import Conflict
from pg4da.skills.motion.joint_paths import Columns, dense
from pg4da.skills.motion.lines import nearest_turn
from pg4da.skills.motion.rrt import connect, shorten

Check = Callable[[Array], Conflict | None]  # samples (n, d) of all moving arms
RAISE = (0.12, 0.25)  # m
_ROOM = 1.2  # rad round start and goal that the search may use


def easy(start: Mapping[str, Array], goal: Mapping[str, Array], columns: Columns, check: Check) -> Array | Conflict:
    """Waypoints (n, d) of the first simple way that is free, else the conflict of the straight one."""
    first: Conflict | None = None
    for points in _simple_ways(start, goal, columns):
        conflict = check(dense(points))
        if conflict is None:
            return points
        first = first or conflict
    assert first is not None
    return first


def searched(
    start: Mapping[str, Array], goal: Mapping[str, Array], columns: Columns, check: Check, seed: int
) -> Array | None:
    """Waypoints found by RRT-Connect, or None."""
    a, b = columns.stack(start), columns.stack(goal)
    rng = np.random.default_rng(seed)
    low = np.maximum(np.minimum(a, b) - _ROOM, columns.limit("lower"))
    high = np.minimum(np.maximum(a, b) + _ROOM, columns.limit("upper"))

    def free(p: Array, q: Array) -> bool:
        return check(dense(np.stack([p, q]), 0.06)) is None

    if not (free(a, a) and free(b, b)):
        return None
    path = connect(a, b, free, low, high, rng)
    return None if path is None else shorten(path, free, rng)


def _simple_ways(start: Mapping[str, Array], goal: Mapping[str, Array], columns: Columns) -> Iterator[Array]:
    a, b = columns.stack(start), columns.stack(goal)
    yield np.stack([a, b])
    for height in RAISE:
        up_a, up_b = _raised(start, columns, height), _raised(goal, columns, height)
        if up_b is not None:
            yield np.stack([a, up_b, b])
        if up_a is not None:
            yield np.stack([a, up_a, b])
        if up_a is not None and up_b is not None:
            yield np.stack([a, up_a, up_b, b])
    if len(columns.arms) == 2:
        one, two = columns.arms
        yield np.stack([a, columns.stack({one: goal[one], two: start[two]}), b])
        yield np.stack([a, columns.stack({one: start[one], two: goal[two]}), b])


def _raised(q: Mapping[str, Array], columns: Columns, height: float) -> Array | None:
    """Every arm's tool moved straight up, nearest to where it is in joint space; None where one can't."""
    up = {name: _raise_one(columns.kinematics[name], q[name], height) for name in columns.arms}
    found = {name: value for name, value in up.items() if value is not None}
    return columns.stack(found) if len(found) == len(up) else None


def _raise_one(kinematics: Kinematics, q: Array, height: float) -> Array | None:
    T = kinematics.forward(q)
    T[2, 3] += height
    options = kinematics.inverse(T)
    if len(options) == 0:
        return None
    options = nearest_turn(kinematics, options, q)
    best = options[np.abs(options - q).max(axis=1).argmin()]
    return best if np.abs(best - q).max() < 1.5 else None
