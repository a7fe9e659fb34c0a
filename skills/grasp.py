"""Grasp: 6-DoF, with approach, close, a check by the gripper, lift, and another check."""

from __future__ import annotations

from typing import Any

from pg4da.policies.types import Grasp
from pg4da.skills.execute import follow, move_grippers, wait
from pg4da.skills.place import CARRYING
from pg4da.skills.plan import Motion
from pg4da.skills.services import services
from pg4da.skills.skill import Phase, Ports, Skill, SkillFailure, Steps

FORCE = 40.0  # N
THINNEST = 0.004  # m; pads closer than this hold nothing


class MakeGrasp(Skill):
    """Run a planned grasp and come home holding something. Fails with `nothing_held` or `lost_grip`."""

    name = "grasp"
    needs = frozenset({"left", "right"})

    class Inputs(Ports):
        motion: Motion

    class Outputs(Ports):
        arm: str
        width: float

    def run(self, inputs: Inputs) -> Steps:
        """Open, approach, close, lift, home."""
        motion, tally = inputs.motion, services(self.context).tally
        if not isinstance(motion.action, Grasp):
            raise SkillFailure("not_a_grasp", Phase.PRECONDITION, "the motion is a push", recoverable=False)
        tally.motions += 1
        tally.grasps += 1
        started = {"index": tally.motions, "action": motion.action, "arms": motion.arms}
        self.context.emit("motion_started", started)
        try:
            yield from self._make(motion, motion.arms[0])
        except SkillFailure as failure:
            report_grasp(self, success=False, code=failure.code)
            raise
        except GeneratorExit:
            report_grasp(self, success=False, code="stopped")
            raise
        return self.Outputs(arm=motion.arms[0], width=self._width(motion.arms[0]))

    def _make(self, motion: Motion, arm: str) -> Steps:
        program = motion.program
        yield from move_grippers(self.context, program.widths)
        for index, stage in enumerate(motion.plan.stages):
            holding = program.close_after is not None and index > program.close_after
            yield from follow(self.context, {n: t.slower(CARRYING if holding else 1.0) for n, t in stage.items()})
            if index == program.close_after:
                yield from move_grippers(self.context, {arm: 0.0}, force=FORCE)
                yield from wait(self.context, 0.1)
                self._holding(arm, "nothing_held", "the fingers closed on nothing")
            elif holding:
                self._holding(arm, "lost_grip", "the object slipped out on the way")

    def _holding(self, arm: str, code: str, message: str) -> None:
        state = self.context.cell.arms[arm].gripper.state
        if not state.object_detected or state.width < THINNEST:
            raise SkillFailure(code, Phase.POSTCONDITION, f"{message} (width {1000 * state.width:.0f} mm)")

    def _width(self, arm: str) -> float:
        return self.context.cell.arms[arm].gripper.state.width


def report_grasp(skill: Skill, *, success: bool, code: str = "") -> None:
    """Count an attempt that has ended and tell the recorders."""
    tally = services(skill.context).tally
    tally.failed_grasps_in_a_row = 0 if success else tally.failed_grasps_in_a_row + 1
    report: dict[str, Any] = {"kind": "grasp", "arms": 1, "success": success, "code": code}
    skill.context.emit("motion_finished", report)
