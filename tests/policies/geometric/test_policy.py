import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pg4da.policies.geometric.policy import GeometricPolicy
from pg4da.policies.types import Grasp, NoAction, Push

POLICY = GeometricPolicy()


def decide(observation):
    return POLICY.decide(observation, np.random.default_rng(0))


def closing_angle(grasp):
    return np.degrees(np.arctan2(grasp.pose[1, 0], grasp.pose[0, 0])) % 180


@pytest.mark.parametrize("turn", [0, 30, 75, 120])
def test_free_block_is_grasped_across_its_narrow_side(table, turn):
    action = decide(table.observe([table.target(0.1, 0.45, 0.045, 0.09, turn)])).action
    assert isinstance(action, Grasp)
    assert abs((closing_angle(action) - turn + 90) % 180 - 90) <= 6
    assert action.width == pytest.approx(0.045, abs=0.005)  # pixels of the drawn edge are all painted
    assert action.width < action.opening <= POLICY.gripper.max_width
    assert np.allclose(action.pose[:2, 3], (0.1, 0.45), atol=0.005)
    assert action.pose[2, 3] == pytest.approx(0.012, abs=0.002)
    assert np.allclose(action.pose[:3, 2], (0, 0, -1))


def test_far_from_the_camera_s_axis_the_target_s_own_side_is_no_obstacle(table):
    assert isinstance(decide(table.observe([table.target(0.3, 0.75, 0.045, 0.045)])).action, Grasp)


def test_a_free_target_that_lies_flat_is_grasped_at_once(table):
    flat = table.Prism(table.target(0.1, 0.45, 0.045, 0.045).outline, 0.022, table.TARGET)
    action = decide(table.observe([flat])).action
    assert isinstance(action, Grasp)
    assert action.score > 0.6
    assert 0.006 < action.pose[2, 3] < 0.010


def test_grasp_avoids_the_side_where_a_neighbour_stands(table):
    prisms = [table.target(0, 0.5, 0.045, 0.045), table.block(0.047, 0.5, 0.045, 0.045, shade=3)]
    action = decide(table.observe(prisms)).action
    assert isinstance(action, Grasp)
    assert abs(closing_angle(action) - 90) <= 11


@pytest.mark.parametrize("seed", range(3))
def test_hemmed_target_is_pushed_free_first(table, seed):
    action = decide(table.observe(table.hemmed(seed))).action
    assert isinstance(action, Push)
    assert action.purpose == "isolate"
    assert action.score > 0.5


def test_push_starts_clear_of_every_block(table):
    prisms = table.hemmed(1)
    for candidate in decide(table.observe(prisms)).candidates:
        for path in candidate.paths if isinstance(candidate, Push) else ():
            for prism in prisms:
                assert np.linalg.norm(prism.outline.mean(axis=0) - path.points[0, :2]) > 0.0225 + 0.0135


def test_two_arms_keep_apart_and_take_different_arms(table):
    pushes = [c for s in range(4) for c in decide(table.observe(table.hemmed(s))).candidates if isinstance(c, Push)]
    duals = [p for p in pushes if len(p.paths) == 2]
    assert duals
    for push in duals:
        first, second = push.paths
        assert {first.arm, second.arm} == {"left", "right"}
        apart = np.linalg.norm(first.points[:, :2] - second.points[:, :2], axis=1)
        assert apart.min() >= 0.10


def test_what_lies_on_the_target_is_swept_off_above_the_first_layer(table):
    prisms = [*table.hemmed(0)]
    middle = prisms[0].outline.mean(axis=0)
    prisms.append(table.block(*(middle + np.array([0.012, 0.0])), 0.045, 0.045, top=0.09, shade=9))
    action = decide(table.observe(prisms, visible=0.3)).action
    assert isinstance(action, Push)
    assert action.purpose == "uncover"
    assert action.paths[0].points[:, 2].min() >= 0.05


def loaded(table, visible):
    """A target that the jaw can take, and on its end a block that would go along with it."""
    rider = table.block(0.0, 0.54, 0.045, 0.045, top=0.09, shade=9)
    return table.observe([table.target(0, 0.5, 0.045, 0.135), rider], visible=visible)


def test_what_lies_on_a_target_that_could_be_grasped_is_taken_off_first(table):
    first, *rest = decide(loaded(table, 0.87)).candidates
    assert isinstance(first, Push)
    assert first.purpose == "uncover"
    assert first.paths[0].points[:, 2].min() >= 0.05
    assert any(isinstance(c, Grasp) for c in rest)


def test_a_target_that_nothing_lies_on_is_grasped_beside_something_high(table):
    assert isinstance(decide(loaded(table, 1.0)).action, Grasp)


