"""The policy `pg4da`: a grasp when the jaw fits, else the push after which, by a trained network, least is left to do.

Pushes are proposed by geometry, sifted by the network's quick head, looked ahead on, and ranked by its sure head. What
the look-ahead forbids (something too near to the edge, the target out of reach) is never made.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from pg4da.policies.geometric.lookahead import Table
from pg4da.policies.geometric.paths import push_paths
from pg4da.policies.geometric.policy import FAMILIES, GeometricPolicy
from pg4da.policies.geometric.score_map import draw_scores
from pg4da.policies.geometric.segmentation import Thing
from pg4da.policies.geometric.worth import Foreseen, leaves, room_for
from pg4da.policies.isolation import isolation_rate
from pg4da.policies.learned.surroundings import Reach, Surroundings
from pg4da.policies.ranking.crops import Way, crops, window_of
from pg4da.policies.ranking.foresight import foresight, judge_of, numbers
from pg4da.policies.ranking.forward import Forward
from pg4da.policies.ranking.numbers import OUTPUTS, ahead_numbers, state_numbers
from pg4da.policies.ranking.proposals import ON_TOP, STEP, Proposal, families, middle_of, proposals
from pg4da.policies.types import Action, Array, Decision, Grasp, NoAction, Observation, Push

LOOKED = 6  # pushes past the target that are looked ahead on
SWEEPS = 6  # of those that lay open most
ALIKE = 0.35  # rad, and ENDS [m]: pushes of one family this near to a better one are not looked ahead on as well
ENDS = 0.015
PROMISING = 0.5  # chance that a grasp is free after a push, from which on it goes before a doubtful grasp
FREE, LEFT = 0, 1  # columns of the network's figures

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
class Weighed:
    """Proposals (n) with the quick head's figures (n, OUTPUTS); looked: which k of them were looked ahead on, with what
    was foreseen and the sure head's figures (k, OUTPUTS)."""

    found: list[Proposal]
    quick: Floats
    looked: list[int]
    foreseen: list[tuple[Foreseen, ...]]
    sure: Floats


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
        return self.ordered(around, self.weighed(around, grasp))

    def ordered(self, around: Surroundings, weighed: Weighed) -> list[Ranked]:
        """What was looked ahead on and does no harm, in the order of the motions left."""
        safe = _Safety(around)
        ranked = [
            Ranked(weighed.found[i], float(row[LEFT]), _chance(row[FREE]), _cost(seen))
            for i, row, seen in zip(weighed.looked, weighed.sure, weighed.foreseen, strict=True)
            if not (seen[0].harm if seen else safe.pushes_out(weighed.found[i]))
        ]
        return sorted(ranked, key=lambda r: r.left + r.cost)

    def weighed(self, around: Surroundings, grasp: float) -> Weighed:
        """Everything that is proposed, with what both heads say of it. Raises NoAction."""
        found = sifted(proposals(around, self.arms))
        if not found:
            return Weighed([], np.zeros((0, OUTPUTS), np.float32), [], [], np.zeros((0, OUTPUTS), np.float32))
        embedded, state = self._read(around, found, grasp)
        quick = self.network.quick(embedded, state)
        looked = looked_at(found, quick[:, LEFT])
        judge = judge_of(around)
        foreseen = [foresight(judge, found[i]) for i in looked]
        d = np.array([way_of(found[i]).d for i in looked])
        ahead = ahead_numbers(np.stack([numbers(seen) for seen in foreseen]), d)
        return Weighed(found, quick, looked, foreseen, self.network.sure(embedded[looked], state[looked], ahead))

    def _read(self, around: Surroundings, found: list[Proposal], grasp: float) -> tuple[Floats, Floats]:
        """What the network's body makes of the proposals, and the numbers beside it."""
        observation, middle = around.observation, middle_of(around)
        window = window_of(observation, middle)
        ways = [way_of(p) for p in found]
        pictures = crops(window, middle, observation.grid, ways)
        target = around.segments.target
        now = [observation.target_seen, observation.visible_share, isolation_rate(observation)]
        now += [len(around.segments.things), target.top if target else 0.0, grasp]
        tips = np.array([p.height for p in found])
        travel = np.array([p.travel for p in found])
        width = np.array([p.strokes[0].width for p in found])
        past = np.array([w.past(middle) for w in ways])
        same = np.tile(np.array(now, float), (len(found), 1))
        state = state_numbers(np.array(families(found)), tips, travel, width, past, same)
        return self.network.embedded(pictures), state

    def _push(self, ranked: Ranked) -> Push:
        proposal, reach = ranked.proposal, self.reach
        spacing = reach.settings.path_spacing
        paths = push_paths(proposal.strokes, proposal.height, spacing, reach.arm_bases, reach.workspace)
        purpose = "uncover" if proposal.family == "sweep" else "isolate"
        how = FAMILIES.get(proposal.family, "what covers it is swept off")
        chance, left = 100 * ranked.free, 1 + max(ranked.left, 0)
        reason = f"{how}; {chance:.0f} % chance of a grasp next, {left:.1f} motions to go after it"
        return Push(paths, proposal.strokes[0].width, ranked.score, purpose, reason)


def way_of(proposal: Proposal) -> Way:
    """A proposal as its crop shows it."""
    strokes = proposal.strokes
    d = np.array(strokes[0].course[:2])
    return Way(d, np.array([(s.start, s.end) for s in strokes]), strokes[0].width, proposal.height)


def sifted(found: list[Proposal]) -> list[Proposal]:
    """All but the sweeps that lay open least, or do harm."""
    sweeps = [p for p in found if p.swept is not None and not p.swept.harm]
    best = sorted(sweeps, key=lambda p: -(p.swept.value if p.swept else 0.0))
    return [*(p for p in found if p.swept is None), *different(best, SWEEPS)]


def looked_at(found: list[Proposal], left: Floats) -> list[int]:
    """Which proposals are looked ahead on: the best by `left` (n,), no two nearly the same, and every sweep."""
    order = [found[int(i)] for i in np.argsort(left, kind="stable")]
    past = different([p for p in order if p.swept is None], LOOKED)
    kept = {id(p) for p in past} | {id(p) for p in found if p.swept is not None}
    return [i for i, p in enumerate(found) if id(p) in kept]


def different(found: list[Proposal], count: int) -> list[Proposal]:
    """The first `count` of some, no two nearly the same."""
    kept: list[Proposal] = []
    for proposal in found:
        if len(kept) == count:
            break
        if not any(_alike(proposal, other) for other in kept):
            kept.append(proposal)
    return kept


class _Safety:
    """Foresees what pushes that cannot be looked ahead on in full do to things taller than the fingertips."""

    def __init__(self, around: Surroundings) -> None:
        self._around = around
        self._tables: dict[float, tuple[list[Thing], Table]] = {}

    def pushes_out(self, proposal: Proposal) -> bool:
        """Whether any of them comes too near to the edge."""
        high, table = self._table(proposal.height)
        if not high:
            return False
        prediction = next(iter(table.plough(proposal.strokes, (proposal.travel,))))
        centres = np.array([t.centre for t in high])
        return leaves(centres, prediction, self._around.reach.workspace, room_for(high))

    def _table(self, height: float) -> tuple[list[Thing], Table]:
        if height not in self._tables:
            high = [t for t in self._around.segments.things if t.top > height + ON_TOP]
            self._tables[height] = high, Table(high, self._around.reach.gripper, STEP)
        return self._tables[height]


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
