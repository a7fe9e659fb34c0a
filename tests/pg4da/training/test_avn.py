from dataclasses import replace

import pytest

torch = pytest.importorskip("torch")

from pg4da.policies.avn.checkpoints import load_avn  # noqa: E402
from pg4da.policies.avn.settings import AvnSettings  # noqa: E402
from pg4da.policies.avn.shape import NAMED, TINY  # noqa: E402
from pg4da.training import avn as training  # noqa: E402
from pg4da.training.config import BankConfig, TrainingConfig  # noqa: E402

pytestmark = pytest.mark.slow


@pytest.fixture
def config(monkeypatch):
    """Three pictures and four steps of a very small network."""
    monkeypatch.setitem(NAMED, "tiny", replace(TINY, height=True, odds=True))
    avn = AvnSettings(shape="tiny", steps=4, batch=2, crop=64, warming=1)
    return TrainingConfig(seed=3, bank=BankConfig(samples=3, held_out=0.34), avn=avn)


def test_from_nothing_to_weights_and_the_same_after_stops(config, tmp_path):
    told = []
    straight = training.train_avn(config, tmp_path / "a", told.append, every=2, measure=4)
    assert [(p.stage, p.done) for p in told] == [
        *(("pictures", k) for k in (1, 2, 3)),
        ("learning", 2),
        ("learning", 4),
    ]
    assert told[-1].left == 0.0
    assert told[-1].quality is not None

    asked = iter([False] * 3 + [True] + [False] * 99)
    again = tmp_path / "b"
    assert training.train_avn(config, again, stop=lambda: next(asked)) is None
    asked = iter([False, False, True])  # after two steps
    assert training.train_avn(config, again, stop=lambda: next(asked)) is None
    assert (again / training.CHECKPOINT).is_file()
    resumed = training.train_avn(config, again)
    assert straight is not None
    assert resumed is not None
    a, b = load_avn(straight).state_dict(), load_avn(resumed).state_dict()
    assert all(torch.equal(a[k], b[k]) for k in a)
    assert straight.stat().st_size < 1.2 * 2 * sum(v.numel() for v in a.values()) + 20_000


def test_pictures_are_parted_evenly():
    files = list(range(10))
    learnt, held = training._parted(files, BankConfig(samples=10, held_out=0.3))
    assert sorted(learnt + held) == files
    assert held == [0, 3, 7]
    assert training._parted(files[:2], BankConfig(samples=2, held_out=0.9)) == ([1], [0])
