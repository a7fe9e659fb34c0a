"""The course of an episode of retrieving the target, whoever makes time pass.

The motions are the mission's own: the same perception, decoders, planner and skills; only the arms are left out.
"""

from __future__ import annotations

from collections.abc import Generator, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

import numpy as np

from pg4da.policies.avn.orientations import CLASSES
from pg4da.policies.learned.grasp_decoder import grasp_candidates, grasp_point
from pg4da.policies.learned.places import Places, places
from pg4da.policies.learned.push_decoder import push_candidates
from pg4da.policies.learned.surroundings import Reach, Surroundings
from pg4da.policies.reward import Standing, fuzzy_reward, push_succeeded
from pg4da.policies.types import Action, Decision, NoAction, Observation
from pg4da.sim.cell import MujocoCell
from pg4da.skills.grasp import MakeGrasp
from pg4da.skills.make import MakeMotion
from pg4da.skills.observe import Observe
from pg4da.skills.plan import PlanMotion
from pg4da.skills.push import MakePush
from pg4da.skills.recover import Recover
from pg4da.skills.skill import Context, Ports, Skill, SkillFailure

TICK = 0.008  # s
FAILED_GRASPS = 5  # in a row, pushes between them not counted
MOTIONS = 50
COLOUR = "green"
T = TypeVar("T")
Course = Generator[None, None, T]  # yields where TICK must pass in the cell; at its end it returns a T


@dataclass(frozen=True)
class Step:
    """What a motion led to. ended: why the episode is over, empty while it goes on; made: whether anything moved."""

    reward: float
    success: bool
    made: bool
    isolation: float
    ended: str = ""


class NoPolicy:
    """Stands where a mission has its policy; the learner decides here."""

    name = "learner"

    def decide(self, observation: Observation, rng: np.random.Generator) -> Decision:
        raise NoAction("the learner decides")


class Episode:
    """An episode in a cell, begun with `look`. `observation` and `places` are of the last look.

    Its courses yield wherever TICK must pass in the cell: that way episodes can also run side by side, in worlds that
    one engine steps together. last_failure: how the last motion failed, if it did.
    """

    def __init__(self, cell: MujocoCell, seed: int = 0, arms: int = 2) -> None:
        self.cell = cell
        self._context = Context(cell, NoPolicy(), np.random.default_rng(seed))
        self._reach, self._arms = Reach(), arms
        self._failed = self._motions = 0
        self.last_failure = ""

    def look(self) -> Course[None]:
        """See the scene. Raises NoAction where it has nothing to do."""
        seen = yield from self._skill(Observe, Observe.Inputs(target=COLOUR))
        self.observation: Observation = seen.observation
        self._around = Surroundings.of(self.observation, self._reach)
        self.places: Places = places(self.observation)

    def motion(self, cells: Sequence[int], orientation: int) -> Course[Step]:
        """Push through coarse cells, or grasp at the first of them with an orientation 0..359; −1 means push.

        cells: flat indices, negative ones are left out. A motion that cannot be made fails, and nothing moves.
        """
        push, self.last_failure = orientation < 0, ""
        before = Standing.of(self.observation)
        actions = self._decoded([c for c in cells if c >= 0], orientation)
        made = bool(actions) and (yield from self._make(actions))
        self._motions += 1
        lifted = not push and self.cell.truth.target_lifted
        if made and not lifted:
            yield from self._run(Recover, Ports())
        outside = bool(self.cell.truth.outside)
        lost = not lifted and not outside and not (yield from self._look_again())
        success = lifted or (push and made and push_succeeded(before, Standing.of(self.observation), not outside))
        self._failed = 0 if lifted else self._failed + (not push)
        reward = fuzzy_reward("push" if push else "grasp", success, before.isolation)
        return Step(reward, success, made, before.isolation, "target lost" if lost else self._end(lifted, outside))

    def close(self) -> None:
        """Free the simulation."""
        self.cell.close()

    def _end(self, lifted: bool, outside: bool) -> str:
        if lifted:
            return "lifted"
        if outside:
            return "out of the workspace"
        if self._failed >= FAILED_GRASPS:
            return "grasps failed"
        return "motions used up" if self._motions >= MOTIONS else ""

    def _decoded(self, cells: Sequence[int], orientation: int) -> Sequence[Action]:
        if not cells:
            return ()
        where, n = self.places, self.places.grid.cells
        rows, cols = np.divmod(np.asarray(cells), n)
        if orientation < 0:
            points = where.grid.to_world(rows, cols)
            return push_candidates(points, where.disc, self._around, 0.5, self._arms)
        chances = np.zeros(CLASSES)
        chances[orientation] = 1.0
        point = grasp_point(np.zeros((n, n)), (int(rows[0]), int(cols[0])), where, self._around)
        return grasp_candidates(point, chances, self._around)

    def _make(self, actions: Sequence[Action]) -> Course[bool]:
        """Plan and make the first motion that can be planned; whether one could."""
        decision = Decision(tuple(actions), np.zeros(self.observation.height.shape, np.float32), 0.0)
        try:
            wanted = PlanMotion.Inputs(decision=decision, observation=self.observation)
            planned = yield from self._skill(PlanMotion, wanted)
        except SkillFailure:
            return False
        skill: type[MakeMotion] = MakePush if planned.choice == "push" else MakeGrasp
        yield from self._run(skill, MakeMotion.Inputs(motion=planned.motion))
        return True

    def _run(self, skill: type[Skill], inputs: Ports) -> Course[None]:
        """Run a skill to its end; its failure is the world's answer, not an error."""
        try:
            yield from self._skill(skill, inputs)
        except SkillFailure as failure:
            self.last_failure = failure.code

    def _skill(self, skill: type[Skill], inputs: Ports) -> Course[Any]:
        return (yield from skill(self._context).run(inputs))

    def _look_again(self) -> Course[bool]:
        """Look; whether the target is somewhere, seen or hidden."""
        try:
            yield from self.look()
        except NoAction:
            return False
        return True
