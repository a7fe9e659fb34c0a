"""The decision picture shows what it is given, where it is."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from pg4da.hardware.frames import looking_down
from pg4da.policies.types import Decision, Grasp, MapGrid, Observation, Push, PushPath
from pg4da.skills.perception.canvas import clutter_view
from pg4da.skills.perception.draw import ARM_COLORS, PANEL, decision_picture, way_of
from pg4da.skills.perception.observe import make_observation


@pytest.fixture(scope="module")
def observation(photograph: Any, box: Any) -> Observation:
    size = (0.045, 0.045, 0.045)
    scene = [box((0.2, 0.8), size, (0, 1, 0)), box((0.1, 0.7), size, (0.8, 0.2, 0.2))]
    return make_observation(photograph(scene), MapGrid(), "green")[0]


def plan(action: Push | Grasp) -> Decision:
    return Decision((action,), np.zeros((224, 224), np.float32), 0.0)


def test_picture_has_its_size_with_and_without_a_decision(observation: Observation) -> None:
    path = PushPath(np.array([[0.0, 0.7, 0.02], [0.1, 0.8, 0.02]]), 0.3, "left")
    for decision in (None, plan(Push((path,), 0.0, 0.5)), plan(Grasp(looking_down((0.2, 0.8, 0.02)), 0.045, 0.08, 1))):
        picture = decision_picture(observation, decision)
        assert picture.shape == (2 * PANEL, 1200, 3)
        assert picture.dtype == np.uint8


def test_view_holds_the_clutter_inside_the_grid(observation: Observation) -> None:
    view = clutter_view(observation, PANEL)
    xy = view.pixels(np.array([[0.2, 0.8], [0.1, 0.7]])) / 16
    assert np.all((xy > 0) & (xy < PANEL))
    assert 0 <= view.top <= 224 - view.n
    assert 0 <= view.left <= 224 - view.n
    assert xy[0, 0] > xy[1, 0]  # larger x to the right
    assert xy[0, 1] < xy[1, 1]  # larger y upwards


def test_view_holds_the_whole_way_of_a_push(observation: Observation) -> None:
    ends = np.array([[-0.3, 0.3, 0.02], [0.15, 0.75, 0.02]])
    path = PushPath(ends, 0.0, "left")
    xy = clutter_view(observation, PANEL, way_of(plan(Push((path,), 0.0, 0.5)))).pixels(ends[:, :2]) / 16
    assert np.all((xy > 0) & (xy < PANEL))
    assert way_of(None).shape == (0, 2)


def test_each_arm_draws_in_its_colour_at_its_place(observation: Observation) -> None:
    view = clutter_view(observation, PANEL)
    middle = np.array([[0.15, 0.75]])
    x, y = view.pixels(middle)[0] // 16
    ends = np.array([[0.1, 0.75, 0.02], [0.2, 0.75, 0.02]])
    for arm in ("left", "right"):
        picture = decision_picture(observation, plan(Push((PushPath(ends, 0.0, arm),), 0.0, 0.5)))
        patch = picture[y - 2 : y + 3, x - 2 : x + 3].reshape(-1, 3)
        assert np.any(np.all(patch == ARM_COLORS[arm], axis=1))


def test_empty_table_is_drawn_whole(photograph: Any) -> None:
    empty = make_observation(photograph([]), MapGrid(), "green")[0]
    assert clutter_view(empty, PANEL).n == 224
    assert decision_picture(empty).shape == (2 * PANEL, 1200, 3)
