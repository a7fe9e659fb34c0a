"""The ranking policy: what it may never do, whatever its weights say."""

import numpy as np
import pytest

from pg4da.policies.learned.surroundings import Reach, Surroundings
from pg4da.policies.ranking.forward import Forward
from pg4da.policies.ranking.policy import RankingPolicy
from pg4da.policies.ranking.proposals import FAMILIES, proposals
from pg4da.policies.ranking.weights import expected_shapes
from pg4da.policies.registry import make_policy
from pg4da.policies.types import Grasp, NoAction, Push
from tests.policies.conftest import block, observe, target

RNG = np.random.default_rng(0)


def any_network(seed: int) -> Forward:
    """Weights drawn at random."""
    rng = np.random.default_rng(seed)
    return Forward({k: rng.normal(0, 0.1, shape).astype(np.float32) for k, shape in expected_shapes().items()})


def packed(x: float = 0.0, y: float = 0.5):
    """A target with a neighbour on each side, 1 mm apart."""
    around = [
        block(x + 0.046 * i, y + 0.046 * j, 0.045, 0.045, shade=3 * i + j) for i in (-1, 0, 1) for j in (-1, 0, 1)
    ]
    return [target(x, y, 0.045, 0.045), *(b for k, b in enumerate(around) if k != 4)]


@pytest.fixture
def crowded():
    return observe(packed())


def test_pushes_when_hemmed_in_and_grasps_when_free(crowded):
    policy = make_policy("pg4da")
    assert isinstance(policy.decide(crowded, RNG).action, Push)
    free = observe([target(0.0, 0.5, 0.045, 0.045), block(0.2, 0.7, 0.04, 0.04)])
    assert isinstance(policy.decide(free, RNG).action, Grasp)


def test_the_same_look_gives_the_same_decision(crowded):
    first, second = (make_policy("pg4da").decide(crowded, np.random.default_rng(s)) for s in (0, 1))
    assert [a.score for a in first.candidates] == [a.score for a in second.candidates]
    assert np.array_equal(first.score_map, second.score_map)
    assert first.score_map.shape == crowded.height.shape


@pytest.mark.parametrize("seed", range(4))
def test_one_arm_never_pushes_with_two(crowded, seed):
    policy = RankingPolicy(any_network(seed), arms=1)
    assert policy.name == "pg4da-single-arm"
    assert all(len(a.paths) == 1 for a in policy.decide(crowded, RNG).candidates if isinstance(a, Push))


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("place", [(0.0, 0.5), (0.36, 0.5), (-0.2, 0.88), (0.3, 0.14)])
def test_paths_stay_inside_whatever_the_weights(seed, place):
    decision = RankingPolicy(any_network(seed)).decide(observe(packed(*place)), RNG)
    for push in (a for a in decision.candidates if isinstance(a, Push)):
        for path in push.paths:
            later = path.points[1:]
            assert (np.abs(later[:, 0]) < 0.5).all()
            assert ((later[:, 1] > 0.0) & (later[:, 1] < 1.0)).all()


def test_nothing_is_pushed_where_the_look_ahead_sees_it_lost():
    place = (0.40, 0.5)
    found = observe(packed(*place))
    outwards = [
        a
        for a in RankingPolicy(any_network(1)).decide(found, RNG).candidates
        if isinstance(a, Push) and "chance" in a.reason and a.paths[0].points[-1, 0] - a.paths[0].points[0, 0] > 0.15
    ]
    assert not outwards


def test_scores_fall_with_the_order(crowded):
    pushes = [
        a for a in make_policy("pg4da").decide(crowded, RNG).candidates if isinstance(a, Push) and "chance" in a.reason
    ]
    scores = [p.score for p in pushes]
    assert scores == sorted(scores, reverse=True)
    assert all(0.0 < s <= 1.0 for s in scores)


def test_an_empty_table_is_told():
    with pytest.raises(NoAction):
        make_policy("pg4da").decide(observe([]), RNG)


def test_what_lies_on_the_target_may_be_swept_off():
    covered = observe([*packed(), block(0.01, 0.5, 0.03, 0.05, top=0.09, shade=9)], visible=0.3)
    families = {p.family for p in proposals(Surroundings.of(covered, Reach()))}
    assert "sweep" in families
    assert families <= set(FAMILIES)
