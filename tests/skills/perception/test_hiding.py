"""Where a hidden target is looked for."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from pg4da.policies.types import MapGrid
from pg4da.skills.perception.heightmap import project
from pg4da.skills.perception.hiding import hiding_map, update_looked
from pg4da.skills.perception.observe import Memory, make_observation

GRID = MapGrid()
CUBE = (0.045, 0.045, 0.045)
GREEN, RED = (0.0, 1.0, 0.0), (0.8, 0.2, 0.2)


def at(values: Any, x: float, y: float) -> Any:
    row, col = GRID.to_cell(np.array([x, y]))
    return values[row, col]


@pytest.fixture(scope="module")
def two_layers(box: Any) -> list[Any]:
    """Twelve cubes flush, a bar on top of the one at (0.0, 0.5), which is green; another, smaller bar elsewhere."""
    floor = [
        box((0.045 * i, 0.5 + 0.045 * j), CUBE, GREEN if (i, j) == (0, 0) else RED)
        for i in range(-2, 2)
        for j in range(-1, 2)
    ]
    top = [box((0.0, 0.5), (0.046, 0.09, 0.045), (0.2, 0.2, 0.8), 0.045)]
    return [*floor, *top, box((-0.09, 0.545), (0.0225, 0.045, 0.045), (0.9, 0.6, 0.2), 0.045)]


@pytest.mark.parametrize("noise", [False, True])
def test_second_layer_hides_best(photograph: Any, two_layers: list[Any], noise: bool) -> None:
    _, height, seen = project(photograph(two_layers, noise=noise), GRID)
    values, best = hiding_map(height, seen)
    assert best is not None
    np.testing.assert_allclose(best.centre, (0.0, 0.5), atol=0.008)
    assert at(values, 0.0, 0.5) > 0.9
    assert 0.3 < at(values, -0.09, 0.545) < 0.95  # a smaller place, less hope
    assert at(values, 0.045, 0.455) < 0.2  # a single layer
    assert at(values, 0.3, 0.3) == 0.0  # the table
    assert values.max() == pytest.approx(1.0)


def test_nothing_hides_on_an_empty_table(photograph: Any) -> None:
    values, best = hiding_map(*project(photograph([]), GRID)[1:])
    assert best is None
    assert not values.any()


def test_things_too_small_hide_nothing(photograph: Any, box: Any) -> None:
    pencil, card = box((0.0, 0.5), (0.01, 0.15, 0.08)), box((0.1, 0.5), (0.09, 0.09, 0.015))
    values, best = hiding_map(*project(photograph([pencil, card]), GRID)[1:], min_size=0.03)
    assert best is None
    assert not values.any()


def test_place_seen_empty_before_is_less_likely(photograph: Any, box: Any) -> None:
    """A stack that came to lie where the table was seen hides less than one that was always there."""
    old = [box((-0.1, 0.5), CUBE, RED), box((-0.1, 0.5), CUBE, RED, 0.045)]
    new = [box((0.1, 0.5), CUBE, RED), box((0.1, 0.5), CUBE, RED, 0.045)]
    looked = update_looked(None, *project(photograph(old), GRID)[1:])
    _, height, seen = project(photograph([*old, *new]), GRID)
    fresh, _ = hiding_map(height, seen)
    values, best = hiding_map(height, seen, looked)
    assert at(fresh, 0.1, 0.5) > 0.9
    assert at(values, 0.1, 0.5) < 0.4
    assert best is not None
    np.testing.assert_allclose(best.centre, (-0.1, 0.5), atol=0.005)


def test_what_stands_at_the_edge_of_the_map_is_furniture(photograph: Any, box: Any) -> None:
    plinth = box((-0.5, 0.5), (0.08, 0.18, 0.1))
    assert not hiding_map(*project(photograph([plinth]), GRID)[1:])[0].any()


def test_wide_shadow_is_a_hiding_place(photograph: Any, box: Any) -> None:
    tower = box((0.3, 0.5), (0.04, 0.3, 0.3))
    values, _ = hiding_map(*project(photograph([tower]), GRID)[1:])
    assert at(values, 0.355, 0.5) > 0.3


def test_last_place_is_looked_at_first(photograph: Any, box: Any) -> None:
    stacks = [box((x, 0.5), CUBE, RED, base) for x in (-0.15, 0.15) for base in (0.0, 0.045)]
    _, height, seen = project(photograph(stacks), GRID)
    for x in (-0.15, 0.15):
        _, best = hiding_map(height, seen, last_seen=np.array([x, 0.51]))
        assert best is not None
        assert best.centre[0] == pytest.approx(x, abs=0.01)


def test_observation_of_a_hidden_then_uncovered_target(photograph: Any, two_layers: list[Any]) -> None:
    hidden, memory = make_observation(photograph(two_layers), GRID, "green")
    assert not hidden.target_seen
    assert hidden.visible_share == 0.0
    assert hidden.hiding.max() == pytest.approx(1.0)
    uncovered = [b for b in two_layers if b.base == 0.0]
    seen, memory = make_observation(photograph(uncovered), GRID, "green", memory)
    assert seen.visible_share == 1.0
    assert not seen.hiding.any()
    assert memory.last_seen is not None
    np.testing.assert_allclose(memory.last_seen, (0.0, 0.5), atol=0.003)
    assert memory.largest_area == pytest.approx(0.045**2, rel=0.15)
    again, memory = make_observation(photograph(two_layers), GRID, "green", memory)
    assert at(again.hiding, 0.0, 0.5) > 0.9
    assert memory.largest_area > 0.0015


def test_memory_of_another_grid_is_dropped(photograph: Any, two_layers: list[Any]) -> None:
    memory = Memory(np.zeros((10, 10), np.float32), 0.5)
    _, after = make_observation(photograph(two_layers), GRID, "green", memory)
    assert after.looked.shape == (224, 224)
    assert after.largest_area == 0.0
