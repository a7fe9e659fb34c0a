"""RRT-Connect (Kuffner and LaValle 2000) in a joint space, seeded and bounded by iterations.

Our own because a plan must be a function of its inputs: OMPL's random numbers are one stream for the whole process.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from pg4da.hardware.frames import Array

EdgeCheck = Callable[[Array, Array], bool]  # two configurations: is the straight way between them free?


class _Tree:
    def __init__(self, root: Array) -> None:
        self.nodes = [root]
        self.parents = [-1]

    def nearest(self, q: Array) -> int:
        return int(np.abs(np.asarray(self.nodes) - q).max(axis=1).argmin())

    def add(self, q: Array, parent: int) -> int:
        self.nodes.append(q)
        self.parents.append(parent)
        return len(self.nodes) - 1

    def branch(self, i: int) -> list[Array]:
        """Nodes from the root to node i."""
        out = []
        while i >= 0:
            out.append(self.nodes[i])
            i = self.parents[i]
        return out[::-1]


def connect(
    start: Array,
    goal: Array,
    free: EdgeCheck,
    low: Array,
    high: Array,
    rng: np.random.Generator,
    iterations: int = 300,
    step: float = 0.5,
) -> Array | None:
    """Waypoints (n, dof) from start to goal inside the box low..high, or None when `iterations` did not suffice."""
    grown, other = _Tree(start), _Tree(goal)
    forward = True
    for _ in range(iterations):
        i = _extend(grown, rng.uniform(low, high), free, step)
        if i is not None:
            j = _reach(other, grown.nodes[i], free, step)
            if j is not None:
                a, b = grown.branch(i), other.branch(j)
                joined = a + b[::-1][1:]
                return np.array(joined if forward else joined[::-1])
        grown, other, forward = other, grown, not forward
    return None


def shorten(path: Array, free: EdgeCheck, rng: np.random.Generator, tries: int = 40) -> Array:
    """Leave out waypoints between which the straight way is free."""
    points = list(path)
    for _ in range(tries):
        if len(points) < 3:
            break
        i, j = sorted(rng.choice(len(points), 2, replace=False))
        if j - i > 1 and free(points[i], points[j]):
            del points[i + 1 : j]
    return np.array(points)


def _extend(tree: _Tree, q: Array, free: EdgeCheck, step: float) -> int | None:
    i = tree.nearest(q)
    way = q - tree.nodes[i]
    length = float(np.abs(way).max())
    to = tree.nodes[i] + way * min(1.0, step / max(length, 1e-12))
    return tree.add(to, i) if free(tree.nodes[i], to) else None


def _reach(tree: _Tree, q: Array, free: EdgeCheck, step: float) -> int | None:
    while True:
        i = _extend(tree, q, free, step)
        if i is None:
            return None
        if np.allclose(tree.nodes[i], q):
            return i
