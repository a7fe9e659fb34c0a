"""Where the choice of a push loses, stage by stage: pushes that were proposed are made in physics, all from one state.

Beside the ranking's own choice stands what an oracle in place of each stage would have chosen, among the pushes that
were made: one of all that freed the target, one of those that the quick head let pass and the policy's limits allow;
and each stage's own first of the allowed ones.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import mujoco
import numpy as np

from pg4da.policies.geometric.policy import GeometricPolicy
from pg4da.policies.learned.surroundings import Reach, Surroundings
from pg4da.policies.ranking.policy import FREE, LEFT, RankingPolicy, Weighed
from pg4da.policies.ranking.weights import read_ranking, shipped
from pg4da.policies.types import Array, NoAction
from pg4da.sim.scenes.errors import SceneError
from pg4da.sim.scenes.generator import CASE_NAMES, generate
from pg4da.sim.training.pushing import free_grasps, push_of
from pg4da.sim.training.tries import Tries
from pg4da.skills.perception.observe import Memory

FIRST_SEED = 4_000_000  # far from those of training and evaluation
DRAWN = 12  # of all proposals, made beside those looked ahead on
DEEP = 3  # states of a scene, each after the ranking's choice in the one before
ASIDE = 0.0015  # m; an oracle's push is made once more from this far aside, else its luck would count
STAGES = (
    *("random", "best of all", "best of the sieve"),
    *("sieve's first", "look-ahead's first", "likeliest to free", "ranking's choice"),
)


@dataclass(frozen=True)
class State:
    """What came of one state's pushes: by stage the share that freed the target for a grasp. promised, freed: the
    chance that the sure head saw for each push it weighed, and whether it did free it."""

    case: str
    scene: int
    stages: dict[str, float]
    promised: list[float]
    freed: list[bool]


@dataclass
class Trial:
    """A scene on which pushes are tried; `policy`: whose choices they are."""

    case: str
    scene: int
    tries: Tries
    policy: RankingPolicy
    reach: Reach
    rng: np.random.Generator
    rule: GeometricPolicy

    def states(self) -> Iterator[State]:
        """Up to DEEP states whose next motion the ranking chooses, each after its choice in the one before."""
        memory: Memory | None = None
        for _ in range(DEEP):
            observation, memory = self.tries.look(memory)
            try:
                around = Surroundings.of(observation, self.reach)
                grasps, _ = free_grasps(observation, around, self.rule)
                best = grasps[0].score if grasps else 0.0
                weighed = self.policy.weighed(around, best)
            except NoAction:
                return
            order = self._allowed(around, weighed)
            if not order or best >= self.reach.settings.grasp_threshold:
                return
            yield self._tried(weighed, order, memory)
            if self.tries.outside:
                return

    def _allowed(self, around: Surroundings, weighed: Weighed) -> list[int]:
        """What the policy would make, in its order."""
        index = {id(weighed.found[i]): i for i in weighed.looked}
        return [index[id(r.proposal)] for r in self.policy.ordered(around, weighed)]

    def _tried(self, weighed: Weighed, order: list[int], memory: Memory) -> State:
        """Make the pushes, and go on with the ranking's choice."""
        start = self.tries.kept()
        drawn = self.rng.permutation(len(weighed.found))[:DRAWN].tolist()
        made = sorted({*drawn, *weighed.looked})
        freed = {i: self._frees(weighed, i, start, memory) for i in made}
        oracles = [self._again(weighed, freed, among, start, memory) for among in (made, order)]
        self._make(weighed, order[0], start)
        chance = 1 / (1 + np.exp(-weighed.sure[:, FREE].astype(float)))
        stages = stages_of(weighed, freed, drawn, order, oracles)
        return State(self.case, self.scene, stages, chance.tolist(), [freed[i] for i in weighed.looked])

    def _again(
        self, weighed: Weighed, freed: dict[int, bool], among: list[int], start: mujoco.MjData, memory: Memory
    ) -> bool:
        """Whether one of those that freed the target frees it once more."""
        good = [i for i in among if freed[i]]
        if not good:
            return False
        index = good[int(self.rng.integers(len(good)))]
        return self._frees(weighed, index, start, memory, self.rng.normal(0.0, ASIDE, 2))

    def _frees(
        self, weighed: Weighed, index: int, start: mujoco.MjData, memory: Memory, aside: Array | None = None
    ) -> bool:
        self._make(weighed, index, start, aside)
        if self.tries.outside:
            return False
        observation, _ = self.tries.look(memory)
        try:
            return free_grasps(observation, Surroundings.of(observation, self.reach), self.rule)[1]
        except NoAction:
            return False

    def _make(self, weighed: Weighed, index: int, start: mujoco.MjData, aside: Array | None = None) -> None:
        push = push_of(weighed.found[index], self.reach)
        if aside is not None:
            off = np.array([*aside, 0.0])
            push = replace(push, paths=tuple(replace(p, points=p.points + off) for p in push.paths))
        self.tries.restore(start)
        self.tries.push(push)


def stages_of(
    weighed: Weighed, freed: dict[int, bool], drawn: Sequence[int], order: Sequence[int], oracles: Sequence[bool]
) -> dict[str, float]:
    """Whether each stage's push freed the target, 0 or 1; of random ones the share. In the order of STAGES.

    order: what the policy would make, best first; oracles: of all that were made, and of `order`.
    """
    at = {i: k for k, i in enumerate(weighed.looked)}
    value = {i: float(np.mean([f.value for f in weighed.foreseen[k]] or [-np.inf])) for i, k in at.items()}
    firsts = (
        min(order, key=lambda i: weighed.quick[i, LEFT]),
        max(order, key=lambda i: value[i]),
        max(order, key=lambda i: weighed.sure[at[i], FREE]),
        order[0],
    )
    found = (float(np.mean([freed[i] for i in drawn])), *oracles, *(freed[i] for i in firsts))
    return dict(zip(STAGES, map(float, found), strict=True))


def try_pushes(quick: bool, note: Callable[[str], None], weights: Path | None = None) -> list[State]:
    """States of generated scenes of all cases, each of whose pushes were made."""
    policy, found = RankingPolicy(read_ranking(weights or shipped())), []
    scenes = 5 if quick else 40
    for k in range(scenes):
        case = CASE_NAMES[k % len(CASE_NAMES)]
        found += list(_states(case, FIRST_SEED + k, policy))
        note(f"{k + 1} of {scenes} scenes, {len(found)} states")
    return found


def _states(case: str, seed: int, policy: RankingPolicy) -> Iterator[State]:
    try:
        tries = Tries(generate(case, seed))
    except SceneError:  # a seed that leads to no scene
        return
    yield from Trial(case, seed, tries, policy, Reach(), np.random.default_rng([seed, 6]), GeometricPolicy()).states()
