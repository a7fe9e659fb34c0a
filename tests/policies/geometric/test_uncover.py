"""Sweeps of what lies on the target."""

import numpy as np

from pg4da.policies.geometric.lookahead import Stroke, Table
from pg4da.policies.geometric.policy import GeometricPolicy
from pg4da.policies.geometric.uncover import _best_stop
from pg4da.policies.types import MapGrid

POLICY = GeometricPolicy()


def test_a_sweep_that_meets_nothing_gains_nothing():
    """A cover that leans reaches no higher than the fingertips would go."""
    stroke = Stroke(np.array([0.0, 0.4]), np.array([0.0, 0.55]), 0.0, 0.0)
    grid = MapGrid()
    weight = np.ones((grid.cells, grid.cells), np.float32)
    found = _best_stop(stroke, Table([], POLICY.gripper, 0.006), [], weight, grid, POLICY.workspace)
    assert found is None or found[1] <= 0.0
