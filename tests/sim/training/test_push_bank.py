"""Pushes tried from the same start again and again, and the bank of them."""

from pathlib import Path

import numpy as np
import pytest

from pg4da.policies.learned.surroundings import Reach, Surroundings
from pg4da.policies.ranking.numbers import STATE_NAMES
from pg4da.policies.ranking.proposals import STOPS, proposals
from pg4da.sim.scenes.errors import SceneError
from pg4da.sim.scenes.generator import generate
from pg4da.sim.training import push_bank, pushing
from pg4da.sim.training.push_bank import make_push_bank, push_file, push_files
from pg4da.sim.training.push_data import read_pushes
from pg4da.sim.training.push_log import NUMBERS
from pg4da.sim.training.pushing import push_of, try_scene
from pg4da.sim.training.tries import Tries


@pytest.fixture(scope="module")
def tries() -> Tries:
    return Tries(generate("case1-clutter", 2_900_000))


def test_a_push_moves_the_target_and_can_be_taken_back(tries):
    start = tries.kept()
    around = Surroundings.of(tries.look(None)[0], Reach())
    centre = next(p for p in proposals(around) if p.family == "centre")
    before = tries.cell.truth.positions
    ends = []
    for _ in range(2):
        tries.restore(start)
        assert np.array_equal(tries.cell.truth.positions, before)
        tries.push(push_of(centre, around.reach))
        ends.append(tries.cell.truth.positions)
    assert np.array_equal(*ends)
    moved = tries.cell.truth.target_position - before[0]
    assert float(moved[:2] @ np.array(centre.strokes[0].course[:2])) > 0.02
    assert not tries.outside
    tries.restore(start)


def test_grippers_are_out_of_the_picture_after_a_push(tries):
    start = tries.kept()
    around = Surroundings.of(tries.look(None)[0], Reach())
    dual = next(p for p in proposals(around) if p.family == "dual")
    tries.push(push_of(dual, around.reach))
    observation, _ = tries.look(None)
    assert float(observation.height.max()) < 0.06
    tries.restore(start)


@pytest.fixture
def few(monkeypatch):
    """Few pushes a scene."""
    for name, value in {"LOOKED": 6, "TRIED": 2, "FIRST": 1, "DEEP": 1, "FORESEEN": 3, "CASES": (0,)}.items():
        monkeypatch.setattr(pushing, name, value)


def test_a_scene_gives_the_same_file_again_and_is_not_made_twice(few, tmp_path: Path):
    seeds = range(2_900_001, 2_900_003)
    made = list(make_push_bank(tmp_path / "a", seeds))
    assert made == [push_file(tmp_path / "a", s) for s in seeds] == push_files(tmp_path / "a")
    assert not list(make_push_bank(tmp_path / "a", seeds))
    again = try_scene(seeds[0]).arrays()
    with np.load(made[0]) as stored:
        assert all(np.array_equal(stored[k], v) for k, v in again.items())
    data = read_pushes(made)
    assert len(data.crops) == len(data.state) == 4
    assert data.after.shape == (4, len(NUMBERS))
    assert np.abs(data.crops).max() > 20
    assert (data.column("seen", after=False) == 1.0).all()
    past = data.state[:, STATE_NAMES.index("past")] / 4
    assert ((past > 0.03) & (past < STOPS.past[-1] + 0.1)).all()


def test_a_seed_without_a_scene_gives_an_empty_file(monkeypatch, tmp_path: Path):
    def none(seed, weights, device):
        raise SceneError("case1-clutter", None, None, "no scene")

    monkeypatch.setattr(push_bank, "try_scene", none)
    made = list(make_push_bank(tmp_path, range(2)))
    assert push_files(tmp_path) == made
    with pytest.raises(ValueError, match="no push that was made"):
        read_pushes(made)
