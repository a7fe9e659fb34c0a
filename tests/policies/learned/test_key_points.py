import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pg4da.policies.learned.key_points import APART, by_angle, key_points, two_groups
from pg4da.policies.types import MapGrid

GRID = MapGrid(cells=56)


def test_best_cells_come_first_and_neighbours_are_passed_over():
    scores = np.zeros((56, 56))
    scores[10, 10], scores[10, 11], scores[30, 40] = 3.0, 2.9, 1.0
    found = key_points(scores, scores > 0, GRID, 5)
    assert found == pytest.approx(GRID.to_world(np.array([10, 30]), np.array([10, 40])))


def test_only_allowed_cells_and_no_more_than_asked():
    allowed = np.zeros((56, 56), bool)
    allowed[20:40:3, 20:40:3] = True
    found = key_points(np.arange(56 * 56).reshape(56, 56), allowed, GRID, 4)
    assert len(found) == 4
    rows, cols = GRID.to_cell(found).T
    assert allowed[rows, cols].all()
    assert len(key_points(np.zeros((56, 56)), np.zeros((56, 56), bool), GRID, 4)) == 0


@given(st.integers(0, 10_000))
def test_never_nearer_than_apart(seed):
    rng = np.random.default_rng(seed)
    found = key_points(rng.normal(size=(56, 56)), rng.random((56, 56)) < 0.1, GRID, 12)
    gaps = np.linalg.norm(found[:, None] - found[None], axis=-1) + np.eye(len(found))
    assert gaps.min(initial=1.0) >= APART


def test_order_goes_round_the_centre_and_is_cut_at_the_widest_gap():
    turn = np.radians([200.0, 100.0, 310.0, 160.0])
    ring = np.column_stack([np.cos(turn), np.sin(turn)])
    found = np.degrees(np.arctan2(*by_angle(ring, np.zeros(2)).T[::-1])) % 360
    assert found == pytest.approx([100, 160, 200, 310])
    turn = np.radians([350.0, 20.0, 90.0])  # the gap from 90 to 350 is the widest
    ring = np.column_stack([np.cos(turn), np.sin(turn)])
    found = np.degrees(np.arctan2(*by_angle(ring, np.zeros(2)).T[::-1])) % 360
    assert found == pytest.approx([350, 20, 90])


def test_two_groups_far_apart():
    points = np.array([[0.09, -0.01], [0.09, 0.01], [-0.09, 0.01], [-0.09, -0.01]])
    first, second = two_groups(points, 0.045) or pytest.fail("one group")
    assert (first[:, 0] > 0).all()
    assert (second[:, 0] < 0).all()
    assert two_groups(points, 0.091) is None


@pytest.mark.parametrize("count", [0, 1, 2, 3])
def test_three_points_make_no_two_groups(count):
    assert two_groups(np.arange(2.0 * count).reshape(-1, 2), 0.001) is None
