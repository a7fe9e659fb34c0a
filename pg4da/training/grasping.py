"""Grasps made by real physics, the angle-view network's beside the label maker's and the hand-written policy's.

What is lost on the way from a label to a lifted target is told apart: `labels` are the label maker's orientations
through the decoder, `best` the network's single best orientation, `network` its sorted orientations through the
decoder, `geometric` the hand-written policy's grasps. Two floating grippers, no arms.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from pg4da.bench.hold import drive
from pg4da.policies.avn.looking import heat_in
from pg4da.policies.avn.network import Avn, picture_of
from pg4da.policies.avn.orientations import CLASSES
from pg4da.policies.learned.grasp_decoder import grasp_candidates, grasp_point
from pg4da.policies.learned.places import Places, places
from pg4da.policies.learned.surroundings import Reach, Surroundings
from pg4da.policies.learned.window import WINDOW, Window
from pg4da.policies.registry import make_policy
from pg4da.policies.types import Decision, Grasp, NoAction, Observation
from pg4da.sim.cell import MujocoCell
from pg4da.sim.scenes.scene import Scene
from pg4da.sim.training.labelled import Sample, labelled
from pg4da.skills.grasp import MakeGrasp
from pg4da.skills.observe import Observe
from pg4da.skills.plan import PlanMotion
from pg4da.skills.skill import Context, SkillFailure

CELLS = 3  # of the target whose orientations are tried, best first
COLOUR = "green"


@dataclass(frozen=True)
class Look:
    """What there is to decide by: heat, labels (360, 56, 56) of the network and of the label maker."""

    observation: Observation
    around: Surroundings
    places: Places
    heat: NDArray[np.float32]
    labels: NDArray[np.float32]

    @property
    def graspable(self) -> bool:
        """Whether the label maker knows a grasp of the target."""
        return bool((self.labels[:, self.places.grasp] > 0).any())


@dataclass(frozen=True)
class Tally:
    """Of targets that can be grasped: for how many a grasp was offered, could be planned, and lifted the target."""

    targets: int = 0
    offered: int = 0
    planned: int = 0
    lifted: int = 0

    def with_(self, offered: bool, planned: bool, lifted: bool) -> Tally:
        """One target more."""
        return Tally(self.targets + 1, self.offered + offered, self.planned + planned, self.lifted + lifted)


Way = Callable[[Look], list[Grasp]]


def of_labels(look: Look) -> list[Grasp]:
    """The label maker's orientations through the decoder."""
    return _decoded(look.labels, look)


def of_network(look: Look) -> list[Grasp]:
    """The network's sorted orientations through the decoder."""
    return _decoded(look.heat, look)


def of_best(look: Look) -> list[Grasp]:
    """The network's single best orientation anywhere on the target."""
    there = np.where(look.places.grasp, look.heat, -1.0)
    alone = np.where(there == there.max(), 1.0, 0.0)
    return _decoded(alone.astype(np.float32), look, cells=1)


def of_geometric(look: Look) -> list[Grasp]:
    """The hand-written policy's grasps."""
    try:
        decision = make_policy("geometric").decide(look.observation, np.random.default_rng(0))
    except NoAction:
        return []
    return [action for action in decision.candidates if isinstance(action, Grasp)]


WAYS: Mapping[str, Way] = {"labels": of_labels, "best": of_best, "network": of_network, "geometric": of_geometric}


def grasping(avn: Avn, scenes: Iterable[Scene], ways: Mapping[str, Way] = WAYS) -> dict[str, Tally]:
    """One grasp each way of every scene's target that the label maker can grasp and the camera sees."""
    tallies = dict.fromkeys(ways, Tally())
    for seed, scene in enumerate(scenes):
        look = _look(avn, scene, seed)
        if look is None or not look.graspable:
            continue
        for name, way in ways.items():
            offered = way(look)
            planned, lifted = _made(scene, seed, offered, look.observation) if offered else (False, False)
            tallies[name] = tallies[name].with_(bool(offered), planned, lifted)
    return tallies


def _decoded(heat: NDArray[np.float32], look: Look, cells: int = CELLS) -> list[Grasp]:
    """Grasps at the target's best cells, the best orientation of a cell deciding which those are."""
    where = look.places
    on = np.argwhere(where.grasp)
    order = np.argsort(-heat[:, on[:, 0], on[:, 1]].max(axis=0), kind="stable")[:cells]
    found: list[Grasp] = []
    for row, col in on[order].tolist():
        chances = heat[:, row, col].astype(np.float64)
        if chances.max() > 0:
            point = grasp_point(np.zeros(where.grasp.shape), (row, col), where, look.around)
            found += [
                replace(g, score=g.score * float(chances.max())) for g in grasp_candidates(point, chances, look.around)
            ]
    return sorted(found, key=lambda g: -g.score)


def _look(avn: Avn, scene: Scene, seed: int) -> Look | None:
    """What the camera sees at the start; None where the target is hidden or nowhere."""
    cell = MujocoCell(scene, seed=seed, arms=False, camera_noise=True)
    try:
        sample = labelled(cell)
        observation = drive(Observe(_context(cell)), Observe.Inputs(target=COLOUR)).observation
    finally:
        cell.close()
    if not observation.target_seen:
        return None
    where = places(observation)
    labels = _of_target(sample, scene.target)
    return Look(observation, Surroundings.of(observation, Reach()), where, _heat(avn, observation, where), labels)


def _of_target(sample: Sample, target: int) -> NDArray[np.float32]:
    mine = sample.owner == target
    out = np.zeros((CLASSES, 56, 56), np.float32)
    out[:, sample.cells[mine, 0], sample.cells[mine, 1]] = sample.labels[mine].T
    return out


def _heat(avn: Avn, observation: Observation, where: Places) -> NDArray[np.float32]:
    """The network's heat round the target, 0 elsewhere."""
    import torch

    window = Window.round(where)
    with torch.inference_mode():
        picture = picture_of(observation.color, observation.height, avn.shape)
        heat = heat_in(avn.eval(), picture, [(window.top, window.left)], WINDOW)[0].numpy()
    out = np.zeros((CLASSES, where.grid.cells, where.grid.cells), np.float32)
    out[(..., *window.cut)] = heat
    return out


def _made(scene: Scene, seed: int, grasps: list[Grasp], observation: Observation) -> tuple[bool, bool]:
    """Whether one of the grasps could be planned, and whether it lifted the target."""
    cell = MujocoCell(scene, seed=seed, arms=False)
    context = _context(cell)
    decision = Decision(tuple(grasps), np.zeros(observation.height.shape, np.float32), 0.0)
    try:
        planned = drive(PlanMotion(context), PlanMotion.Inputs(decision=decision, observation=observation))
    except SkillFailure:
        cell.close()
        return False, False
    try:
        drive(MakeGrasp(context), MakeGrasp.Inputs(motion=planned.motion))
        return True, bool(cell.truth.target_lifted)
    except SkillFailure:
        return True, bool(cell.truth.target_lifted)
    finally:
        cell.close()


def _context(cell: MujocoCell) -> Context:
    return Context(cell, make_policy("geometric"), np.random.default_rng(0))
