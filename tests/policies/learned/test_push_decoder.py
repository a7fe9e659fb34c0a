import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pg4da.policies.learned.key_points import key_points
from pg4da.policies.learned.places import Disc, places
from pg4da.policies.learned.push_decoder import CLEAR, apart, path_through, push_candidates, resampled
from pg4da.policies.learned.surroundings import Reach, Surroundings
from pg4da.policies.types import NoAction

REACH = Reach()
AREA = REACH.workspace


def around_of(table, *others, at=(0.0, 0.5)):
    return Surroundings.of(table.observe([table.target(*at, 0.045, 0.045), *others]), REACH)


def test_path_starts_at_the_first_point_where_that_is_clear(table):
    around = around_of(table)
    run = np.array([[0.07, 0.5], [0.05, 0.55], [0.0, 0.57]])
    path = path_through(run, np.array([0.0, 0.5]), around)
    assert path[0, :2] == pytest.approx(run[0], abs=0.003)
    assert path[-1, :2] == pytest.approx(run[-1], abs=0.003)
    assert path[:, 2] == pytest.approx(0.013)
    assert np.linalg.norm(np.diff(path[:, :2], axis=0), axis=1).max() < 0.0101


def test_first_point_on_a_neighbour_is_moved_outwards_until_clear(table):
    neighbour = table.block(0.06, 0.5, 0.045, 0.045)
    around = around_of(table, neighbour)
    path = path_through(np.array([[0.06, 0.5], [0.0, 0.56]]), np.array([0.0, 0.5]), around)
    assert path[0, 0] > neighbour.outline[:, 0].max() + CLEAR - 0.005
    assert path[0, 1] == pytest.approx(0.5, abs=0.002)
    assert around.space.free(path[:1, :2], CLEAR - 0.005).all()


def test_no_clear_start_and_no_room_inside_are_refused(table):
    wall = [table.block(0.05 + 0.05 * i, 0.5, 0.049, 0.06, shade=i) for i in range(8)]
    assert path_through(np.array([[0.06, 0.5], [0.0, 0.56]]), np.array([0.0, 0.5]), around_of(table, *wall)) is None
    edge = around_of(table, at=(0.45, 0.8))
    assert path_through(np.array([[0.40, 0.8], [0.49, 0.8]]), np.array([0.45, 0.8]), edge) is None


def test_two_groups_become_a_dual_push_with_an_arm_each(table):
    around = around_of(table)
    points = np.array([[0.075, 0.47], [0.075, 0.53], [-0.075, 0.47], [-0.075, 0.53]])
    first = push_candidates(points, Disc(np.array([0.0, 0.5]), 0.08, 0.035), around, 0.7)[0]
    assert len(first.paths) == 2
    assert {p.arm for p in first.paths} == {"left", "right"}
    left = next(p for p in first.paths if p.arm == "left")
    assert left.points[:, 0].max() < 0
    assert apart(*(p.points for p in first.paths)) >= 0.10
    assert (first.score, first.purpose) == (0.7, "isolate")


def test_single_arm_makes_one_path_of_the_same_points(table):
    around = around_of(table)
    points = np.array([[0.075, 0.47], [0.075, 0.53], [-0.075, 0.47], [-0.075, 0.53]])
    found = push_candidates(points, Disc(np.array([0.0, 0.5]), 0.08, 0.035), around, 0.7, arms=1)
    assert found
    assert all(len(p.paths) == 1 for p in found)


def test_points_too_near_for_two_arms_make_a_single_push(table):
    around = around_of(table)
    points = np.array([[0.045, 0.47], [0.045, 0.53], [-0.045, 0.47], [-0.045, 0.53]])
    found = push_candidates(points, Disc(np.array([0.0, 0.5]), 0.08, 0.035), around, 0.7)
    assert found
    assert all(len(p.paths) == 1 for p in found)


def test_nearer_arm_takes_a_single_path_and_the_jaw_is_square_to_it(table):
    around = around_of(table, at=(-0.2, 0.5))
    found = push_candidates(
        np.array([[-0.27, 0.46], [-0.27, 0.54]]), Disc(np.array([-0.2, 0.5]), 0.08, 0.035), around, 0.5
    )
    path = found[0].paths[0]
    assert path.arm == "left"
    assert abs(np.cos(path.yaw)) == pytest.approx(1.0, abs=1e-6)  # it travels along y, so it closes along x


def test_lone_key_point_is_pushed_through_towards_the_target(table):
    path = push_candidates(np.array([[0.07, 0.5]]), Disc(np.array([0.0, 0.5]), 0.08, 0.035), around_of(table), 0.5)
    assert path == [] or path[0].paths[0].points[-1, 0] == pytest.approx(0.035, abs=0.005)


def test_resampling_keeps_ends_and_corners():
    found = resampled(np.array([[0.0, 0.0], [0.1, 0.0], [0.1, 0.05]]), 0.01)
    assert len(found) == 16
    assert found[10] == pytest.approx([0.1, 0.0])
    assert found[[0, -1]] == pytest.approx(np.array([[0, 0], [0.1, 0.05]]))


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 100_000))
def test_over_random_maps_no_push_leaves_the_workspace_or_brings_the_arms_together(table, seed):
    rng = np.random.default_rng(seed)
    others = [
        table.block(*rng.uniform([-0.49, 0.01], [0.49, 0.99]), 0.045, 0.045, rng.uniform(0, 90), shade=k)
        for k in range(int(rng.integers(0, 30)))
    ]
    seen = rng.random() < 0.8
    at = rng.uniform([-0.48, 0.02], [0.48, 0.98])
    hiding = None
    if not seen:
        hiding = np.zeros((224, 224), np.float32)
        hiding[tuple(rng.integers(0, 224, 2))] = 1.0
    prisms = [*others, *([table.target(*at, *rng.uniform(0.022, 0.09, 2), rng.uniform(0, 90))] if seen else [])]
    observation = table.observe(prisms, hiding=hiding)
    try:
        around = Surroundings.of(observation, REACH)
    except NoAction:
        assert not prisms
        return
    where = places(observation)
    points = key_points(rng.normal(size=(56, 56)), where.push, where.grid, 6)
    for push in push_candidates(points, where.disc, around, 0.5) if len(points) else []:
        for path in push.paths:
            assert np.isfinite(path.points).all()
            assert AREA.contain(path.points[:, :2], 0.0199).all()
            assert path.points[:, 2].min() >= 0.013
            assert path.arm in ("left", "right")
        if len(push.paths) == 2:
            assert push.paths[0].arm != push.paths[1].arm
            assert apart(push.paths[0].points, push.paths[1].points) >= 0.10
