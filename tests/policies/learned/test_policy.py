from dataclasses import dataclass, field, replace

import numpy as np
import pytest

from pg4da.policies.avn.errors import WeightsError
from pg4da.policies.avn.orientations import CLASSES, nearest_class
from pg4da.policies.learned.places import places
from pg4da.policies.learned.policy import LearnedPolicy, grasp_first, learned_policy, shares
from pg4da.policies.types import Grasp, NoAction, Push

RNG = np.random.default_rng(0)


@dataclass
class Told:
    """A network whose opinion is given."""

    scores: np.ndarray = field(default_factory=lambda: np.zeros((56, 56)))
    value: float = 0.5

    def look(self, observation, where):
        return self

    def chances(self, cell):
        out = np.zeros(CLASSES)
        for degrees in (0, 90):
            c, s = np.cos(np.radians(degrees)), np.sin(np.radians(degrees))
            out[nearest_class(np.array([[c, s, 0], [s, -c, 0], [0, 0, -1.0]]))] = 0.5
        return out


@pytest.fixture
def alone(table):
    return table.observe([table.target(0.1, 0.5, 0.03, 0.05)])


def test_target_s_cell_best_means_grasp_and_a_tie_too(alone):
    assert isinstance(LearnedPolicy(Told()).decide(alone, RNG).action, Grasp)
    where = places(alone)
    assert grasp_first(np.zeros((56, 56)), where)
    assert not grasp_first(where.push.astype(float), where)


def test_cell_beside_the_target_best_means_push(alone):
    network = Told(scores=places(alone).push.astype(float))
    decision = LearnedPolicy(network).decide(alone, RNG)
    assert isinstance(decision.action, Push)
    assert any(isinstance(a, Grasp) for a in decision.candidates)
    assert decision.score_map.shape == (224, 224)
    assert decision.score_map.max() == pytest.approx(1.0)
    assert decision.notes["value"] == 0.5


def test_hemmed_in_target_is_pushed_even_when_a_grasp_is_wanted(table):
    decision = LearnedPolicy(Told()).decide(table.observe(table.hemmed()), RNG)
    assert isinstance(decision.action, Push)


def test_unseen_target_is_uncovered(table):
    seen = table.observe([table.block(0, 0.5, 0.045, 0.045)])
    hiding = np.zeros_like(seen.height)
    hiding[112, 112] = 1.0
    decision = LearnedPolicy(Told()).decide(replace(seen, hiding=hiding), RNG)
    assert isinstance(decision.action, Push)
    assert decision.action.purpose == "uncover"


def test_empty_table_has_no_action(table):
    with pytest.raises(NoAction):
        LearnedPolicy(Told()).decide(table.observe([]), RNG)


def test_single_arm_never_pushes_with_two(table):
    scene = table.observe([table.target(0, 0.5, 0.045, 0.045)])
    scores = np.random.default_rng(1).normal(size=(56, 56)) + 9.0 * places(scene).push
    both = LearnedPolicy(Told(scores)).decide(scene, RNG)
    one = LearnedPolicy(Told(scores), arms=1).decide(scene, RNG)
    assert all(len(a.paths) == 1 for a in one.candidates if isinstance(a, Push))
    assert (LearnedPolicy(Told()).name, LearnedPolicy(Told(), arms=1).name) == ("pg4da", "pg4da-single-arm")
    assert len(one.candidates) <= len(both.candidates)


def test_shares_add_up_to_one_over_the_masks(alone):
    where = places(alone)
    found = shares(np.random.default_rng(0).normal(size=(56, 56)), where)
    assert found.sum() == pytest.approx(1.0)
    assert found[~(where.grasp | where.push)].max() == 0.0
    assert shares(np.full((56, 56), -np.inf), where).sum() == 0.0


def test_no_weights_is_said_clearly(tmp_path):
    with pytest.raises(WeightsError, match="has no weights"):
        learned_policy(None)
