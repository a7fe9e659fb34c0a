"""Where the choice of a push loses, stage by stage: pushes that were proposed are made in physics, all from one state.

Beside the ranking's own choice stand what an oracle in place of each stage would have chosen, among the pushes that
were made: the best of all, the best of those the quick head lets be looked ahead on, and each stage's own first.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import mujoco
import numpy as np
from numpy.typing import NDArray
from rich.table import Table

from pg4da.policies.geometric.policy import GeometricPolicy
from pg4da.policies.learned.surroundings import Reach, Surroundings
from pg4da.policies.ranking.policy import FREE, LEFT, RankingPolicy, Weighed
from pg4da.policies.ranking.weights import read_ranking, shipped
from pg4da.policies.types import NoAction, Observation
from pg4da.sim.scenes.errors import SceneError
from pg4da.sim.scenes.generator import CASE_NAMES, generate
from pg4da.sim.training.pushing import free_grasps, push_of
from pg4da.sim.training.tries import Tries
from pg4da.skills.perception.observe import Memory

FIRST_SEED = 4_000_000  # far from those of training and evaluation
DRAWN = 12  # of all proposals, made beside those looked ahead on
DEEP = 3  # states of a scene, each after the ranking's choice in the one before
BINS = (0.0, 0.1, 0.3, 0.5, 0.7, 0.9, 1.001)
STAGES = ("random", "best of all", "best of the sieve", "sieve's first", "look-ahead's first", "ranking's choice")


@dataclass(frozen=True)
class State:
    """What came of one state's pushes: by stage the share that freed the target for a grasp. promised, freed: the
    chance that the sure head saw for each push it weighed, and whether it did free it."""

    case: str
    stages: dict[str, float]
    promised: list[float]
    freed: list[bool]


@dataclass
class Trial:
    """A scene on which pushes are tried; `policy`: whose choices they are."""

    tries: Tries
    policy: RankingPolicy
    reach: Reach
    rng: np.random.Generator

    def states(self, case: str) -> Iterator[State]:
        """Up to DEEP states in which no grasp is free."""
        memory: Memory | None = None
        for _ in range(DEEP):
            observation, memory = self.tries.look(memory)
            try:
                around = Surroundings.of(observation, self.reach)
                weighed = self.policy.weighed(around, self._best(observation, around))
            except NoAction:
                return
            order = self.policy.ordered(around, weighed)
            if not order or self._free(observation, around):
                return
            choice = next(i for i in weighed.looked if weighed.found[i] is order[0].proposal)
            yield self._tried(case, weighed, choice, memory)

    def _tried(self, case: str, weighed: Weighed, choice: int, memory: Memory) -> State:
        """Make the pushes, and go on with the ranking's choice."""
        start = self.tries.kept()
        count = len(weighed.found)
        drawn = self.rng.permutation(count)[:DRAWN].tolist()
        freed = {}
        for i in sorted({*drawn, *weighed.looked}):
            freed[i] = self._frees(weighed, i, start, memory)
        self._make(weighed, choice, start)
        looked = [freed[i] for i in weighed.looked]
        chance = 1 / (1 + np.exp(-weighed.sure[:, FREE].astype(float)))
        return State(case, stages_of(weighed, freed, drawn, choice), chance.tolist(), looked)

    def _frees(self, weighed: Weighed, index: int, start: mujoco.MjData, memory: Memory) -> bool:
        self._make(weighed, index, start)
        observation, _ = self.tries.look(memory)
        try:
            around = Surroundings.of(observation, self.reach)
        except NoAction:
            return False
        return self._free(observation, around) and not self.tries.outside

    def _make(self, weighed: Weighed, index: int, start: mujoco.MjData) -> None:
        self.tries.restore(start)
        self.tries.push(push_of(weighed.found[index], self.reach))

    def _free(self, observation: Observation, around: Surroundings) -> bool:
        return free_grasps(observation, around, GeometricPolicy())[1]

    def _best(self, observation: Observation, around: Surroundings) -> float:
        grasps = free_grasps(observation, around, GeometricPolicy())[0]
        return grasps[0].score if grasps else 0.0


def stages_of(weighed: Weighed, freed: dict[int, bool], drawn: Sequence[int], choice: int) -> dict[str, float]:
    """Whether each stage's push freed the target, 0 or 1; of random ones the share. In the order of STAGES."""
    values = [float(np.mean([f.value for f in seen])) if seen else -np.inf for seen in weighed.foreseen]
    quick = weighed.looked[int(np.argmin(weighed.quick[weighed.looked, LEFT]))]
    ahead = weighed.looked[int(np.argmax(values))]
    found = (
        float(np.mean([freed[i] for i in drawn])),
        any(freed.values()),
        any(freed[i] for i in weighed.looked),
        *(freed[i] for i in (quick, ahead, choice)),
    )
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
    yield from Trial(tries, policy, Reach(), np.random.default_rng([seed, 6])).states(case)


def stages_table(states: Sequence[State]) -> Table:
    """How often each stage's push made a grasp possible, by case."""
    title = f"{len(states)} states without a free grasp: how often one push made one free [%]"
    table = Table(title=title, title_justify="left")
    for heading in ("", "states", *STAGES):
        table.add_column(heading, justify="right" if heading else "left")
    for case in (*CASE_NAMES, ""):
        mine = [s for s in states if s.case == case or not case]
        if mine:
            told = [_percent([s.stages[stage] for s in mine]) for stage in STAGES]
            table.add_row(case or "all", str(len(mine)), *told, end_section=case == CASE_NAMES[-1])
    return table


def promises_table(states: Sequence[State]) -> Table:
    """Chances that the ranking saw, beside how often it came so."""
    promised = np.array([p for s in states for p in s.promised])
    freed = np.array([f for s in states for f in s.freed])
    table = Table(title="Chance of a free grasp that the ranking saw, and how often it came", title_justify="left")
    for heading in ("chance [%]", "pushes", "seen, mean [%]", "came [%]"):
        table.add_column(heading, justify="right")
    for low, high in pairwise(BINS):
        mine = (promised >= low) & (promised < high)
        if mine.any():
            told = f"{100 * low:.0f} to {100 * min(high, 1):.0f}"
            table.add_row(told, str(mine.sum()), f"{100 * promised[mine].mean():.0f}", _percent(freed[mine]))
    return table


def _percent(values: Sequence[float] | NDArray[np.generic]) -> str:
    """Mean with its standard error."""
    array = np.asarray(values, float)
    return f"{100 * array.mean():.0f} ± {100 * array.std() / np.sqrt(len(array)):.0f}"
