"""The default policy: a grasp when the jaw fits, else the push after which, by a trained network, least is left to do.

Pushes are proposed by geometry, sifted by the network's quick head, looked ahead on, and ranked by its sure head. What
the look-ahead forbids (something too near to the edge, the target out of reach) is never made.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from pg4da.policies.geometric.lookahead import Stroke, Table
from pg4da.policies.geometric.paths import push_paths
from pg4da.policies.geometric.policy import GeometricPolicy
from pg4da.policies.geometric.score_map import draw_scores
from pg4da.policies.geometric.worth import Foreseen, leaves, room_for
from pg4da.policies.isolation import isolation_rate
from pg4da.policies.learned.surroundings import Reach, Surroundings
from pg4da.policies.ranking.crops import Way, crops, window_of
from pg4da.policies.ranking.foresight import foresight, judge_of, numbers
from pg4da.policies.ranking.forward import Forward
from pg4da.policies.ranking.numbers import ahead_numbers, state_numbers
from pg4da.policies.ranking.proposals import Proposal, families, middle_of, proposals
from pg4da.policies.types import Action, Array, Decision, Grasp, NoAction, Observation, Push

LOOKED = 6  # pushes that are looked ahead on
ALIKE = 0.35  # rad, and ENDS [m]: pushes of one family this near to a better one are not looked ahead on as well
ENDS = 0.015
PROMISING = 0.5  # chance that a grasp is free after a push, from which on it goes before a doubtful grasp
FREE, LEFT = 0, 1  # columns of the network's figures
ON_TOP = 0.008  # m over the fingertips, what a sweep moves

Floats = NDArray[np.float32]


@dataclass(frozen=True)
class Ranked:
    """A proposal with what the network says of it: motions left after it, and the chance of a free grasp; cost: for
    where the target comes to lie."""

    proposal: Proposal
    left: float
    free: float
    cost: float = 0.0

    @property
    def score(self) -> float:
        """1 for a push after which nothing but the grasp is left, falling to 0."""
        return 1.0 / (1.0 + max(self.left + self.cost, 0.0))


@dataclass(frozen=True)
class RankingPolicy:
    """network: trained weights; arms: 1 for single paths only; reach: gripper, workspace and arms of the cell."""

    network: Forward
    arms: int = 2
    reach: Reach = field(default_factory=Reach)

    @property
    def name(self) -> str:
        return "pg4da" if self.arms > 1 else "pg4da-single-arm"

    def decide(self, observation: Observation, rng: np.random.Generator) -> Decision:
        """Grasps and pushes, best first. Deterministic: `rng` is not drawn from. Raises NoAction on an empty table."""
        around, rule = Surroundings.of(observation, self.reach), self._rule
        cloud, segments = around.cloud, around.segments
        grasps = rule.grasps_of(observation, cloud, segments)
        settings = self.reach.settings
        good = [g for g in grasps if g.score >= settings.grasp_threshold]
        if good:
            first: list[Action] = [*rule.unloading(observation, cloud, segments), *good]
        else:
            first = self._pushes_first(around, grasps)
        actions = (*first[: settings.candidates], *self._single(rule.last_resort(observation, cloud, segments)))
        if not actions:
            raise NoAction("no grasp fits and no push starts in free space")
        notes = {"objects": float(len(segments.things)), "grasps": float(len(grasps))}
        return Decision(actions, draw_scores(observation, actions), isolation_rate(observation), notes)

    @property
    def _rule(self) -> GeometricPolicy:
        reach = self.reach
        return GeometricPolicy(reach.gripper, reach.workspace, reach.arm_bases, reach.settings)

    def _single(self, pushes: list[Push]) -> list[Push]:
        return [p for p in pushes if len(p.paths) <= self.arms]

    def _pushes_first(self, around: Surroundings, grasps: tuple[Grasp, ...]) -> list[Action]:
        """Promising pushes, then doubtful grasps, then the other pushes."""
        try:
            ranked = self.ranked(around, grasps[0].score if grasps else 0.0)
        except NoAction:
            ranked = []
        doubtful = [g for g in grasps if g.score >= self.reach.settings.desperate_threshold]
        better = [r for r in ranked if r.free >= PROMISING] if doubtful else ranked
        rest = [r for r in ranked if not any(r is b for b in better)]
        return [*(self._push(r) for r in better), *doubtful, *(self._push(r) for r in rest)]

    def ranked(self, around: Surroundings, grasp: float) -> list[Ranked]:
        """Proposals in the order of the motions left after them; grasp: score of the best one now. Raises NoAction."""
        found = proposals(around, self.arms)
        if not found:
            return []
        embedded, state = self._read(around, found, grasp)
        quick = self.network.quick(embedded, state)
        order = np.argsort(quick[:, LEFT], kind="stable").tolist()
        chosen = self._different(found, order)
        judge = judge_of(around)
        looked = [foresight(judge, found[i]) for i in chosen]
        d = np.array([way_of(found[i]).d for i in chosen])
        ahead = ahead_numbers(np.stack([numbers(seen) for seen in looked]), d)
        sure = self.network.sure(embedded[chosen], state[chosen], ahead)
        safe = [not self._harms(around, found[i], seen) for i, seen in zip(chosen, looked, strict=True)]
        best = [
            Ranked(found[i], float(row[LEFT]), _chance(row[FREE]), _cost(seen))
            for i, row, seen, ok in zip(chosen, sure, looked, safe, strict=True)
            if ok
        ]
        rest = [
            Ranked(found[i], float(quick[i, LEFT]) + 1.0, _chance(quick[i, FREE])) for i in order if i not in chosen
        ]
        kept = (
            [r for r in rest[: 4 * LOOKED] if not self._harms(around, r.proposal, foresight(judge, r.proposal)[:1])]
            if not best
            else []
        )
        return sorted(best, key=lambda r: r.left + r.cost) + kept

    def _read(self, around: Surroundings, found: list[Proposal], grasp: float) -> tuple[Floats, Floats]:
        """What the network's body makes of the proposals, and the numbers beside it."""
        observation, middle = around.observation, middle_of(around)
        window = window_of(observation, middle)
        pictures = crops(window, middle, observation.grid, [way_of(p) for p in found])
        target = around.segments.target
        now = [observation.target_seen, observation.visible_share, isolation_rate(observation)]
        now += [len(around.segments.things), target.top if target else 0.0, grasp]
        tips = np.array([p.height for p in found])
        travel = np.array([p.travel for p in found])
        width = np.array([p.strokes[0].width for p in found])
        state = state_numbers(
            np.array(families(found)), tips, travel, width, np.tile(np.array(now, float), (len(found), 1))
        )
        return self.network.embedded(pictures), state

    def _different(self, found: list[Proposal], order: list[int]) -> list[int]:
        """The first LOOKED of the order, no two nearly the same."""
        kept: list[int] = []
        for i in order:
            if len(kept) == LOOKED:
                break
            if not any(_alike(found[i], found[k]) for k in kept):
                kept.append(i)
        return kept

    def _harms(self, around: Surroundings, proposal: Proposal, seen: tuple[Foreseen, ...]) -> bool:
        if seen:
            return seen[0].harm
        return pushed_out(around, proposal.strokes, proposal.travel, proposal.height)

    def _push(self, ranked: Ranked) -> Push:
        proposal, reach = ranked.proposal, self.reach
        spacing = reach.settings.path_spacing
        paths = push_paths(proposal.strokes, proposal.height, spacing, reach.arm_bases, reach.workspace)
        purpose = "uncover" if proposal.family == "sweep" else "isolate"
        reason = (
            f"{100 * ranked.free:.0f} % chance of a grasp next, {1 + max(ranked.left, 0):.1f} motions to go after it"
        )
        return Push(paths, proposal.strokes[0].width, ranked.score, purpose, reason)


