from dataclasses import replace

import numpy as np
import pytest

from pg4da.policies.geometric.cloud import cloud_of
from pg4da.policies.geometric.grasps import leaned_candidates, trust
from pg4da.policies.geometric.hand import hand_points, opened
from pg4da.policies.geometric.policy import GeometricPolicy
from pg4da.policies.geometric.segmentation import segment
from pg4da.policies.geometric.solid import CELL, columns_of
from pg4da.policies.geometric.tilted import FLOOR, LEAST_OVERLAP, body_of
from pg4da.policies.types import Grasp, Push

POLICY = GeometricPolicy()
GRIPPER = POLICY.gripper


def leaned(observation):
    cloud = cloud_of(observation.view, POLICY.workspace, POLICY.settings.floor)
    segments = segment(cloud, observation, POLICY.settings.second_layer)
    return leaned_candidates(cloud, segments, observation.visible_share, GRIPPER, POLICY.settings)


def lean(grasp):
    return np.degrees(np.arccos(-grasp.pose[2, 2]))


def hand(grasp):
    """Points (n, 3) on the open hand in `world`."""
    points = opened(hand_points(GRIPPER, 0.0), np.array([grasp.opening]), GRIPPER)[0]
    return points @ grasp.pose[:3, :3].T + grasp.pose[:3, 3]


def solid_hand(grasp):
    """Points (n, 3) all over both open fingers in `world`, 1 mm apart."""
    across = np.arange(0.0, GRIPPER.finger_thickness, 0.001) + 0.5 * grasp.opening
    side = np.arange(-0.5, 0.501, 0.05) * GRIPPER.finger_width
    x, y, z = np.meshgrid(np.concatenate([across, -across]), side, np.arange(-0.055, 0.0, 0.001), indexing="ij")
    points = np.column_stack([x.ravel(), y.ravel(), z.ravel()])
    return points @ grasp.pose[:3, :3].T + grasp.pose[:3, 3]


@pytest.mark.parametrize("turn", [0, 20, 65])
def test_leaned_grasps_are_poses_that_stay_off_the_table_and_bite_deep_enough(table, turn):
    grasps = leaned(table.observe([table.target(0.1, 0.45, 0.045, 0.09, turn)]))
    assert grasps
    for grasp in grasps:
        rotation = grasp.pose[:3, :3]
        assert np.allclose(rotation @ rotation.T, np.eye(3), atol=1e-9)
        assert np.linalg.det(rotation) == pytest.approx(1.0)
        assert min(abs(lean(grasp) - 15), abs(lean(grasp) - 30)) < 0.5
        assert hand(grasp)[:, 2].min() >= FLOOR - 0.0015
        assert grasp.pose[2, 3] <= 0.045 - LEAST_OVERLAP
        assert grasp.width < grasp.opening <= GRIPPER.max_width


def test_an_upright_grasp_is_preferred_where_it_is_as_free(table):
    observation = table.observe([table.target(0, 0.5, 0.045, 0.045)])
    action = POLICY.decide(observation, np.random.default_rng(0)).action
    assert isinstance(action, Grasp)
    assert lean(action) < 1
    assert action.score > max(g.score for g in leaned(observation))


def walled(table, gap):
    """A target between two low blocks across x, with a tall wall beside it that an upright palm would hit."""
    low = [table.block(side * 0.047, 0.5, 0.045, 0.045, shade=k) for k, side in enumerate((-1, 1))]
    wall = table.block(0.0, 0.5 + 0.0225 + gap + 0.0225, 0.12, 0.045, top=0.15, shade=7)
    return [table.target(0, 0.5, 0.045, 0.045), *low, wall]


def test_beside_a_wall_the_gripper_leans_away_from_it(table):
    prisms = [table.target(0, 0.5, 0.045, 0.045), table.block(0, 0.555, 0.12, 0.045, top=0.20, shade=7)]
    observation = table.observe(prisms)
    action = POLICY.decide(observation, np.random.default_rng(0)).action
    assert isinstance(action, Grasp)
    assert lean(action) > 10
    assert action.pose[1, 2] > 0.2  # approaches towards the wall: the hand stays on the open side
    points = hand(action)
    inside = (np.abs(points[:, 0]) < 0.06) & (np.abs(points[:, 1] - 0.555) < 0.0225) & (points[:, 2] < 0.20)
    assert not inside.any()


