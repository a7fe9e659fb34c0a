"""The target by colour, in noise, beside things of like colour."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from pg4da.policies.types import MapGrid
from pg4da.skills.perception.colors import likeness, parse_color
from pg4da.skills.perception.heightmap import project
from pg4da.skills.perception.target import covered_edge, target_mask, visible_share

GRID = MapGrid()
GREEN = (0.0, 1.0, 0.0)
CUBE = (0.045, 0.045, 0.045)


def true_cells(centre: tuple[float, float], size: tuple[float, ...]) -> np.ndarray[Any, np.dtype[np.bool_]]:
    """Cells whose centres the footprint covers."""
    rows, cols = np.mgrid[0 : GRID.cells, 0 : GRID.cells]
    away = np.abs(GRID.to_world(rows, cols) - np.array(centre)) - np.array(size[:2]) / 2
    return np.asarray(np.all(away < 0, axis=-1))


@pytest.fixture(scope="module")
def packed(box: Any) -> list[Any]:
    """A green cube hemmed in by flush neighbours of other colours."""
    ring = [(-0.045, 0.0), (0.045, 0.0), (0.0, 0.045), (0.0, -0.045), (0.045, 0.045), (-0.045, -0.045)]
    colors = [(0.9, 0.3, 0.6), (0.3, 0.2, 0.9), (0.8, 0.1, 0.1), (0.46, 0.49, 0.36), (0.2, 0.43, 0.43), (0.1, 0.1, 0.1)]
    others = [box((dx, 0.5 + dy), CUBE, c) for (dx, dy), c in zip(ring, colors, strict=True)]
    return [box((0.0, 0.5), CUBE, GREEN), *others]


@pytest.mark.parametrize("seed", range(5))
def test_mask_in_noise_has_precision_and_recall(photograph: Any, packed: list[Any], seed: int) -> None:
    mask = target_mask(*project(photograph(packed, noise=True, seed=seed), GRID), "green")
    truth = true_cells((0.0, 0.5), CUBE)
    hit = (mask & truth).sum()
    assert hit / mask.sum() >= 0.9
    assert hit / truth.sum() >= 0.85
    rows, cols = np.nonzero(mask)
    np.testing.assert_allclose(GRID.to_world(rows, cols).mean(axis=0), (0.0, 0.5), atol=0.0025)


@pytest.mark.parametrize(
    ("colour", "rgb"),
    [
        ("green", (0, 1, 0)),
        ("red", (0.9, 0.05, 0.05)),
        ("blue", (0.1, 0.2, 0.9)),
        ("yellow", (0.9, 0.85, 0.1)),
        ("#ff8000", (1, 0.5, 0)),
        ("0,1,1", (0, 1, 1)),
        ("200, 30, 200", (0.78, 0.12, 0.78)),
        ("white", (1, 1, 1)),
        ("black", (0.02, 0.02, 0.02)),
    ],
)
def test_each_way_to_name_a_colour(photograph: Any, box: Any, colour: str, rgb: tuple[float, float, float]) -> None:
    distractor = (0.6, 0.45, 0.4)
    scene = [box((0.1, 0.5), CUBE, rgb), box((-0.1, 0.5), CUBE, distractor)]
    mask = target_mask(*project(photograph(scene, noise=True), GRID), colour)
    rows, cols = np.nonzero(mask)
    assert len(rows) > 70
    np.testing.assert_allclose(GRID.to_world(rows, cols).mean(axis=0), (0.1, 0.5), atol=0.005)


def test_absent_target_gives_an_empty_mask(photograph: Any, packed: list[Any]) -> None:
    """Olive, teal and black things are not green."""
    assert not target_mask(*project(photograph(packed[1:], noise=True), GRID), "green").any()


def test_larger_strong_component_wins_over_a_greenish_one(photograph: Any, box: Any) -> None:
    scene = [box((0.15, 0.5), (0.06, 0.06, 0.05), (0.35, 0.6, 0.3)), box((-0.1, 0.5), CUBE, GREEN)]
    mask = target_mask(*project(photograph(scene), GRID), "green")
    rows, cols = np.nonzero(mask)
    assert np.all(GRID.to_world(rows, cols)[:, 0] < 0)


def test_both_ends_of_a_target_under_a_bar_belong_to_it(photograph: Any, box: Any) -> None:
    target = box((0.0, 0.5), (0.045, 0.09, 0.045), GREEN)
    bar = box((0.0, 0.5), (0.09, 0.03, 0.045), (0.8, 0.2, 0.2), 0.045)
    mask = target_mask(*project(photograph([target, bar]), GRID), "green")
    ys = GRID.to_world(*np.nonzero(mask))[:, 1]
    assert (ys > 0.515).sum() > 25
    assert (ys < 0.485).sum() > 25


def test_green_print_on_the_table_is_not_the_target(photograph: Any, box: Any) -> None:
    assert not target_mask(*project(photograph([box((0, 0.5), (0.1, 0.1, 0.002), GREEN)]), GRID), "green").any()


@pytest.mark.parametrize("colour", ["gren", "", "#12345", "1,2", "300,0,0", "-1,0,0", "nan,0,0"])
def test_unknown_colour_lists_the_choices(colour: str) -> None:
    with pytest.raises(ValueError, match=r"choose one of red, .*green.*#rrggbb"):
        parse_color(colour)


def test_likeness_does_not_depend_on_shading() -> None:
    shades = np.array([[[0, 60, 0], [0, 140, 0], [0, 255, 0]]], np.uint8)
    np.testing.assert_allclose(likeness(shades, parse_color("green")), 1.0)


def test_visible_share_of_free_covered_and_hidden(photograph: Any, packed: list[Any], box: Any) -> None:
    _, height, _ = (maps := project(photograph(packed), GRID))
    free = target_mask(*maps, "green")
    assert visible_share(free, height, GRID) == 1.0
    assert visible_share(np.zeros_like(free), height, GRID) == 0.0
    cover = box((0.02, 0.5), (0.045, 0.09, 0.045), (0.8, 0.2, 0.2), 0.045)
    color, height, seen = project(photograph([*packed, cover]), GRID)
    mask = target_mask(color, height, seen, "green")
    truth = 0.02 / 0.045  # x from -0.0225 to -0.0025 is free
    assert visible_share(mask, height, GRID) == pytest.approx(truth, abs=0.15)
    assert covered_edge(mask, height) > 0.2
    larger = visible_share(mask, height, GRID, expected_area=0.09 * 0.045)
    assert larger == pytest.approx(truth / 2, abs=0.08)


def test_neighbours_of_equal_height_do_not_cover(photograph: Any, packed: list[Any]) -> None:
    _, height, _ = (maps := project(photograph(packed, noise=True), GRID))
    assert covered_edge(target_mask(*maps, "green"), height) < 0.06
