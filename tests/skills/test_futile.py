"""A motion that brought nothing goes to the end of the list."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from pg4da.policies.types import Observation, Push, PushPath
from pg4da.skills.futile import Futile

Maker = Callable[..., Observation]


def push(x: float) -> Push:
    points = np.array([[x, 0.3, 0.013], [x, 0.6, 0.013]])
    return Push((PushPath(points, 0.0),), 0.0, 0.5)


def test_what_brought_nothing_comes_last(observation: Maker) -> None:
    futile, seen = Futile(), observation((0.0, 0.5), (0.05, 0.5))
    first, second = push(0.0), push(0.1)
    futile.chosen(first, seen)
    futile.look(seen)
    assert [p is second for p in futile.order([first, second], seen)] == [True, False]


def test_it_is_known_again_relative_to_a_target_that_moved(observation: Maker) -> None:
    futile = Futile()
    futile.chosen(push(0.0), observation((0.0, 0.5), (0.05, 0.5)))
    shift = 22 / 224  # whole cells, so that the same cells are occupied
    later = observation((shift, 0.5), (0.05 + shift, 0.5))
    futile.look(later)
    same, other = push(shift), push(0.0)
    assert [p is other for p in futile.order([same, other], later)] == [True, False]


def test_what_helped_may_be_made_again(observation: Maker) -> None:
    futile, first = Futile(), push(0.0)
    futile.chosen(first, observation((0.0, 0.5), (0.05, 0.5)))
    after = observation((0.0, 0.5))
    futile.look(after)
    assert futile.order([first, push(0.1)], after)[0] is first


def test_stirring_counts_where_the_target_is_not_seen(observation: Maker) -> None:
    futile, first = Futile(), push(0.0)
    futile.chosen(first, observation(None, (0.0, 0.5), (0.1, 0.5)))
    moved = observation(None, (0.0, 0.5), (0.2, 0.5))
    futile.look(moved)
    assert futile.order([first, push(0.1)], moved)[0] is first
    futile.chosen(first, moved)
    futile.look(moved)
    assert futile.order([first, push(0.1)], moved)[0] is not first