def test_a_tower_near_the_edge_is_not_swept_outwards(table):
    tower = [table.block(0.34, 0.5, 0.045, 0.045, top=top, shade=k) for k, top in enumerate((0.09, 0.135), 3)]
    decision = decide(table.observe([table.target(0.30, 0.5, 0.045, 0.09), *tower], visible=0.5))
    sweeps = [c for c in decision.candidates if isinstance(c, Push) and c.score > 0.2]
    assert sweeps
    for push in sweeps:
        travel = push.paths[0].points[-1] - push.paths[0].points[0]
        assert travel[0] < 0.3 * np.linalg.norm(travel)


def test_hidden_target_is_looked_for_under_the_likeliest_thing(table):
    prisms = table.hemmed(2)[1:]
    cover = table.block(*(prisms[0].outline.mean(axis=0)), 0.045, 0.045, top=0.09, shade=11)
    plain = table.observe([*prisms, cover])
    hiding = np.where(plain.height > 0.08, 1.0, 0.0).astype(np.float32)
    action = decide(table.observe([*prisms, cover], 0.0, hiding)).action
    assert isinstance(action, Push)
    assert action.purpose == "uncover"
    line = action.paths[0].points[:, :2]
    assert np.linalg.norm(line - cover.outline.mean(axis=0), axis=1).min() < 0.03


def test_the_same_observation_gives_the_same_decision(table):
    observation = table.observe(table.hemmed(3))
    one, two = decide(observation), decide(observation)
    assert np.array_equal(one.score_map, two.score_map)
    for a, b in zip(one.candidates, two.candidates, strict=True):
        assert a.score == b.score
        if isinstance(a, Push):
            assert all(np.array_equal(p.points, q.points) for p, q in zip(a.paths, b.paths, strict=True))


def test_empty_table_raises_no_action(table):
    with pytest.raises(NoAction, match="sees nothing"):
        decide(table.observe([]))


def test_candidates_are_many_and_the_map_covers_the_grid(table):
    decision = decide(table.observe(table.hemmed(0)))
    assert len(decision.candidates) >= 5
    assert decision.score_map.shape == (224, 224)
    assert decision.score_map.dtype == np.float32
    assert 0 < decision.score_map.max() <= 1


@settings(max_examples=12, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(seed=st.integers(0, 10**6), count=st.integers(2, 14), near_edge=st.booleans())
def test_paths_stay_in_the_workspace(table, seed, count, near_edge):
    rng = np.random.default_rng(seed)
    middle = np.array([0.42, 0.9]) if near_edge else np.array([0.0, 0.5])
    places = np.clip(middle + rng.normal(scale=0.05, size=(count, 2)), (-0.47, 0.03), (0.47, 0.97))
    prisms = [table.target(*places[0], 0.045, 0.045, rng.uniform(0, 90))]
    prisms += [table.block(*p, 0.045, 0.06, rng.uniform(0, 180), shade=k) for k, p in enumerate(places[1:])]
    try:
        candidates = decide(table.observe(prisms)).candidates
    except NoAction:
        return
    for action in candidates:
        for path in action.paths if isinstance(action, Push) else ():
            assert POLICY.workspace.contain(path.points[1:, :2], 0.02).all()
            assert POLICY.workspace.contain(path.points[:1, :2], -0.08).all()
            assert len(path.points) >= 2


def test_a_target_hemmed_in_at_the_edge_is_fetched_from_outside(table):
    row = [table.block(x, 0.965, 0.045, 0.045, shade=k) for k, x in enumerate((-0.047, 0.047))]
    below = [table.block(x, 0.915, 0.045, 0.045, shade=k + 4) for k, x in enumerate((-0.094, -0.047, 0, 0.047, 0.094))]
    candidates = decide(table.observe([table.target(0, 0.965, 0.045, 0.045), *row, *below])).candidates
    starts = [(c.paths[0].points[0], c.paths[0].points[-1]) for c in candidates if isinstance(c, Push)]
    assert any(first[1] > 1.0 and last[1] < 0.96 for first, last in starts)


def test_nothing_is_stirred_over_the_edge(table):
    at_the_edge = [table.target(0, 0.92, 0.045, 0.045), table.block(0, 0.967, 0.045, 0.045, shade=3)]
    stirs = [c for c in decide(table.observe(at_the_edge)).candidates if "stirs" in c.reason]
    assert stirs
    for push in stirs:
        travel = push.paths[0].points[-1] - push.paths[0].points[0]
        assert travel[1] < 0.5 * np.linalg.norm(travel)
