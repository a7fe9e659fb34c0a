"""What pushes lead to, tried many at a time from the same state: one file a scene.

From each state several proposals are made in physics, each from the same start; what is seen after each is kept, and
the scene goes on from one of them. Physics and the camera only, no arms: about 0.3 s a push on one core.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import mujoco
import numpy as np
from numpy.typing import NDArray

from pg4da.policies.geometric.paths import push_paths
from pg4da.policies.geometric.policy import ALONE, OFF, GeometricPolicy
from pg4da.policies.isolation import isolation_rate
from pg4da.policies.learned.surroundings import Reach, Surroundings
from pg4da.policies.ranking.crops import window_of
from pg4da.policies.ranking.foresight import foresight, judge_of, numbers
from pg4da.policies.ranking.policy import RankingPolicy
from pg4da.policies.ranking.proposals import FAMILIES, Proposal, middle_of, proposals
from pg4da.policies.ranking.weights import read_ranking
from pg4da.policies.types import Array, Grasp, NoAction, Observation, Push
from pg4da.sim.scenes.generator import CASE_NAMES, generate
from pg4da.sim.scenes.scene import Scene
from pg4da.sim.training.push_log import Log, stroke_numbers
from pg4da.sim.training.tries import Tries
from pg4da.sim.training.wave import Wave
from pg4da.skills.perception.observe import Memory

CASES = (1, 2, 2, 3, 3, 4, 4)  # of CASE_NAMES, how often each comes up; the packed ones, 0, do not
LOOKED = 14  # proposals of a state that are looked ahead on
TRIED = 8  # of these that are made, the FIRST by the look-ahead's value and some of the others
FIRST = 3
OWN = 4  # of a ranking's choices
SWEEPS, AMONG = 2, 6  # sweeps that are made of the best ones
DEEP = 4  # states of a scene that pushes are tried in
FORESEEN, SHARE = 32, 0.4  # pushes of a state that are only looked ahead on, and share of the states seen after a push


@dataclass
class _State:
    index: int
    data: mujoco.MjData
    memory: Memory
    around: Surroundings
    grasp: float
    certain: bool


def case_of(seed: int) -> str:
    """Name of the case that a seed's scene is of."""
    return CASE_NAMES[CASES[seed % len(CASES)]]


def try_scene(seed: int, weights: Path | None = None, device: str | None = None) -> Log:
    """Try pushes on the generated scene of a seed. Raises SceneError for a seed that leads to none.

    weights: of a ranking, whose own choices then are among those tried. device: where mujoco-warp makes the pushes of a
    state all at once; raises DeviceError and WorldsError then. MuJoCo makes them one by one without it.
    """
    case = case_of(seed)
    ranking = RankingPolicy(read_ranking(weights)) if weights else None
    scene, rng = generate(case, seed), np.random.default_rng([seed, 5])
    episode = _Episode(scene, CASE_NAMES.index(case), rng, ranking, _wave(scene, device))
    episode.run()
    return episode.log


def _wave(scene: Scene, device: str | None) -> Wave | None:
    return None if device is None else Wave(scene, TRIED, device)


