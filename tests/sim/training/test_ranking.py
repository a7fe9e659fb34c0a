"""Training of the ranking on made-up pushes: it learns what can be learnt, and repeats itself."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from pg4da.policies.ranking.crops import CHANNELS, SIDE
from pg4da.policies.ranking.foresight import EACH
from pg4da.policies.ranking.numbers import AHEAD, OUTPUT_NAMES, STATE
from pg4da.policies.ranking.weights import read_ranking
from pg4da.sim.training.push_data import STEP, PushData, read_pushes
from pg4da.sim.training.push_log import NUMBERS
from pg4da.sim.training.push_value import FEWEST, MOST, labels, learnt_value
from pg4da.sim.training.ranking import RankingSettings, RankingTraining, wanted

PUSHES, EACH_STATE = 480, 8
FREE = OUTPUT_NAMES.index("free")


def made_up(seed: int = 0) -> PushData:
    """A push frees the target where the left half of its crop is dark."""
    rng = np.random.default_rng(seed)
    free = rng.random(PUSHES) < 0.5
    pictures = np.zeros((PUSHES, CHANNELS, SIDE, SIDE), np.int8)
    pictures[~free, 0, :, : SIDE // 2] = 45
    after = np.zeros((PUSHES, len(NUMBERS)), np.float32)
    after[:, NUMBERS.index("certain")] = free
    after[:, NUMBERS.index("visible")] = rng.random(PUSHES)
    before = np.zeros_like(after)
    before[:, NUMBERS.index("things")] = np.repeat(rng.integers(5, 30, PUSHES // EACH_STATE), EACH_STATE)
    return PushData(
        crops=pictures,
        state=np.zeros((PUSHES, STATE), np.float32),
        ahead=np.zeros((PUSHES, AHEAD), np.float32),
        before=before,
        after=after,
        link=np.column_stack([np.zeros(PUSHES, int), np.arange(PUSHES)]),
        seed=np.repeat(np.arange(PUSHES // EACH_STATE), EACH_STATE),
        seen_crops=pictures,
        seen_state=np.zeros((PUSHES, STATE), np.float32),
        seen=np.where(free[:, None], 0.5, 0.0).repeat(EACH, 1).astype(np.float32),
        seen_seed=np.arange(PUSHES),
    )


SHORT = RankingSettings(epochs=8, rehearsals=1, batch=32)


def trained(settings: RankingSettings = SHORT) -> RankingTraining:
    training = RankingTraining(made_up(), settings)
    for _ in training.run():
        pass
    return training


def test_it_learns_what_frees_the_target():
    training, other = trained(), made_up(1)
    with torch.no_grad():
        quick, sure = training.network(
            torch.from_numpy(other.crops).float() * STEP, torch.from_numpy(other.state), torch.from_numpy(other.ahead)
        )
    for found in (quick, sure):
        right = (found[:, FREE].numpy() > 0) == (other.column("certain") > 0.5)
        assert right.mean() > 0.95


def test_one_seed_one_result(tmp_path: Path):
    found = []
    for seed in (0, 0, 5):
        trained(replace(SHORT, epochs=1, seed=seed)).save(tmp_path / "w.safetensors")
        found.append(read_ranking(tmp_path / "w.safetensors").weights)
    assert all(np.array_equal(found[0][k], found[1][k]) for k in found[0])
    assert not all(np.array_equal(found[0][k], found[2][k]) for k in found[0])


def test_what_is_saved_is_what_was_trained(tmp_path: Path):
    training = trained(replace(SHORT, epochs=1))
    training.save(tmp_path / "w.safetensors")
    found = read_ranking(tmp_path / "w.safetensors").weights
    for name, tensor in training.network.state_dict().items():
        assert np.abs(found[name] - tensor.numpy()).max() < 2e-3


def test_passes_are_told():
    told = list(RankingTraining(made_up(), SHORT).run())
    assert [(e.stage, e.number, e.of) for e in told] == [("rehearsal", 1, 1), *(("pushes", i, 8) for i in range(1, 9))]
    assert told[-1].loss < told[1].loss


def test_labels_by_hand():
    data = made_up()
    data.after[0, NUMBERS.index("outside")] = 1.0
    data.after[0, NUMBERS.index("certain")] = 1.0
    found = labels(data, lambda states: np.full(len(states), 100.0, np.float32))
    assert found.left[0] == MOST
    assert (found.free[0], found.lost[0]) == (0.0, 1.0)
    free = data.column("certain") > 0.5
    assert (found.left[1:][free[1:]] == 1.0).all()
    assert (found.left[~free] == MOST).all()
    figures = wanted(data, found)
    assert figures[1:, OUTPUT_NAMES.index("left")][free[1:]] == pytest.approx(0.0)


def test_a_state_is_worth_what_its_pushes_led_to():
    data = made_up()
    data.after[:, NUMBERS.index("certain")] = 1.0
    easy = learnt_value(data)(data.before).mean()
    data.after[:, NUMBERS.index("certain")] = 0.0
    hard = learnt_value(data)(data.before).mean()
    assert easy == pytest.approx(FEWEST, abs=0.1)
    assert hard > 4.0


def test_an_empty_bank_is_refused():
    with pytest.raises(ValueError, match="no push that was made"):
        read_pushes([])
