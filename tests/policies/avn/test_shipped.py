"""The weights that come with the package know far more than chance, on tables that they were not trained on."""

import pytest

torch = pytest.importorskip("torch")

from pg4da.policies.avn.checkpoints import load_avn, shipped  # noqa: E402
from pg4da.policies.avn.metrics import quality  # noqa: E402
from pg4da.sim.cell import MujocoCell  # noqa: E402
from pg4da.sim.training.labelled import labelled  # noqa: E402
from pg4da.sim.training.scatter import scattered  # noqa: E402

pytestmark = pytest.mark.slow


def sample(seed):
    cell = MujocoCell(scattered(seed), seed=seed, arms=False, camera_noise=True)
    try:
        return labelled(cell)
    finally:
        cell.close()


def test_shipped_weights_beat_chance_by_far():
    found = quality(load_avn(shipped()).eval(), [sample(seed) for seed in (7_000_000, 7_000_001, 7_000_002)])
    assert found.objects >= 10
    assert found.chance < 0.2
    assert found.top_cell > 0.65
    assert found.top_object > 0.7


def test_shipped_weights_are_small_enough_for_a_repository():
    assert shipped().stat().st_size < 60e6
