import numpy as np
import pytest

torch = pytest.importorskip("torch")

from pg4da.policies.avn.examples import batch_of  # noqa: E402
from pg4da.policies.avn.loss import loss_of  # noqa: E402
from pg4da.policies.avn.shape import NARROW, SLIM  # noqa: E402


def test_labels_lie_on_what_the_crop_shows(paintings):
    batch = batch_of(paintings, 32, SLIM, np.random.default_rng(0))
    assert batch.picture.shape == (12, 4, 32, 32)
    assert batch.labels.shape == (12, 360, 8, 8)
    tall = batch.picture[:, 3].reshape(12, 8, 4, 8, 4).mean(dim=(2, 4))
    assert torch.equal(tall > 0.2, batch.object > 0)
    assert torch.equal(batch.labels.sum(dim=1), batch.object)
    assert (batch.object.sum(dim=(1, 2)) > 0).sum() >= 10
    assert batch.labels[1].sum(dim=(1, 2)).argmax() == 200


def test_same_numbers_same_crops_other_numbers_others(paintings):
    one, same, other = (batch_of(paintings, 32, SLIM, np.random.default_rng(k)).picture for k in (1, 1, 2))
    assert torch.equal(one, same)
    assert not torch.equal(one, other)


def test_a_network_for_colours_alone_gets_no_heights(paintings):
    assert batch_of(paintings[:1], 64, NARROW, np.random.default_rng(0)).picture.shape == (1, 3, 64, 64)


def test_losses_worked_by_hand():
    raw, labels = torch.zeros(1, 360, 1, 2), torch.zeros(1, 360, 1, 2)
    shown = torch.tensor([[[1.0, 0.0]]])
    labels[..., 0] = 1.0
    half = float(np.log(2.0))
    assert float(loss_of(raw, labels, shown, "likelihood", 0.5)) == pytest.approx(half)
    assert float(loss_of(raw, labels, shown, "focal", 0.5)) == pytest.approx(0.25 * half)
    assert float(loss_of(raw, labels, shown, "squares", 0.5)) == pytest.approx(1.0 / 1.5)  # 1 at the object, else 0
