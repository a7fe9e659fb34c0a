"""Safety checks that stand in the tree, judged from what the camera and the counters say."""

from __future__ import annotations

import numpy as np

from pg4da.policies.types import Observation
from pg4da.skills.services import services
from pg4da.skills.skill import Phase, Ports, Skill, SkillFailure, Steps

CALM = 0.02  # rad/s


class CheckCell(Skill):
    """Before a mission: every arm reports, stands still and is home or can say where it is."""

    name = "check_cell"

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


class CheckTarget(Skill):
    """The target is inside the workspace. Fails with `target_out_of_workspace`, which can't be mended."""

    name = "check_target"

    class Inputs(Ports):
        observation: Observation
        margin: float = 0.0

    def run(self, inputs: Inputs) -> Steps:
        """An unseen target passes: it is being looked for."""
        yield
        seen = inputs.observation
        if seen.target_seen:
            x, y = seen.grid.to_world(*np.nonzero(seen.target_mask)).mean(axis=0)
            if not self.context.cell.workspace.contains(float(x), float(y), inputs.margin):
                message = f"the target lies at ({x:.2f}, {y:.2f}) m, outside the workspace"
                raise SkillFailure("target_out_of_workspace", Phase.PRECONDITION, message, recoverable=False)
        return self.Outputs()


class CheckTally(Skill):
    """Not too many failed grasps one after the other. Fails with `too_many_failed_grasps`, which ends the mission."""

    name = "check_tally"

    class Inputs(Ports):
        max_failed_grasps: int = 5

    def run(self, inputs: Inputs) -> Steps:
        """The paper's bound is 5."""
        yield
        failed = services(self.context).tally.failed_grasps_in_a_row
        if failed >= inputs.max_failed_grasps:
            message = f"{failed} grasps failed one after the other"
            raise SkillFailure("too_many_failed_grasps", Phase.PRECONDITION, message, recoverable=False)
        return self.Outputs()
