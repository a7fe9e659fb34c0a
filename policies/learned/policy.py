"""The paper's policy: one feature map decides between push and grasp, and two decoders turn it into motions."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from pg4da.policies.avn.errors import WeightsError
from pg4da.policies.geometric.fallback import fallback_pushes
from pg4da.policies.isolation import isolation_rate
from pg4da.policies.learned.grasp_decoder import grasp_candidates, grasp_point
from pg4da.policies.learned.key_points import key_points
from pg4da.policies.learned.network import Network, Opinion
from pg4da.policies.learned.places import Places, places
from pg4da.policies.learned.push_decoder import push_candidates
from pg4da.policies.learned.surroundings import Reach, Surroundings
from pg4da.policies.types import Action, Array, Decision, Grasp, NoAction, Observation, Push

KEY_POINTS = 6
GRASP_CELLS = 3  # cells whose orientations are tried
PUSH_SETS = 2  # sets of key points that are tried, each without the best point of those before


@dataclass(frozen=True)
class LearnedPolicy:
    """network: trained weights; arms: 1 for single paths only; reach: gripper, workspace and arms of the cell."""

    network: Network
    arms: int = 2
    reach: Reach = field(default_factory=Reach)

    @property
    def name(self) -> str:
        return "pg4da" if self.arms > 1 else "pg4da-single-arm"

    def decide(self, observation: Observation, rng: np.random.Generator) -> Decision:
        """Grasps and pushes, best first. Deterministic: `rng` is not drawn from. Raises NoAction on an empty table."""
        around = Surroundings.of(observation, self.reach)
        where = places(observation)
        opinion = self.network.look(observation, where)
        weights = shares(opinion.scores, where)
        grasps = self._grasps(opinion, weights, where, around)
        pushes = self._pushes(opinion, weights, where, around)
        first: list[Action] = [*grasps, *pushes] if grasp_first(opinion.scores, where) else [*pushes, *grasps]
        actions = (*first, *self._last_resort(around))
        if not actions:
            raise NoAction("no grasp fits and no push starts in free space")
        notes = {"grasps": float(len(grasps)), "pushes": float(len(pushes)), "value": opinion.value}
        return Decision(actions, _picture(weights, observation), isolation_rate(observation), notes)

    def _grasps(self, opinion: Opinion, weights: Array, where: Places, around: Surroundings) -> list[Grasp]:
        cells = np.argwhere(where.grasp & np.isfinite(opinion.scores))
        order = np.argsort(-opinion.scores[tuple(cells.T)], kind="stable")[:GRASP_CELLS]
        found: list[Grasp] = []
        for row, col in cells[order].tolist():
            point = grasp_point(weights, (row, col), where, around)
            found += grasp_candidates(point, opinion.chances((row, col)), around)
        return found

    def _pushes(self, opinion: Opinion, weights: Array, where: Places, around: Surroundings) -> list[Push]:
        allowed = where.push & np.isfinite(opinion.scores)
        score = float(weights[where.push].sum())
        found: list[Push] = []
        for _ in range(PUSH_SETS):
            points = key_points(opinion.scores, allowed, where.grid, KEY_POINTS)
            if not len(points):
                break
            found += push_candidates(points, where.disc, around, score, self.arms)
            row, col = where.grid.to_cell(points[0])
            allowed = allowed.copy()
            allowed[row, col] = False
        return found

    def _last_resort(self, around: Surroundings) -> list[Push]:
        """What is left when the arms can make none of the learnt motions."""
        reach = self.reach
        return fallback_pushes(
            around.observation,
            around.cloud,
            around.segments,
            reach.workspace,
            reach.gripper,
            reach.settings,
            reach.arm_bases,
        )


def grasp_first(scores: Array, where: Places) -> bool:
    """Whether the best cell on the target scores at least as much as the best one round it."""
    grasp, push = (scores[m].max(initial=-np.inf) for m in (where.grasp, where.push))
    return bool(where.grasp.any() and grasp >= push)


def shares(scores: Array, where: Places) -> Array:
    """Softmax (n, n) of the scores over all cells where a motion may be, 0 elsewhere."""
    union = (where.grasp | where.push) & np.isfinite(scores)
    if not union.any():
        return np.zeros(scores.shape)
    weight = np.where(union, np.exp(np.where(union, scores, -np.inf) - scores[union].max()), 0.0)
    return np.asarray(weight / weight.sum())


def _picture(weights: Array, observation: Observation) -> NDArray[np.float32]:
    """The weights on the observation's grid, 1 at the best cell."""
    size = (observation.grid.cells, observation.grid.cells)
    top = max(float(weights.max()), 1e-12)
    return np.asarray(cv2.resize((weights / top).astype(np.float32), size, interpolation=cv2.INTER_NEAREST), np.float32)


def learned_policy(weights: Path | None, arms: int = 2, reach: Reach | None = None) -> LearnedPolicy:
    """The policy with the weights of a file. Raises WeightsError without one, without torch, or if it does not fit."""
    if weights is None:
        raise WeightsError("the learned policy has no weights: none are shipped yet, give a file with --weights")
    try:
        from pg4da.policies.learned.weights import load_policy
    except ModuleNotFoundError as error:
        raise WeightsError(f"the learned policy needs {error.name}: pip install 'pg4da[train]'") from None
    return LearnedPolicy(load_policy(weights), arms, reach or Reach())
