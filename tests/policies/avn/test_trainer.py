from dataclasses import replace

import numpy as np
import pytest

torch = pytest.importorskip("torch")

from pg4da.policies.avn.errors import WeightsError  # noqa: E402
from pg4da.policies.avn.metrics import quality  # noqa: E402
from pg4da.policies.avn.settings import AvnSettings  # noqa: E402
from pg4da.policies.avn.shape import NAMED, TINY  # noqa: E402
from pg4da.policies.avn.trainer import AvnTrainer, rate_at  # noqa: E402

TOY = AvnSettings(shape="tiny", steps=120, batch=4, crop=32, rate=2e-2, warming=4, average=0.8)


@pytest.fixture(autouse=True)
def toy(monkeypatch):
    """As slim as a test's time."""
    monkeypatch.setitem(NAMED, "tiny", replace(TINY, height=True, skips=True, odds=True))
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


def same(a, b):
    theirs = b.state_dict()
    return all(torch.equal(v, theirs[k]) for k, v in a.state_dict().items())


def test_it_learns_which_orientation_holds(paintings):
    trainer = AvnTrainer(TOY)
    before = quality(trainer.averaged, paintings)
    losses = [trainer.step(paintings) for _ in range(TOY.steps)]
    after = quality(trainer.averaged, paintings)
    assert np.mean(losses[-5:]) < 0.2 * np.mean(losses[:2])
    assert before.top_cell < 0.3
    assert after.top_cell > 0.9
    assert after.top_object > 0.9


def test_taken_up_again_it_goes_on_bit_for_bit(paintings, tmp_path):
    straight, first, second = (AvnTrainer(TOY) for _ in range(3))
    for _ in range(6):
        straight.step(paintings)
    for _ in range(3):
        first.step(paintings)
    first.save(tmp_path / "c.safetensors")
    second.resume(tmp_path / "c.safetensors")
    assert second.done == 3
    for _ in range(3):
        second.step(paintings)
    assert same(second.network, straight.network)
    assert same(second.averaged, straight.averaged)
    assert not same(second.network, first.network)


def test_a_training_with_other_settings_is_refused_and_nothing_changes(paintings, tmp_path):
    trainer, other = AvnTrainer(TOY), AvnTrainer(replace(TOY, rate=5e-3, seed=4))
    trainer.step(paintings)
    trainer.save(tmp_path / "c.safetensors")
    before = {k: v.clone() for k, v in other.network.state_dict().items()}
    with pytest.raises(WeightsError, match=r"rate 0.02, not 0.005; seed 0, not 4"):
        other.resume(tmp_path / "c.safetensors")
    assert all(torch.equal(v, before[k]) for k, v in other.network.state_dict().items())
    assert other.done == 0


def test_other_files_are_no_checkpoints(tmp_path):
    from pg4da.policies.avn.checkpoints import save_avn

    save_avn(tmp_path / "a.safetensors", AvnTrainer(TOY).network)
    with pytest.raises(WeightsError, match="not an angle-view network's training"):
        AvnTrainer(TOY).resume(tmp_path / "a.safetensors")


def test_a_loss_that_does_not_suit_the_network_is_refused():
    with pytest.raises(ValueError, match="gives log-odds"):
        AvnTrainer(replace(TOY, loss="squares"))


def test_rates():
    assert rate_at(0, TOY) == pytest.approx(2e-2 / 5)
    assert rate_at(60, TOY) == pytest.approx(1e-2)
    assert rate_at(120, TOY) == 0.0
    paper = AvnSettings(shape="published", rate=4e-4, published=True, loss="squares", crop=224, batch=8)
    assert [rate_at(s, paper) for s in (0, 19_999, 20_000)] == pytest.approx([4e-4, 4e-4, 3.2e-4])


@pytest.mark.parametrize("wrong", [{"crop": 100}, {"shape": "wide"}, {"batch": 0}, {"average": 1.0}, {"rate": 0.0}])
def test_settings_out_of_range(wrong):
    with pytest.raises(ValueError, match=next(iter(wrong))):
        AvnSettings(**wrong)
