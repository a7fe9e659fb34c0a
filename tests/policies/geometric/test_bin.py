import numpy as np
import pytest

from pg4da.hardware.description.bin import BIN_HALF
from pg4da.policies.geometric.policy import GeometricPolicy
from pg4da.policies.geometric.settings import Bounds
from pg4da.policies.types import Push
from pg4da.sim.world import BIN_CENTRE


def test_the_bin_stands_where_the_policies_take_it_to_be() -> None:
    (x, y), (a, b) = BIN_CENTRE, BIN_HALF
    assert Bounds().bin == pytest.approx((x - a, x + a, y - b, y + b))


@pytest.mark.parametrize("x", [-0.05, 0.0, 0.08])
def test_no_push_begins_over_the_bin(table, x) -> None:
    prisms = [table.target(x, 0.06, 0.045, 0.045)]
    prisms += [table.block(x + side * 0.047, 0.06, 0.045, 0.045, shade=3) for side in (-1, 1)]
    prisms.append(table.block(x, 0.107, 0.045, 0.045, shade=5))
    decision = GeometricPolicy().decide(table.observe(prisms), np.random.default_rng(0))
    pushes = [a for a in decision.candidates if isinstance(a, Push)]
    assert pushes
    starts = np.array([path.points[0, :2] for push in pushes for path in push.paths])
    assert not Bounds().over_bin(starts, 0.0).any()
