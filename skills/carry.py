"""Carry what an arm holds: slower the worse it is held; when it slips the arm stops and goes on slower still."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from pg4da.hardware.frames import Array, looking_down
from pg4da.hardware.trajectory import Trajectory
from pg4da.skills.execute import follow, wait
from pg4da.skills.hold import Hold, Loss, holds, landing
from pg4da.skills.services import services
from pg4da.skills.skill import Phase, Skill, SkillFailure, Steps
from pg4da.skills.travel import ABOVE, stages_to, travel_plan

CARRYING = 1.6  # times as slow as an empty arm, with the best of grips
DOUBTFUL = 0.6  # as much slower again with the worst
AFTER_A_SLIP = 2.0  # times slower still, each time
SLIPS = 2  # that are answered; after that the arm hurries to where it is going
REST = 0.15  # s for a stopped arm to come to rest


def pace(skill: Skill) -> float:
    """How many times slower than an empty arm one with the present grip goes."""
    return CARRYING + DOUBTFUL * float(np.clip(1.0 - services(skill.context).grip, 0.0, 1.0))


def carry_to(skill: Skill, arm: str, tip: Array, code: str) -> Steps:
    """Move the fingertips of `arm` to `tip` [m], pointing down, whichever yaw the planner can reach.

    Fails with `nothing_to_place`, `code` where there is no way, or `lost_grip`.
    """
    gripper = skill.context.cell.arms[arm].gripper
    if not holds(skill.context.cell.arms[arm]):
        raise lost(skill, arm, "nothing_to_place", f"the {arm} gripper holds nothing", Phase.PRECONDITION)
    point = tip - np.array([0.0, 0.0, gripper.tip_retreat(gripper.state.width)])
    failure: SkillFailure | None = None
    for yaw in np.linspace(0.0, np.pi, 6, endpoint=False):
        try:
            yield from carry(skill, arm, looking_down(point, float(yaw)), code, above=ABOVE)
            return
        except SkillFailure as error:
            if error.phase is not Phase.PLANNING:
                raise
            failure = error
    assert failure is not None
    raise failure


def carry_home(skill: Skill, arm: str) -> Steps:
    """Home with what is held. Fails with `unreachable_home` or `lost_grip`."""
    services(skill.context).grip = 0.0
    yield from wait(skill.context, REST)
    yield from carry(skill, arm, skill.context.cell.arms[arm].home, "unreachable_home")


def carry(skill: Skill, arm: str, goal: Array, code: str, above: float = 0.0) -> Steps:
    """To a configuration or a tool pose; planned afresh from where the arm was stopped because its load slipped."""
    slower = 1.0
    for attempt in range(SLIPS + 1):
        plan = yield from travel_plan(skill, stages_to({arm: goal}, above), code)
        try:
            for stage in plan.stages:
                yield from follow_holding(skill, arm, stage, slower, watchful=attempt < SLIPS)
            return
        except SkillFailure as failure:
            if failure.code != "slipping":
                raise
        yield from wait(skill.context, REST)
        slower *= AFTER_A_SLIP


def follow_holding(
    skill: Skill, arm: str, stage: Mapping[str, Trajectory], slower: float = 1.0, watchful: bool = True
) -> Steps:
    """Follow at the pace that the grip allows. Fails with `lost_grip`, or `slipping` (when watchful), arms stopping."""
    hold = Hold(skill.context.cell.arms[arm])

    def watch() -> SkillFailure | None:
        problem = hold.problem()
        if problem is None or problem.code == "lost_grip":
            return problem and lost(skill, arm, problem.code, problem.message)
        if watchful:
            skill.context.emit("note", {"text": f"{problem.message}; stops, then goes on slower"})
            return problem
        return None

    factor = slower * pace(skill)
    yield from follow(skill.context, {name: t.slower(factor) for name, t in stage.items()}, watch)


def lost(skill: Skill, arm: str, code: str, message: str, phase: Phase = Phase.EXECUTION) -> SkillFailure:
    """The failure of an arm that lost its load, with where it must have fallen remembered for the next look."""
    where = landing(skill.context.cell.arms[arm])
    services(skill.context).loss = Loss(arm, where)
    return SkillFailure(code, phase, f"{message}; it fell near ({where[0]:z.2f}, {where[1]:z.2f}) m")
