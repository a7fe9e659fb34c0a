"""The geometric policy: grasp when the jaw fits, else the push after which it is predicted to fit."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from pg4da.policies.geometric.cloud import Cloud, cloud_of
from pg4da.policies.geometric.fallback import fallback_pushes
from pg4da.policies.geometric.grasps import grasp_candidates, leaned_candidates
from pg4da.policies.geometric.paths import push_paths
from pg4da.policies.geometric.prefilter import shortlist
from pg4da.policies.geometric.pushes import FreeSpace, Plan, isolating_plans
from pg4da.policies.geometric.score_map import draw_scores
from pg4da.policies.geometric.segmentation import Segments, segment
from pg4da.policies.geometric.settings import Bounds, Settings
from pg4da.policies.geometric.uncover import sweeps
from pg4da.policies.geometric.worth import Judge, Worth
from pg4da.policies.isolation import isolation_rate
from pg4da.policies.types import Action, Decision, Grasp, GripperShape, NoAction, Observation, Push

FAMILIES: Mapping[str, str] = {
    "single": "a closed gripper clears one side of it",
    "centre": "a closed gripper pushes it out of the clutter",
    "rake": "open fingers clear both sides of it",
    "dual": "each arm clears one side of it",
}
WIDER = 3.0  # times as many pushes are looked at where none of the first is promising
PROMISING = 0.5
DOUBTED = 3  # of the best pushes are looked at again
ALONE = 0.95  # of the target is seen, at least, when nothing lies on it that would be carried off along with it
OFF = 0.3  # of what covers the target, at least, a sweep must take off before a grasp that would do already
FIRST = 6  # such sweeps are tried at most before the grasps
HOPELESS = 0.03  # a push worth less does more harm than one that only stirs
ARM_BASES: Mapping[str, tuple[float, float]] = {"left": (-0.55, 0.5), "right": (0.55, 0.5)}


@dataclass(frozen=True)
class GeometricPolicy:
    """Needs no learning. `workspace` is where objects may be, `arm_bases` where the arms stand, both in `world` [m]."""

    gripper: GripperShape = field(default_factory=GripperShape)
    workspace: Bounds = field(default_factory=Bounds)
    arm_bases: Mapping[str, tuple[float, float]] = field(default_factory=lambda: dict(ARM_BASES))
    settings: Settings = field(default_factory=Settings)

    @property
    def name(self) -> str:
        return "geometric"

    def decide(self, observation: Observation, rng: np.random.Generator) -> Decision:
        """Grasps and pushes, best first. Deterministic: `rng` is not drawn from. Raises NoAction on an empty table."""
        cloud = cloud_of(observation.view, self.workspace, self.settings.floor, self.arm_bases.values())
        segments = segment(cloud, observation, self.settings.second_layer)
        grasps = self.grasps_of(observation, cloud, segments)
        certain = bool(grasps) and grasps[0].score >= self.settings.grasp_threshold
        if certain:
            pushes = self.unloading(observation, cloud, segments)
            ranked: list[Action] = [*pushes, *self._ranked(grasps, [])]
        else:
            pushes = self._pushes(observation, cloud, segments)
            ranked = self._ranked(grasps, pushes)
        hopeless = [p for p in pushes if p.score < HOPELESS]
        actions = (*ranked[: self.settings.candidates], *self.last_resort(observation, cloud, segments), *hopeless)
        if not actions:
            raise NoAction("no grasp fits and no push starts in free space")
        notes = {"objects": float(len(segments.things)), "grasps": float(len(grasps)), "pushes": float(len(pushes))}
        return Decision(actions, draw_scores(observation, actions), isolation_rate(observation), notes)

    def grasps_of(self, observation: Observation, cloud: Cloud, segments: Segments) -> tuple[Grasp, ...]:
        """Upright grasps, and leaned ones where none of these is certain, best first."""
        visible = observation.visible_share
        upright = grasp_candidates(cloud, segments, visible, self.gripper, self.settings)
        if upright and upright[0].score >= self.settings.grasp_threshold:
            return upright
        leaned = leaned_candidates(cloud, segments, visible, self.gripper, self.settings)
        return tuple(sorted([*upright, *leaned], key=lambda g: -g.score))

    def _ranked(self, grasps: tuple[Grasp, ...], pushes: list[Push]) -> list[Action]:
        """Good grasps, then pushes worth more than the doubtful grasps, then those, then the other pushes."""
        good = [g for g in grasps if g.score >= self.settings.grasp_threshold]
        doubtful = [g for g in grasps if self.settings.desperate_threshold <= g.score < self.settings.grasp_threshold]
        useful = [p for p in pushes if p.score >= 0.5]
        weak = [p for p in pushes if HOPELESS <= p.score < 0.5]
        return [*good, *useful, *doubtful, *weak]

    def last_resort(self, observation: Observation, cloud: Cloud, segments: Segments) -> list[Push]:
        """What is left when the arms can make none of the better motions."""
        bounds, settings = self.workspace, self.settings
        return fallback_pushes(observation, cloud, segments, bounds, self.gripper, settings, self.arm_bases)

    def _pushes(self, observation: Observation, cloud: Cloud, segments: Segments) -> list[Push]:
        if segments.target is None or observation.visible_share < self.settings.visible_enough:
            found = self.uncovering(observation, cloud, segments)
            if found or segments.target is None:
                return found
        return self._isolating(cloud, segments)

    def uncovering(self, observation: Observation, cloud: Cloud, segments: Segments) -> list[Push]:
        """Sweeps of what lies on the target or on its likeliest hiding place, best first."""
        found = sweeps(observation, cloud, segments, self.workspace, self.gripper, self.settings)
        pushes = []
        for sweep in found[: self.settings.candidates]:
            paths = push_paths(sweep.strokes, sweep.height, self.settings.path_spacing, self.arm_bases, self.workspace)
            reason = f"should lay open {100 * max(sweep.gain, 0):.0f} % of what is covered"
            pushes.append(Push(paths, sweep.strokes[0].width, max(sweep.gain, 0.0), "uncover", reason))
        return pushes

    def unloading(self, observation: Observation, cloud: Cloud, segments: Segments) -> list[Push]:
        """Sweeps that take off what lies on a target that could be grasped: lifted along, it would end in the bin."""
        if observation.visible_share >= ALONE:
            return []
        return [p for p in self.uncovering(observation, cloud, segments) if p.score >= OFF][:FIRST]

    def _isolating(self, cloud: Cloud, segments: Segments) -> list[Push]:
        target = segments.target
        if target is None:
            return []
        space = FreeSpace(cloud, self.workspace, self.settings.push_height - 0.002)
        plans = list(isolating_plans(target.outline, target.centre, space, self.workspace, self.gripper, self.settings))
        table = [*(t for t in segments.others if not t.raised), target]
        bases = tuple(self.arm_bases.values())
        judge = Judge(table, len(table) - 1, self.workspace, self.gripper, self.settings, bases)
        middle = np.mean([t.centre for t in table], axis=0)
        found: list[Worth] = []
        tried: list[Plan] = []
        for wider in (1.0, WIDER):
            scale = wider * self.settings.look_ahead
            chosen = shortlist(plans, space, target.centre, middle, scale)
            found += self._judged(judge, [p for p in chosen if not any(p is t for t in tried)])
            tried = chosen
            if any(w.value >= PROMISING for w in found):
                break
        return [self._push(w) for w in sorted(found, key=lambda w: -w.value)]

    def _judged(self, judge: Judge, plans: list[Plan]) -> list[Worth]:
        """What plans are worth, the best of them after doubts; those that do harm left out."""
        judged = [w for w in (judge.worth(plan) for plan in plans) if w is not None]
        best = sorted(judged, key=lambda w: -w.value)
        return [judge.doubted(w) for w in best[:DOUBTED]] + best[DOUBTED:]

    def _push(self, worth: Worth) -> Push:
        strokes = tuple(s.cut(worth.travel) for s in worth.plan.strokes)
        paths = push_paths(
            strokes, self.settings.push_height, self.settings.path_spacing, self.arm_bases, self.workspace
        )
        reason = f"{FAMILIES[worth.plan.family]}; the grasp expected afterwards scores {worth.grasp:.2f} of 1"
        return Push(paths, strokes[0].width, max(worth.value, 0.0), "isolate", reason)
