"""The search gets round a wall, the same way each time, and gives up within its bound."""

from __future__ import annotations

import itertools

import numpy as np

from pg4da.hardware.frames import Array
from pg4da.skills.motion.rrt import connect, shorten

LOW, HIGH = np.zeros(2), np.ones(2)
START, GOAL = np.array([0.1, 0.1]), np.array([0.9, 0.1])


def past_wall(p: Array, q: Array) -> bool:
    """A wall at x = 0.5 with a gap above y = 0.8."""
    points = p + np.linspace(0.0, 1.0, 50)[:, None] * (q - p)
    return not ((np.abs(points[:, 0] - 0.5) < 0.03) & (points[:, 1] < 0.8)).any()


def search(seed: int) -> Array | None:
    return connect(START, GOAL, past_wall, LOW, HIGH, np.random.default_rng(seed), step=0.2)


def test_it_goes_round() -> None:
    path = search(0)
    assert path is not None
    assert np.array_equal(path[0], START)
    assert np.array_equal(path[-1], GOAL)
    assert all(past_wall(a, b) for a, b in itertools.pairwise(path))
    assert path[:, 1].max() > 0.8
    short = shorten(path, past_wall, np.random.default_rng(0))
    assert len(short) <= len(path)
    assert all(past_wall(a, b) for a, b in itertools.pairwise(short))


def test_the_same_seed_finds_the_same_way() -> None:
    first, second = search(3), search(3)
    assert first is not None
    assert second is not None
    assert np.array_equal(first, second)


def test_it_gives_up() -> None:
    assert connect(START, GOAL, lambda p, q: False, LOW, HIGH, np.random.default_rng(0), iterations=20) is None
