"""A push's crop: turned with the travel, in metres where they belong."""

import numpy as np
import pytest

from pg4da.policies.ranking.crops import SCALE, SIDE, TIP_DEEP, TIP_THICK, Way, crop, crops, swept_over, window_of
from pg4da.policies.types import MapGrid
from tests.policies.conftest import block, observe, target

GRID = MapGrid()
MIDDLE = np.array([0.05, 0.48])


def way(angle: float, width: float = 0.0, side: float = 0.0) -> Way:
    d = np.array([np.cos(angle), np.sin(angle)])
    left = np.array([-d[1], d[0]])
    at = MIDDLE + side * left
    return Way(d, np.array([[at - 0.1 * d, at + 0.05 * d]]), width, 0.013)


def seen(angle: float):
    """The crop of a table with the target at MIDDLE and a block 80 mm ahead of it and 40 mm to its left."""
    d = np.array([np.cos(angle), np.sin(angle)])
    ahead = MIDDLE + 0.08 * d + 0.04 * np.array([-d[1], d[0]])
    observation = observe([target(*MIDDLE, 0.03, 0.03), block(*ahead, 0.03, 0.03)])
    return crop(window_of(observation, MIDDLE), MIDDLE, GRID, way(angle))


def middle_of(picture) -> tuple[float, float]:
    """Along and to the left of the crop's middle [m]."""
    row, col = (float(v.mean()) for v in np.nonzero(picture))
    return (col - (SIDE - 1) / 2) * GRID.resolution, ((SIDE - 1) / 2 - row) * GRID.resolution


@pytest.mark.parametrize("angle", [0.0, 0.7, np.pi / 2, 2.5, -1.2])
def test_the_travel_points_along_the_columns(angle):
    picture = seen(angle)
    assert middle_of(picture[2] > 0.5) == pytest.approx((0.0, 0.0), abs=0.004)
    other = (picture[0] > 0.3) & (picture[2] < 0.2)
    assert middle_of(other & (np.indices(other.shape)[1] > SIDE / 2 + 8)) == pytest.approx((0.08, 0.04), abs=0.006)


def test_heights_are_metres_and_above_the_tips_is_told():
    picture = seen(0.4)
    inside = picture[2] > 0.9
    assert picture[0][inside].mean() / 10 == pytest.approx(0.045, abs=SCALE)
    assert picture[1][inside].mean() / 20 == pytest.approx(0.045 - 0.013, abs=0.002)


def test_one_closed_gripper_sweeps_a_strip_two_open_fingers_two():
    area = GRID.resolution**2
    closed = swept_over(MIDDLE, GRID.resolution, way(0.3)).sum() * area
    assert closed == pytest.approx(2 * TIP_THICK * (0.15 + TIP_DEEP), rel=0.02)
    opened = swept_over(MIDDLE, GRID.resolution, way(0.3, width=0.06))
    assert opened.sum() * area == pytest.approx(2 * TIP_THICK * (0.15 + TIP_DEEP), rel=0.02)
    assert opened[SIDE // 2].max() == 0.0


@pytest.mark.parametrize("side", [0.0, 0.05])
def test_how_far_past_the_middle_a_push_ends_is_told(side):
    assert way(0.8, side=side).past(MIDDLE) == pytest.approx(0.05)


def test_left_of_the_travel_is_up():
    rows = np.nonzero(swept_over(MIDDLE, GRID.resolution, way(1.0, side=0.05)))[0]
    assert rows.max() < SIDE / 2


def test_many_are_what_each_is():
    observation = observe([target(*MIDDLE, 0.03, 0.03), block(0.1, 0.5, 0.04, 0.04)])
    window = window_of(observation, MIDDLE)
    ways = [way(0.3), way(0.3, 0.05), way(2.0, side=0.02)]
    assert np.allclose(crops(window, MIDDLE, GRID, ways), [crop(window, MIDDLE, GRID, w) for w in ways])


def test_out_of_the_workspace_is_marked():
    corner = np.array([0.46, 0.95])
    window = window_of(observe([target(*corner, 0.03, 0.03)]), corner)
    outside = crop(window, corner, GRID, Way(np.array([1.0, 0.0]), np.array([[corner, corner + 0.05]]), 0.0, 0.013))[5]
    assert outside[SIDE // 2, -1] > 0.9
    assert outside[SIDE // 2, 0] < 0.1
    assert outside[0, SIDE // 2] > 0.9
