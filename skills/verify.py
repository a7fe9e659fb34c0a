"""Verify: after a grasp, a second look tells whether it is the target that has gone from the table."""

from __future__ import annotations

from pg4da.policies.types import Observation
from pg4da.skills.carry import lost
from pg4da.skills.codes import CARRYING, LOOKING, ends_with
from pg4da.skills.hold import holds
from pg4da.skills.make import report
from pg4da.skills.observe import look
from pg4da.skills.skill import THINKING, Phase, Ports, Skill, SkillFailure, Steps

STILL_THERE = 0.3  # share of the target's outline before the grasp that, when still seen, means it is still there


class Verify(Skill):
    """Compare the table before and after. Fails with `target_still_there` or `lost_grip`."""

    name = "verify"
    needs = frozenset({"camera"})
    step_bound = THINKING
    codes = ends_with(
        LOOKING,
        lost_grip=CARRYING["lost_grip"],
        target_still_there="something is held, but the target still lies in the clutter",
    )

    class Inputs(Ports):
        target: str
        before: Observation
        arm: str

    class Outputs(Ports):
        held: bool

    def run(self, inputs: Inputs) -> Steps:
        """The arm is home, out of the camera's view."""
        yield
        try:
            self._check(inputs)
        except SkillFailure as failure:
            report(self, "grasp", 1, failure.code)
            raise
        report(self, "grasp", 1, "")
        return self.Outputs(held=True)

    def _check(self, inputs: Inputs) -> None:
        if not holds(self.context.cell.arms[inputs.arm]):
            message = f"the {inputs.arm} gripper holds nothing any more"
            raise lost(self, inputs.arm, "lost_grip", message, Phase.POSTCONDITION)
        after = look(self, inputs.target)
        left = int(after.target_mask.sum())
        if left > STILL_THERE * int(inputs.before.target_mask.sum()):
            raise SkillFailure(
                "target_still_there", Phase.POSTCONDITION, "the gripper holds something, but the target lies there yet"
            )
