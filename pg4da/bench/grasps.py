"""Does a grasp's score tell how often it holds: single blocks, grasped with every score, lifted and carried home."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from rich.table import Table

from pg4da.bench.grid import TARGET
from pg4da.bench.hold import drive
from pg4da.policies.geometric.cloud import cloud_of
from pg4da.policies.geometric.grasps import grasp_at, slots_now
from pg4da.policies.geometric.jaw import depth_factor, fit_score, spare_room, tip_height
from pg4da.policies.geometric.policy import GeometricPolicy
from pg4da.policies.geometric.score_map import draw_scores
from pg4da.policies.geometric.segmentation import segment
from pg4da.policies.types import Decision, Grasp, Observation
from pg4da.sim.objects.blocks import BLOCK_NAMES
from pg4da.sim.scenes.scene import Scene, SceneObject
from pg4da.skills.skill import Context, SkillFailure

LEAST, MOST = 0.25, 0.95  # scores that are asked for
ALIKE = 0.06
SCORES = (0.0, 0.25, 0.45, 0.6, 0.75, 1.0)
SKEWS = (0.0, 0.003, 0.006, 0.009, 0.0115, 1.0)  # m


@dataclass(frozen=True)
class Tried:
    """What a grasp promised, how far its contacts were from opposite [m], and whether the block came home."""

    score: float
    skew: float
    held: bool


def try_grasps(quick: bool, note: Callable[[str], None]) -> list[Tried]:
    """One grasp of each of many blocks."""
    count = 35 if quick else 420
    found = []
    for seed in range(count):
        found.append(try_one(seed))
        if (seed + 1) % 35 == 0:
            note(f"{seed + 1} of {count} grasps, {sum(t.held for t in found)} held")
    return found


def try_one(seed: int) -> Tried:
    """A block at a place, and a grasp of it, that the seed decides."""
    from pg4da.sim.cell import MujocoCell
    from pg4da.sim.scenes.settle import settle

    rng = np.random.default_rng([seed, 77])
    yaw, place = rng.uniform(-np.pi, np.pi), rng.uniform([-0.2, 0.3], [0.2, 0.65])
    turn = np.array([0.0, 0.0, np.sin(yaw / 2), np.cos(yaw / 2)])
    lone = SceneObject(BLOCK_NAMES[seed % len(BLOCK_NAMES)], TARGET, np.array([*place, 0.0226]), turn)
    cell = MujocoCell(settle(Scene("lone", "bench", (lone,), seed)), seed=seed)
    try:
        return _tried(Context(cell, GeometricPolicy(), rng), rng)
    finally:
        cell.close()


def _tried(context: Context, rng: np.random.Generator) -> Tried:
    from pg4da.skills.grasp import MakeGrasp
    from pg4da.skills.observe import Observe
    from pg4da.skills.plan import PlanMotion

    observation = drive(Observe(context), Observe.Inputs(target="green")).observation
    grasp, skew = drawn_grasp(observation, rng)
    decision = Decision((grasp,), draw_scores(observation, (grasp,)), 1.0)
    try:
        planned = drive(PlanMotion(context), PlanMotion.Inputs(decision=decision, observation=observation))
        drive(MakeGrasp(context), MakeGrasp.Inputs(motion=planned.motion))
    except SkillFailure:
        return Tried(grasp.score, skew, False)
    return Tried(grasp.score, skew, True)


def drawn_grasp(observation: Observation, rng: np.random.Generator) -> tuple[Grasp, float]:
    """One of those with about the score that is drawn, and its skew [m]. The target must lie alone and in sight."""
    rule = GeometricPolicy()
    gripper, settings = rule.gripper, rule.settings
    cloud = cloud_of(observation.view, rule.workspace, settings.floor, rule.arm_bases.values())
    segments = segment(cloud, observation, settings.second_layer)
    target = segments.target
    assert target is not None
    tip = tip_height(target.top, settings)
    slots = slots_now(cloud, segments, target, tip, gripper, settings)
    score = fit_score(slots, gripper, settings) * float(depth_factor(np.array(target.top - tip), target.top))
    wanted = rng.uniform(LEAST, MOST)
    near = np.argwhere(np.abs(score - wanted) < ALIKE)
    if not len(near):
        near = np.argwhere(score >= min(LEAST, float(score.max())))
    a, lane = (int(i) for i in near[rng.integers(len(near))])
    spare = float(spare_room(slots, gripper)[a, lane])
    return grasp_at(slots, a, lane, float(score[a, lane]), spare, tip, gripper, settings), float(slots.skew[a, lane])


def grasps_table(tried: Sequence[Tried]) -> Table:
    """How many of each score, and of each skew, held."""
    table = Table(title=f"{len(tried)} grasps of single blocks, carried home", title_justify="left")
    for heading in ("", "grasps", "held", "share"):
        table.add_column(heading, justify="right" if heading else "left")
    for name, bounds, scale in (("score", SCORES, 1.0), ("contacts off opposite [mm]", SKEWS, 1000.0)):
        for low, high in pairwise(bounds):
            mine = [t for t in tried if low <= (t.score if name == "score" else t.skew) < high]
            if mine:
                held = sum(t.held for t in mine)
                words = f"{name} from {low * scale:g}"
                table.add_row(words, str(len(mine)), str(held), f"{100 * held / len(mine):.0f} %")
        table.add_section()
    return table