@pytest.mark.parametrize("gap", [0.0, 0.002, 0.005, 0.008])
def test_leaned_fingers_stay_three_millimetres_off_a_neighbour(table, gap):
    """An arm is a millimetre off its path, and so is an edge as it is seen; a fingertip came down on one."""
    for turn in range(0, 180, 4):
        angle, size = np.radians(turn), np.array([0.09, 0.045])
        away = 0.0225 + gap + 0.5 * (size[0] * abs(np.sin(angle)) + size[1] * abs(np.cos(angle)))
        place = np.array([0.0431, 0.5 + away])
        axes = np.array([[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]])
        grasps = leaned(table.observe([table.target(0, 0.5, 0.045, 0.045), table.block(*place, *size, turn, shade=7)]))
        assert grasps
        for grasp in grasps:
            points = solid_hand(grasp)
            low = points[points[:, 2] < 0.0445]
            beside = np.abs((low[:, :2] - place) @ axes.T) - 0.5 * size
            assert beside.max(axis=1).min() > 0.003


def test_walled_in_on_three_sides_there_is_no_leaned_grasp(table):
    assert leaned(table.observe(walled(table, 0.001))) == []


def test_a_target_hardly_seen_is_not_trusted_to_a_leaned_grasp(table):
    prisms = [table.target(0, 0.5, 0.045, 0.045)]
    whole, part = (leaned(table.observe(prisms, share))[0].score for share in (1.0, 0.6))
    assert part == pytest.approx(whole * trust(0.6), rel=0.02)
    assert part < 0.5 * whole


def test_body_follows_the_tilt_of_the_upper_face():
    rng = np.random.default_rng(0)
    xy = rng.uniform(-0.02, 0.02, (300, 2))
    face = np.column_stack([xy, 0.06 + 0.25 * xy[:, 0] + rng.normal(scale=2e-4, size=300)])
    outline = 0.0225 * np.array([[-1, -1], [0, -1], [1, -1], [1, 0], [1, 1], [0, 1], [-1, 1], [-1, 0]])
    body = body_of(outline, face)
    assert np.allclose(body.normal, np.array([-0.25, 0, 1]) / np.hypot(0.25, 1), atol=0.01)
    assert body.top == pytest.approx(0.06, abs=0.002)
    assert body.points[:, 2].min() > 0


def test_columns_are_as_high_as_what_was_seen_and_shadows_near_it_are_filled():
    xs, ys = np.meshgrid(np.arange(-0.1, 0.1, CELL), np.arange(-0.1, 0.1, CELL))
    xyz = np.stack([xs, ys, np.where(xs > 0.05, 0.09, 0.0)], axis=-1).astype(np.float32)
    shadow = (xs > 0.03) & (xs < 0.05)
    xyz[shadow, :2] = 9.0
    columns = columns_of(xyz, xyz[..., 2] > 0.01, np.zeros(2))
    at = np.array([[0.07, 0, 0.1], [0.07, 0, 0.08], [-0.05, 0, 0.02], [0.046, 0, 0.08], [5, 5, 0.02]], np.float32)
    assert np.allclose(columns.clearance(at), [0.01, -0.01, 0.02, -0.01, 0.02], atol=1e-5)


def test_every_list_ends_with_pushes_for_when_nothing_else_can_be_reached(table):
    observation = table.observe([table.target(0.1, 0.5, 0.045, 0.045)])
    decision = POLICY.decide(observation, np.random.default_rng(0))
    assert isinstance(decision.action, Grasp)
    last = decision.candidates[-1]
    assert isinstance(last, Push)
    assert "stirs" in last.reason


def test_candidates_are_bounded_by_the_setting(table):
    few = replace(POLICY, settings=replace(POLICY.settings, candidates=3))
    decision = few.decide(table.observe(table.hemmed(0)), np.random.default_rng(0))
    assert sum("stirs" not in c.reason for c in decision.candidates) == 3
