"""Grasp: 6-DoF, with approach, close, a check by the gripper, lift, and home under watch."""

from __future__ import annotations

from pg4da.policies.types import Grasp
from pg4da.skills.carry import carry_home, follow_holding
from pg4da.skills.codes import CARRYING, HOMING, JAMMING, ends_with
from pg4da.skills.execute import move_grippers, wait
from pg4da.skills.hold import holds
from pg4da.skills.jam import LOWERING, follow_feeling
from pg4da.skills.make import MakeMotion
from pg4da.skills.plan import Motion
from pg4da.skills.services import services
from pg4da.skills.skill import Phase, Ports, SkillFailure, Steps

FORCE = 40.0  # N


class MakeGrasp(MakeMotion):
    """Run a planned grasp and come home holding something. Fails with `nothing_held` or `lost_grip`.

    Whether it is the target that is held, and the grasp a success, is for `verify` to say.
    """

    name = "grasp"
    action = Grasp
    codes = ends_with(MakeMotion.codes, JAMMING, CARRYING, HOMING, nothing_held="the fingers closed on nothing")

    class Outputs(Ports):
        arm: str
        width: float

    def make(self, motion: Motion) -> Steps:
        """Open, approach, close, lift, home."""
        arm, last = motion.arms[0], motion.program.close_after or 0
        services(self.context).grip = motion.action.score
        yield from move_grippers(self.context, motion.program.widths)
        yield from follow_feeling(self.context, motion.plan.stages[: last + 1], LOWERING)
        yield from move_grippers(self.context, {arm: 0.0}, force=FORCE)
        yield from wait(self.context, 0.1)
        if not holds(self.context.cell.arms[arm]):
            width = 1000 * self._width(arm)
            message = f"the fingers closed on nothing (they are {width:z.0f} mm apart)"
            raise SkillFailure("nothing_held", Phase.POSTCONDITION, message)
        yield from self._away(motion, arm, last + 1)

    def _away(self, motion: Motion, arm: str, first: int) -> Steps:
        """Lift and go home as planned; when the object slips, home from there, slower."""
        try:
            for stage in motion.plan.stages[first:]:
                yield from follow_holding(self, arm, stage)
        except SkillFailure as failure:
            if failure.code != "slipping":
                raise
            yield from carry_home(self, arm)

    def made(self, motion: Motion) -> Outputs:
        """Held, and home; not yet reported."""
        return self.Outputs(arm=motion.arms[0], width=self._width(motion.arms[0]))

    def _width(self, arm: str) -> float:
        return self.context.cell.arms[arm].gripper.state.width
