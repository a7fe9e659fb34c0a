"""Place: into the bin, or hold the object up."""

from __future__ import annotations

import numpy as np

from pg4da.hardware.frames import Array, looking_down, transform
from pg4da.skills.execute import follow, move_grippers, wait
from pg4da.skills.motion.errors import MotionError
from pg4da.skills.motion.stages import Clutter, Line, Transit
from pg4da.skills.observe import look
from pg4da.skills.services import services
from pg4da.skills.skill import Phase, Ports, Skill, SkillFailure, Steps

DROP_HEIGHT = 0.01  # m of the fingertips above the bin's opening: what is let go must not bounce out
ABOVE = 0.12  # m; what is carried hangs below the fingertips and must clear the bin's walls
LOWERING = 0.15  # m/s
CARRYING = 1.6  # times as slow as an empty arm
SHOW_HEIGHT = 0.35  # m above the table


class Place(Skill):
    """Carry what an arm holds to the bin, let go, come home.

    Fails with `nothing_to_place`, `unreachable_bin` or `lost_grip`.
    """

    name = "place_in_bin"
    needs = frozenset({"left", "right"})

    class Inputs(Ports):
        arm: str
        target: str = ""

    def run(self, inputs: Inputs) -> Steps:
        """Transit, open, transit; with a target, a look at the table tells whether it fell beside the bin."""
        cell = self.context.cell
        x, y, z = cell.bin_position
        yield from carry(self, inputs.arm, np.array([x, y, z + DROP_HEIGHT]), "unreachable_bin")
        yield from move_grippers(self.context, {inputs.arm: cell.arms[inputs.arm].gripper.max_width})
        yield from wait(self.context, 0.3)
        yield from go(self, {inputs.arm: cell.arms[inputs.arm].home}, "unreachable_home")
        if inputs.target and look(self, inputs.target).target_seen:
            raise SkillFailure("lost_grip", Phase.POSTCONDITION, "the target lies on the table again")
        self.context.emit("note", {"text": "target placed in the bin"})
        return self.Outputs()


class HoldUp(Skill):
    """Show what an arm holds above the middle of its side of the table and keep it there."""

    name = "hold_up"
    needs = frozenset({"left", "right"})

    class Inputs(Ports):
        arm: str
        height: float = SHOW_HEIGHT

    def run(self, inputs: Inputs) -> Steps:
        """One transit."""
        x, y = self.context.cell.workspace.centre
        side = -0.15 if inputs.arm == "left" else 0.15
        yield from carry(self, inputs.arm, np.array([x + side, y, inputs.height]), "unreachable_pose")
        return self.Outputs()


class GoHome(Skill):
    """Bring every arm home. Fails with `unreachable_home`."""

    name = "go_home"
    needs = frozenset({"left", "right"})

    def run(self, inputs: Ports) -> Steps:
        """Nothing to do where an arm is home already."""
        yield
        yield from go_home(self, "unreachable_home")
        return self.Outputs()


def go_home(skill: Skill, code: str) -> Steps:
    """Every arm that is not home already, at once. Raises SkillFailure with `code`."""
    arms = skill.context.cell.arms
    away = {n: a.home for n, a in arms.items() if np.max(np.abs(a.state.q - a.home)) > 0.01}
    if away:
        yield from go(skill, away, code)


def carry(skill: Skill, arm: str, tip: Array, code: str) -> Steps:
    """Move the fingertips of `arm` to `tip` [m], pointing down, whichever yaw the planner can reach."""
    gripper = skill.context.cell.arms[arm].gripper
    if not gripper.state.object_detected:
        raise SkillFailure("nothing_to_place", Phase.PRECONDITION, f"the {arm} gripper holds nothing")
    point = tip - np.array([0.0, 0.0, gripper.tip_retreat(gripper.state.width)])
    failure: SkillFailure | None = None
    for yaw in np.linspace(0.0, np.pi, 6, endpoint=False):
        down = looking_down(point, float(yaw))
        try:
            yield from go(skill, {arm: down}, code, pace=CARRYING, above=ABOVE, holding=arm)
            return
        except SkillFailure as error:
            if error.phase is not Phase.PLANNING:
                raise
            failure = error
    assert failure is not None
    raise failure


def check_held(skill: Skill, arm: str) -> None:
    """Raises SkillFailure `lost_grip` when the gripper of `arm` holds nothing any more."""
    if not skill.context.cell.arms[arm].gripper.state.object_detected:
        raise SkillFailure("lost_grip", Phase.EXECUTION, f"the {arm} gripper lost what it carried")


def go(
    skill: Skill, goals: dict[str, Array], code: str, pace: float = 1.0, above: float = 0.0, holding: str | None = None
) -> Steps:
    """Plan a transit from where the arms are and make it, `pace` times as slowly as it could be.

    above [m]: tool poses are come to from so far above them, straight down. holding: the arm that must still hold
    something when it is above. Raises SkillFailure with `code` when there is no way, and `lost_grip`.
    """
    shared, cell = services(skill.context), skill.context.cell
    seen = shared.last_observation
    clutter = None if seen is None else Clutter(seen.grid, seen.height)
    start = {name: arm.state.q for name, arm in cell.arms.items()}
    widths = {name: arm.gripper.state.width for name, arm in cell.arms.items()}
    yield
    try:
        plan = shared.planner.plan(_stages(goals, above), start, clutter, widths=widths)
    except MotionError as error:
        raise SkillFailure(code, Phase.PLANNING, str(error)) from error
    for number, stage in enumerate(plan.stages):
        if holding is not None and number > 0:
            check_held(skill, holding)
        yield from follow(skill.context, {name: t.slower(pace) for name, t in stage.items()})


def _stages(goals: dict[str, Array], above: float) -> list[Transit | Line]:
    if not above:
        return [Transit(goals)]
    raised = {name: transform(np.eye(3), (0.0, 0.0, above)) @ goal for name, goal in goals.items()}
    return [Transit(raised), Line({name: goal[None] for name, goal in goals.items()}, LOWERING)]


def tool_pose(skill: Skill, arm: str) -> Array:
    """Measured T_world_tool of an arm."""
    found = skill.context.cell.arms[arm]
    return found.kinematics.forward(found.state.q)
