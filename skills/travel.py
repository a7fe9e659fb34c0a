"""Travel: arms from where they are to configurations or tool poses, clear of everything that was seen."""

from __future__ import annotations

from collections.abc import Generator, Mapping, Sequence

import numpy as np

from pg4da.hardware.frames import Array, transform
from pg4da.skills.execute import follow
from pg4da.skills.motion.errors import MotionError
from pg4da.skills.motion.plan import Plan
from pg4da.skills.motion.stages import Clutter, Line, Transit
from pg4da.skills.services import services
from pg4da.skills.skill import Phase, Skill, SkillFailure, Steps

ABOVE = 0.12  # m; what is carried hangs below the fingertips and must clear the bin's walls
LOWERING = 0.15  # m/s


def go_home(skill: Skill, code: str) -> Steps:
    """Every arm that is not home already, at once. Raises SkillFailure with `code`."""
    arms = skill.context.cell.arms
    away = {n: a.home for n, a in arms.items() if np.max(np.abs(a.state.q - a.home)) > 0.01}
    if away:
        yield from go(skill, away, code)


def go(skill: Skill, goals: Mapping[str, Array], code: str) -> Steps:
    """Plan a transit and make it. Raises SkillFailure with `code` when there is no way."""
    plan = yield from travel_plan(skill, stages_to(goals), code)
    for stage in plan.stages:
        yield from follow(skill.context, stage)


def travel_plan(skill: Skill, stages: Sequence[Transit | Line], code: str) -> Generator[None, None, Plan]:
    """Plan from where the arms are, through the clutter seen last, in a tick of its own."""
    shared, cell = services(skill.context), skill.context.cell
    seen = shared.last_observation
    clutter = None if seen is None else Clutter(seen.grid, seen.height)
    start = {name: arm.state.q for name, arm in cell.arms.items()}
    widths = {name: arm.gripper.state.width for name, arm in cell.arms.items()}
    yield
    try:
        return shared.planner.plan(stages, start, clutter, widths=widths)
    except MotionError as error:
        raise SkillFailure(code, Phase.PLANNING, str(error)) from error


def stages_to(goals: Mapping[str, Array], above: float = 0.0) -> list[Transit | Line]:
    """A transit; with `above` [m], tool poses are come to from so far above them, straight down."""
    if not above:
        return [Transit(dict(goals))]
    raised = {name: transform(np.eye(3), (0.0, 0.0, above)) @ goal for name, goal in goals.items()}
    return [Transit(raised), Line({name: goal[None] for name, goal in goals.items()}, LOWERING)]


def tool_pose(skill: Skill, arm: str) -> Array:
    """Measured T_world_tool of an arm."""
    found = skill.context.cell.arms[arm]
    return found.kinematics.forward(found.state.q)