class _Episode:
    def __init__(
        self, scene: Scene, case: int, rng: np.random.Generator, ranking: RankingPolicy | None, wave: Wave | None
    ) -> None:
        self.log, self._wave = Log(), wave
        self._tries, self._case, self._rng = Tries(scene), case, rng
        self._reach, self._rule, self._ranking = Reach(), GeometricPolicy(), ranking

    def run(self) -> None:
        """Try pushes, go on from one of them, and so on."""
        state = self._seen(None)
        for _ in range(DEEP):
            if state is None or state.certain:
                return
            after = list(self._expanded(state))
            open_ = [s for s in after if s is not None and not s.certain]
            if not open_:
                return
            best = after[0]
            on = best is not None and not best.certain and self._rng.random() < 0.5
            state = best if on else open_[int(self._rng.integers(len(open_)))]

    def _expanded(self, state: _State) -> Iterator[_State | None]:
        chosen = self._chosen(state)
        made = self._made(state, [push_of(proposal, self._reach) for proposal, _ in chosen])
        for (proposal, ahead), _ in zip(chosen, made, strict=True):
            self.log.link.append((state.index, len(self.log.windows), FAMILIES.index(proposal.family)))
            self.log.strokes.append(stroke_numbers(proposal))
            self.log.ahead.append(ahead)
            yield self._seen(state.memory)

    def _made(self, state: _State, pushes: list[Push]) -> Iterator[None]:
        """Make each from the state; at each turn the tries stand where one has led."""
        ends = self._wave.ends(state.data, pushes) if self._wave else None
        for push in pushes:
            self._tries.restore(state.data if ends is None else next(ends))
            if ends is None:
                self._tries.push(push)
            yield

    def _chosen(self, state: _State) -> list[tuple[Proposal, NDArray[np.float32]]]:
        everything = proposals(state.around)
        groups: dict[str, list[Proposal]] = {}
        for p in everything:
            groups.setdefault(p.family, []).append(p)
        drawn: list[Proposal] = []
        while len(drawn) < LOOKED and any(groups.values()):  # families in turn, so that none is rare
            for family in [*FAMILIES, "sweep"]:
                mine = groups.get(family, [])
                if mine:
                    drawn.append(mine.pop(int(self._rng.integers(len(mine)))))
        judge = judge_of(state.around)
        looked = [(p, foresight(judge, p)) for p in drawn]
        order = sorted(range(len(looked)), key=lambda i: -np.mean([f.value for f in looked[i][1]] or [0.0]))
        rest = [order[i] for i in self._rng.permutation(np.arange(FIRST, len(order)))]
        own = [*self._own(state), *self._best_sweeps(everything)]
        kept = [*order[:FIRST], *rest][: TRIED - len(own)]
        chosen = [*own, *(looked[i][0] for i in kept)]
        return [(p, numbers(foresight(judge, p))) for p in chosen]

    def _best_sweeps(self, everything: list[Proposal]) -> list[Proposal]:
        """Some of the sweeps that should lay open most."""
        foreseen = [p for p in everything if p.swept is not None and not p.swept.harm]
        best = sorted(foreseen, key=lambda p: -(p.swept.value if p.swept else 0.0))[:AMONG]
        return [best[int(i)] for i in self._rng.permutation(len(best))[:SWEEPS]]

    def _own(self, state: _State) -> list[Proposal]:
        """The ranking's own first choices."""
        if self._ranking is None:
            return []
        return [r.proposal for r in self._ranking.ranked(state.around, state.grasp)[:OWN]]

    def _seen(self, before: Memory | None) -> _State | None:
        """Look, write down what is seen; None where the episode would end here."""
        observation, memory = self._tries.look(before)
        outside = self._tries.outside
        try:
            around = Surroundings.of(observation, self._reach)
            middle = middle_of(around)
        except NoAction:
            self._write(observation, np.array([0.0, 0.5]), None, (0.0, 0.0), False, outside)
            return None
        grasps, certain = free_grasps(observation, around, self._rule)
        score = grasps[0].score if grasps else 0.0
        tilt = float(np.arccos(np.clip(-grasps[0].pose[2, 2], -1, 1))) if grasps else 0.0
        index = self._write(observation, middle, around, (score, tilt), certain, outside)
        if not certain and (before is None or self._rng.random() < SHARE):
            self._foresee(index, around)
        return None if outside else _State(index, self._tries.kept(), memory, around, score, certain)

    def _foresee(self, index: int, around: Surroundings) -> None:
        """Look ahead on some pushes without making them: far cheaper, and nearly as telling."""
        judge = judge_of(around)
        if judge is None:
            return
        found = [p for p in proposals(around) if p.plan is not None]
        for k in self._rng.permutation(len(found))[:FORESEEN]:
            proposal = found[int(k)]
            assert proposal.plan is not None
            ahead = judge.foresee(proposal.plan, proposal.travel)
            self.log.foreseen.append((index, FAMILIES.index(proposal.family)))
            self.log.foreseen_strokes.append(stroke_numbers(proposal))
            self.log.foreseen_ahead.append(numbers((ahead,)))

    def _write(
        self,
        observation: Observation,
        middle: Array,
        around: Surroundings | None,
        grasp: tuple[float, float],
        certain: bool,
        outside: bool,
    ) -> int:
        score, tilt = grasp
        target = around.segments.target if around else None
        things = len(around.segments.things) if around else 0
        row = [*middle, observation.target_seen, observation.visible_share, isolation_rate(observation), score, certain]
        row += [things, target.top if target else 0.0, around is None, outside, self._case, tilt]
        self.log.numbers.append([float(v) for v in row])
        self.log.windows.append(window_of(observation, middle))
        return len(self.log.windows) - 1


def free_grasps(
    observation: Observation, around: Surroundings, rule: GeometricPolicy
) -> tuple[tuple[Grasp, ...], bool]:
    """Grasps of the target, best first, and whether a policy would make the first of them at once."""
    grasps = rule.grasps_of(observation, around.cloud, around.segments)
    fits = bool(grasps) and grasps[0].score >= rule.settings.grasp_threshold
    return grasps, fits and not _loaded(observation, around, rule)


def _loaded(observation: Observation, around: Surroundings, rule: GeometricPolicy) -> bool:
    if observation.visible_share >= ALONE:
        return False
    pushes = rule.uncovering(observation, around.cloud, around.segments)
    return any(p.score >= OFF for p in pushes)


def push_of(proposal: Proposal, reach: Reach) -> Push:
    """A proposal as the motion that the arms make."""
    paths = push_paths(proposal.strokes, proposal.height, reach.settings.path_spacing, reach.arm_bases, reach.workspace)
    purpose = "uncover" if proposal.family == "sweep" else "isolate"
    return Push(paths, proposal.strokes[0].width, 0.0, purpose)
