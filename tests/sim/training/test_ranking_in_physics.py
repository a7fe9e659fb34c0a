"""The shipped ranking against chance, in physics: how often one push leaves a free grasp."""

import numpy as np
import pytest

from pg4da.policies.learned.surroundings import Reach, Surroundings
from pg4da.policies.ranking.proposals import proposals
from pg4da.policies.registry import make_policy
from pg4da.policies.types import Grasp, Push
from pg4da.sim.scenes.generator import generate
from pg4da.sim.training.pushing import push_of
from pg4da.sim.training.tries import Tries

SCENES = range(2_950_000, 2_950_010)


@pytest.mark.slow
def test_the_shipped_weights_beat_chance_by_far():
    rng, policy = np.random.default_rng(0), make_policy("pg4da")
    chosen = drawn = 0
    for seed in SCENES:
        tries = Tries(generate("case1-clutter", seed))
        start, (observation, memory) = tries.kept(), tries.look(None)
        first = next(a for a in policy.decide(observation, rng).candidates if isinstance(a, Push))
        found = proposals(Surroundings.of(observation, Reach()))
        for push in (first, *(push_of(found[int(i)], Reach()) for i in rng.integers(len(found), size=2))):
            tries.restore(start)
            tries.push(push)
            free = isinstance(policy.decide(tries.look(memory)[0], rng).action, Grasp)
            chosen, drawn = (chosen + free, drawn) if push is first else (chosen, drawn + free)
    assert chosen >= 6
    assert chosen / len(SCENES) > drawn / (2 * len(SCENES)) + 0.2
