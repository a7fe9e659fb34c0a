"""Height maps of boxes whose heights are known."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from pg4da.policies.types import MapGrid
from pg4da.sim.camera import look_at
from pg4da.skills.perception.heightmap import FrameError, clean_depth, fill_gaps, project

GRID = MapGrid()
FINE = MapGrid(-0.25, 0.25, 0.5, 250)


def inside(grid: MapGrid, box: Any, margin: float) -> NDArray[np.bool_]:
    """Cells whose centres lie in the box, at least margin from its edge (outside of it: margin negative)."""
    rows, cols = np.mgrid[0 : grid.cells, 0 : grid.cells]
    away = np.abs(grid.to_world(rows, cols) - np.array(box.centre)) - np.array(box.size[:2]) / 2
    return np.asarray(np.all(away < -margin, axis=-1))


@pytest.fixture(scope="module")
def boxes(box: Any) -> list[Any]:
    """Flush, apart, low, tall and off to a side."""
    return [
        box((0.0, 0.5), (0.045, 0.045, 0.045)),
        box((0.05, 0.5), (0.045, 0.09, 0.045), (0.2, 0.3, 0.8)),
        box((-0.1, 0.55), (0.06, 0.06, 0.022)),
        box((0.12, 0.35), (0.045, 0.045, 0.12)),
        box((-0.35, 0.2), (0.09, 0.045, 0.045)),
    ]


@pytest.mark.parametrize("noise", [False, True])
@pytest.mark.parametrize("grid", [GRID, FINE], ids=["4.5 mm", "2 mm"])
def test_boxes_have_their_height_and_place(photograph: Any, boxes: list[Any], noise: bool, grid: MapGrid) -> None:
    _, height, seen = project(photograph(boxes, noise=noise), grid)
    for box in boxes:
        cells = inside(grid, box, 0.003)
        if not cells.any():  # outside the fine grid
            continue
        error = height[cells] - box.size[2]
        assert abs(np.median(error)) < (0.002 if noise else 0.0005)
        assert np.percentile(np.abs(error), 95) < (0.009 if noise else 0.001)
        assert seen[cells].mean() > 0.9
    free = ~np.any([inside(grid, box, -0.006) for box in boxes], axis=0)
    assert np.mean(height[free] == 0.0) > 0.995


def test_map_follows_gravity_whatever_the_camera_tilt(photograph: Any, box: Any) -> None:
    target = box((0.05, 0.55), (0.1, 0.1, 0.05))
    tilted = photograph([target], T_world_camera=look_at((0.1, 0.1, 1.1), (0.0, 0.5, 0.0)))
    height = project(tilted, GRID)[1]
    np.testing.assert_allclose(height[inside(GRID, target, 0.004)], 0.05, atol=1e-3)
    assert np.all(height[~inside(GRID, target, -0.012)] < 1e-3)


def test_shadow_beside_a_tall_box_is_filled_from_the_table(photograph: Any, box: Any) -> None:
    tall = box((0.3, 0.5), (0.05, 0.2, 0.2))
    _, height, seen = project(photograph([tall]), GRID)
    rows, cols = GRID.to_cell(np.array([[0.345, 0.5], [0.355, 0.5], [0.365, 0.5]])).T
    assert not seen[rows, cols].any()
    np.testing.assert_array_equal(height[rows, cols], 0.0)


def test_gap_between_two_tall_boxes_is_low(photograph: Any, box: Any) -> None:
    """The far wall of the gap is seen deep down: the hidden floor before it is not as high as its top."""
    near, far = box((0.2, 0.5), (0.05, 0.1, 0.09)), box((0.265, 0.5), (0.05, 0.1, 0.09))
    _, height, seen = project(photograph([near, far]), GRID)
    row, col = GRID.to_cell(np.array([0.231, 0.5]))
    assert not seen[row, col]
    assert height[row, col] < 0.03


def test_colour_of_a_cell_is_that_of_its_top(photograph: Any, box: Any) -> None:
    under, over = box((0, 0.5), (0.1, 0.1, 0.04), (1, 0, 0)), box((0, 0.5), (0.04, 0.04, 0.04), (0, 0, 1), 0.04)
    color, height, _ = project(photograph([under, over]), GRID)
    row, col = GRID.to_cell(np.array([0.0, 0.5]))
    assert color[row, col].argmax() == 2
    assert height[row, col] == pytest.approx(0.08, abs=1e-3)
    row, col = GRID.to_cell(np.array([0.035, 0.5]))
    assert color[row, col].argmax() == 0


def test_flying_pixels_and_nan_do_not_show(photograph: Any, box: Any) -> None:
    frame = photograph([box((0.0, 0.5), (0.1, 0.1, 0.05))])
    rng = np.random.default_rng(0)
    depth = frame.depth.copy()
    lone = rng.integers(0, 480, 300), rng.integers(0, 640, 300)
    depth[lone] = 1.05
    depth[rng.integers(0, 480, 3000), rng.integers(0, 640, 3000)] = np.nan
    depth[rng.integers(0, 480, 500), rng.integers(0, 640, 500)] = np.inf
    clean = project(frame, GRID)[1]
    dirty = project(replace(frame, depth=depth), GRID)[1]
    assert np.mean(np.abs(clean - dirty) > 0.003) < 0.002


def test_thin_things_survive_cleaning() -> None:
    depth = np.full((20, 20), 1.25, np.float32)
    depth[10, 3:17] = 1.2  # a pencil, one pixel wide
    depth[5, 5] = 1.0
    cleaned = clean_depth(depth)
    assert np.all(cleaned[10, 4:16] == np.float32(1.2))  # but for its tips
    assert cleaned[5, 5] == 0.0


def test_an_arm_in_the_picture_is_not_an_object(photograph: Any, box: Any) -> None:
    _, height, seen = project(photograph([box((0.0, 0.5), (0.1, 0.1, 0.1), base=0.5)]), GRID)
    row, col = GRID.to_cell(np.array([0.0, 0.5]))
    assert not seen[row, col]
    assert height.max() < 0.01


def test_fill_takes_the_lower_side() -> None:
    height = np.array([[0.09, 0.09, 0.0, 0.0, 0.045, 0.045]], np.float32).repeat(3, axis=0)
    seen = np.array([[True, True, False, False, True, True]]).repeat(3, axis=0)
    color = np.zeros((3, 6, 3), np.uint8)
    color[:, 4:] = 200
    fill_gaps(color, height, height.copy(), seen, (1.0, -50.0), 0.0045)
    np.testing.assert_allclose(height[1], [0.09, 0.09, 0.045, 0.045, 0.045, 0.045])
    assert np.all(color[1, 2:4] == 200)


@pytest.mark.parametrize("value", [0.0, np.nan, np.inf, -1.0])
def test_frame_without_depth_is_refused(photograph: Any, value: float) -> None:
    frame = photograph([])
    with pytest.raises(FrameError, match="no valid depth"):
        project(replace(frame, depth=np.full_like(frame.depth, value)), GRID)


def test_empty_and_misshapen_frames_are_refused(photograph: Any) -> None:
    frame = photograph([])
    empty = replace(frame, depth=np.zeros((0, 0), np.float32), rgb=np.zeros((0, 0, 3), np.uint8))
    with pytest.raises(FrameError, match="shape"):
        project(empty, GRID)
    with pytest.raises(FrameError, match="colour has shape"):
        project(replace(frame, rgb=frame.rgb[:100]), GRID)
    with pytest.raises(FrameError, match="calibration"):
        project(replace(frame, K=np.full((3, 3), np.nan)), GRID)


def test_camera_that_looks_elsewhere_is_refused(photograph: Any) -> None:
    frame = photograph([])
    T = frame.T_world_camera.copy()
    T[0, 3] = 5.0
    with pytest.raises(FrameError, match="of the map was measured"):
        project(replace(frame, T_world_camera=T), GRID)
