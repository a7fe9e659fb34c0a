from dataclasses import replace

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from pg4da.policies.avn.orientations import CLASSES, grasp_rotations, nearest_class, tilts
from pg4da.policies.geometric.grasps import clutter_pixels
from pg4da.policies.geometric.hand import hand_points, opened
from pg4da.policies.geometric.solid import columns_of
from pg4da.policies.geometric.tilted import BESIDE
from pg4da.policies.learned.grasp_decoder import grasp_candidates, grasp_point
from pg4da.policies.learned.places import places
from pg4da.policies.learned.surroundings import Reach, Surroundings
from pg4da.policies.types import NoAction

REACH = Reach()


def around_of(table, *prisms):
    return Surroundings.of(table.observe(list(prisms)), REACH)


def upright(degrees):
    c, s = np.cos(np.radians(degrees)), np.sin(np.radians(degrees))
    return nearest_class(np.array([[c, s, 0.0], [s, -c, 0.0], [0.0, 0.0, -1.0]]))


def only(*numbers):
    chances = np.zeros(CLASSES)
    chances[list(numbers)] = np.linspace(1.0, 0.5, len(numbers))
    return chances


def test_lone_bar_is_held_across_and_in_its_middle(table):
    around = around_of(table, table.target(0.1, 0.5, 0.03, 0.09))
    found = grasp_candidates(np.array([0.1, 0.5]), only(upright(0)), around)
    assert found
    grasp = found[0]
    assert grasp.pose[:2, 3] == pytest.approx([0.1, 0.5], abs=0.012)
    assert grasp.width == pytest.approx(0.03, abs=0.012)
    assert grasp.width < grasp.opening <= 0.14
    assert grasp.pose[:3, :3] == pytest.approx(grasp_rotations()[upright(0)])
    assert 0.003 < grasp.pose[2, 3] < 0.033


def test_point_off_the_middle_is_moved_along_the_closing_axis(table):
    around = around_of(table, table.target(0.1, 0.5, 0.03, 0.09))
    found = grasp_candidates(np.array([0.112, 0.5]), only(upright(0)), around)[0]
    assert found.pose[0, 3] == pytest.approx(0.1, abs=0.012)


def test_bar_longer_than_the_jaw_is_not_held_end_to_end(table):
    around = around_of(table, table.target(0.1, 0.5, 0.03, 0.17))
    assert grasp_candidates(np.array([0.1, 0.5]), only(upright(90)), around) == []


def test_blocked_orientation_gives_way_to_the_next_of_the_list(table):
    sides = [table.block(0.1 + s * 0.048, 0.5, 0.045, 0.12, shade=k) for k, s in enumerate((-1, 1))]
    around = around_of(table, table.target(0.1, 0.5, 0.045, 0.045), *sides)
    found = grasp_candidates(np.array([0.1, 0.5]), only(upright(0), upright(90)), around)
    assert found
    assert all(abs(g.pose[1, 0]) > 0.8 for g in found)  # they close along y, where there is room
    assert found[0].score < 0.8


def test_hemmed_in_target_and_unseen_target_have_no_grasp(table):
    around = Surroundings.of(table.observe(table.hemmed()), REACH)
    centre = around.segments.target.centre
    steep = np.where(np.degrees(tilts()) < 20, 1.0, 0.0)
    assert grasp_candidates(centre, steep, around) == []
    observation = table.observe([table.block(0, 0.5, 0.045, 0.045)])
    unseen = replace(observation, hiding=np.ones_like(observation.height))
    assert grasp_candidates(np.array([0.0, 0.5]), np.ones(CLASSES), Surroundings.of(unseen, REACH)) == []


def test_no_orientation_left_means_no_grasp(table):
    around = around_of(table, table.target(0.1, 0.5, 0.03, 0.05))
    assert grasp_candidates(np.array([0.1, 0.5]), np.zeros(CLASSES), around) == []


def test_grasp_point_lies_in_its_cell_on_the_target_where_the_map_is_best(table):
    around = around_of(table, table.target(0.1, 0.5, 0.09, 0.09))
    where = places(around.observation)
    cell = tuple(np.argwhere(where.grasp)[6])
    scores = np.zeros((56, 56))
    scores[cell] = 1.0
    point = grasp_point(scores, cell, where, around)
    centre = where.grid.to_world(np.asarray(cell[0]), np.asarray(cell[1]))
    assert np.abs(point - centre).max() <= 0.5 * where.grid.resolution
    row, col = around.observation.grid.to_cell(point)
    assert around.observation.target_mask[row, col]


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 100_000))
@example(619)
@example(251)
def test_over_random_maps_no_grasp_leaves_the_workspace_dips_into_the_table_or_touches_a_neighbour(table, seed):
    rng = np.random.default_rng(seed)
    at = rng.uniform([-0.49, 0.01], [0.49, 0.99])
    others = [
        table.block(*(at + rng.uniform(-0.2, 0.2, 2)), 0.045, 0.045, rng.uniform(0, 90), shade=k)
        for k in range(int(rng.integers(0, 8)))
    ]
    try:
        around = around_of(table, *others, table.target(*at, *rng.uniform(0.022, 0.09, 2), rng.uniform(0, 90)))
    except NoAction:  # a lone target in a corner lies beside what the camera sees
        return
    target = around.segments.target
    if target is None:
        return
    columns = columns_of(around.cloud.xyz, clutter_pixels(around.cloud, around.segments, target, 0.01), target.centre)
    hand = hand_points(REACH.gripper, BESIDE)
    for grasp in grasp_candidates(target.centre + rng.normal(0, 0.005, 2), rng.random(CLASSES), around):
        R, place = grasp.pose[:3, :3], grasp.pose[:3, 3]
        assert np.linalg.det(R) == pytest.approx(1.0)
        assert REACH.workspace.inside(float(place[0]), float(place[1]))
        assert 0.0 < grasp.width < grasp.opening <= 0.14
        assert 0.0 < grasp.score <= 1.0
        world = opened(hand, np.array([grasp.opening]), REACH.gripper)[0] @ R.T + place
        assert world[:, 2].min() > 0.0
        assert float(columns.clearance(world.astype(np.float32)).min()) > 0.0
