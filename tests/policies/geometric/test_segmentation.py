"""What the policies take for objects."""

import numpy as np
import pytest

from pg4da.policies.geometric.cloud import cloud_of
from pg4da.policies.geometric.policy import GeometricPolicy
from pg4da.policies.geometric.segmentation import segment

POLICY = GeometricPolicy()


@pytest.mark.parametrize("turn", [20, 35, 50, 70])
def test_a_sliver_of_the_target_is_a_target(table, turn):
    """Three pixels wide between two blocks of its height: no face of its own, and yet it is seen there."""
    c, s = np.cos(np.radians(turn)), np.sin(np.radians(turn))

    def at(u):
        return 0.1 + c * u, 0.5 + s * u

    sides = [table.block(*at(side * 0.026), 0.045, 0.06, turn, shade=k) for k, side in enumerate((-1, 1))]
    observation = table.observe([table.target(0.1, 0.5, 0.007, 0.05, turn), *sides], 0.15)
    cloud = cloud_of(observation.view, POLICY.workspace, POLICY.settings.floor)
    target = segment(cloud, observation, POLICY.settings.second_layer).target
    assert target is not None
    assert np.linalg.norm(target.centre - (0.1, 0.5)) < 0.025  # on it
    action = POLICY.decide(observation, np.random.default_rng(0)).action
    assert "nothing better is known" not in action.reason
