"""Place: into the bin, or hold the object up; and home."""

from __future__ import annotations

import numpy as np

from pg4da.skills.carry import carry_to
from pg4da.skills.codes import FETCHING, GRIPPING, HOMING, LOOKING, ends_with
from pg4da.skills.execute import move_grippers, wait
from pg4da.skills.hold import Loss
from pg4da.skills.observe import look
from pg4da.skills.services import services
from pg4da.skills.skill import THINKING, Phase, Ports, Skill, SkillFailure, Steps
from pg4da.skills.travel import go, go_home

DROP_HEIGHT = 0.01  # m of the fingertips above the bin's opening: what is let go must not bounce out
SHOW_HEIGHT = 0.35  # m above the table


class Place(Skill):
    """Carry what an arm holds to the bin, let go, come home.

    Fails with `nothing_to_place`, `unreachable_bin`, `unreachable_home` or `lost_grip`. Where it let go over the bin is
    remembered until the camera was asked, so that a failure after that does not hide a target in the bin (`check_bin`).
    """

    name = "place_in_bin"
    needs = frozenset({"left", "right", "camera"})
    step_bound = THINKING
    codes = ends_with(FETCHING, GRIPPING, HOMING, LOOKING, unreachable_bin="no way to the bin was found")

    class Inputs(Ports):
        arm: str
        target: str = ""

    def run(self, inputs: Inputs) -> Steps:
        """Transit, open, transit; with a target, a look at the table tells whether it fell beside the bin."""
        cell, shared = self.context.cell, services(self.context)
        x, y, z = cell.bin_position
        yield from carry_to(self, inputs.arm, np.array([x, y, z + DROP_HEIGHT]), "unreachable_bin")
        shared.loss = Loss(inputs.arm, np.array([x, y]))
        yield from move_grippers(self.context, {inputs.arm: cell.arms[inputs.arm].gripper.max_width})
        yield from wait(self.context, 0.3)
        yield from go(self, {inputs.arm: cell.arms[inputs.arm].home}, "unreachable_home")
        seen = bool(inputs.target) and look(self, inputs.target).target_seen
        shared.loss = None
        if seen:
            raise SkillFailure("lost_grip", Phase.POSTCONDITION, "the target lies on the table again")
        self.context.emit("note", {"text": "the target lies in the bin"})
        return self.Outputs()


class HoldUp(Skill):
    """Show what an arm holds above the middle of its side of the table and keep it there."""

    name = "hold_up"
    needs = frozenset({"left", "right"})
    step_bound = THINKING
    codes = ends_with(FETCHING, unreachable_pose="no way to where it would be shown was found")

    class Inputs(Ports):
        arm: str
        height: float = SHOW_HEIGHT

    def run(self, inputs: Inputs) -> Steps:
        """One transit."""
        x, y = self.context.cell.workspace.centre
        side = -0.15 if inputs.arm == "left" else 0.15
        yield from carry_to(self, inputs.arm, np.array([x + side, y, inputs.height]), "unreachable_pose")
        return self.Outputs()


class GoHome(Skill):
    """Bring every arm home. Fails with `unreachable_home`."""

    name = "go_home"
    needs = frozenset({"left", "right"})
    step_bound = THINKING
    codes = HOMING

    def run(self, inputs: Ports) -> Steps:
        """Nothing to do where an arm is home already."""
        yield
        yield from go_home(self, "unreachable_home")
        return self.Outputs()