def way_of(proposal: Proposal) -> Way:
    """A proposal as its crop shows it."""
    strokes = proposal.strokes
    d = np.array(strokes[0].course[:2])
    return Way(d, np.array([(s.start, s.end) for s in strokes]), strokes[0].width, proposal.height)


def pushed_out(around: Surroundings, strokes: tuple[Stroke, ...], travel: float, height: float) -> bool:
    """Whether the planar look-ahead sees anything taller than the fingertips come too near to the edge."""
    reach = around.reach
    high = [t for t in around.segments.things if t.top > height + ON_TOP]
    if not high:
        return False
    prediction = next(iter(Table(high, reach.gripper, 0.006).plough(strokes, (travel,))))
    return leaves(np.array([t.centre for t in high]), prediction, reach.workspace, room_for(high))


def _cost(seen: tuple[Foreseen, ...]) -> float:
    return float(np.mean([f.cost for f in seen])) if seen else 0.0


def _chance(log_odds: float) -> float:
    return float(1 / (1 + np.exp(-float(log_odds))))


def _alike(a: Proposal, b: Proposal) -> bool:
    if a.family != b.family:
        return False
    da, db = (np.array(p.strokes[0].course[:2]) for p in (a, b))
    turn = float(np.arccos(np.clip(da @ db, -1, 1)))
    ends: Array = a.strokes[0].end - b.strokes[0].end
    return turn < ALIKE and float(np.linalg.norm(ends)) < ENDS
