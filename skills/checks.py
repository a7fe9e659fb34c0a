"""Checks that stand in the tree: the cell before a mission, its counts in every round."""

from __future__ import annotations

import numpy as np

from pg4da.skills.codes import ends_with
from pg4da.skills.services import services
from pg4da.skills.skill import Phase, Ports, Skill, SkillFailure, Steps

CALM = 0.02  # rad/s


class CheckCell(Skill):
    """Before a mission: every arm reports, stands still and is home or can say where it is."""

    name = "check_cell"
    codes = ends_with(stale_state="an arm has not reported lately", arm_moving="an arm moves before the mission")

    def run(self, inputs: Ports) -> Steps:
        """Fails with `arm_moving` or `stale_state`."""
        yield
        now = self.context.cell.clock.now()
        for name, arm in self.context.cell.arms.items():
            state = arm.state
            if now - state.stamp > 0.5:
                raise SkillFailure(
                    "stale_state", Phase.PRECONDITION, f"{name} last reported {now - state.stamp:.1f} s ago"
                )
            if float(np.max(np.abs(state.dq))) > CALM:
                raise SkillFailure("arm_moving", Phase.PRECONDITION, f"{name} is moving before the mission started")
        return self.Outputs()


class CheckTally(Skill):
    """The mission still gets somewhere. What it fails with ends it.

    `too_many_failed_grasps`: so many one after the other (the paper's bound is 5). `stuck`: for so many rounds in a row
    no motion could be made; nothing moved, so the next round would see the same.
    """

    name = "check_tally"
    codes = ends_with(
        too_many_failed_grasps="so many grasps failed one after the other",
        stuck="for many rounds no motion could be made",
    )

    class Inputs(Ports):
        max_failed_grasps: int = 5
        max_idle_rounds: int = 5

    def run(self, inputs: Inputs) -> Steps:
        """Judged from the counts of the mission."""
        yield
        tally = services(self.context).tally
        if tally.failed_grasps_in_a_row >= inputs.max_failed_grasps:
            message = f"{tally.failed_grasps_in_a_row} grasps failed one after the other"
            raise SkillFailure("too_many_failed_grasps", Phase.PRECONDITION, message, recoverable=False)
        if tally.idle_rounds >= inputs.max_idle_rounds:
            message = f"no motion could be made {tally.idle_rounds} times in a row; the last time: {tally.idle_because}"
            raise SkillFailure("stuck", Phase.PRECONDITION, message, recoverable=False)
        return self.Outputs()
