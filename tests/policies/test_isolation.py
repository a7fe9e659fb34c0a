from dataclasses import replace

import numpy as np
import pytest

from pg4da.policies.isolation import isolation_rate, scaled


@pytest.fixture
def seen(table):
    """An observation with the mask and heights given."""
    plain = table.observe([table.target(0, 0.5, 0.045, 0.045)])
    return lambda mask, height: replace(plain, target_mask=mask, height=height)


@pytest.fixture
def square():
    mask = np.zeros((224, 224), bool)
    mask[100:120, 100:120] = True
    return mask


def test_scaling_keeps_the_centroid_and_multiplies_lengths(square):
    rows, cols = np.nonzero(scaled(square, 1.5))
    assert (rows.min(), rows.max()) == pytest.approx((95, 124), abs=1)
    assert (cols.mean(), rows.mean()) == pytest.approx((109.5, 109.5), abs=0.5)


def test_free_target_has_rate_one_and_hemmed_target_zero(square, seen):
    free = np.where(square, 0.045, 0.0).astype(np.float32)
    assert isolation_rate(seen(square, free)) == 1.0
    assert isolation_rate(seen(square, np.full((224, 224), 0.045, np.float32))) == 0.0


def test_half_the_ring_taken_gives_one_half(square, seen):
    height = np.where(square, 0.045, 0.0).astype(np.float32)
    height[:, 110:] = 0.045
    assert isolation_rate(seen(square, height)) == pytest.approx(0.5, abs=0.03)


@pytest.mark.parametrize("height", [0.02, 0.3])
def test_heights_at_the_limits_do_not_count(square, height, seen):
    around = np.where(square, 0.045, height).astype(np.float64)
    assert isolation_rate(seen(square, around)) == 1.0


def test_unseen_target_has_rate_zero(square, seen):
    assert isolation_rate(seen(np.zeros_like(square), np.zeros((224, 224)))) == 0.0
