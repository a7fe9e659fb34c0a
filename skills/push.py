"""Push: one path with one arm, or two paths with both arms at once."""

from __future__ import annotations

from pg4da.policies.types import Push
from pg4da.skills.execute import follow, move_grippers, wait
from pg4da.skills.plan import Motion
from pg4da.skills.services import services
from pg4da.skills.skill import Phase, Ports, Skill, SkillFailure, Steps

REST = 0.3  # s for pushed objects to come to rest before anyone looks again


class MakePush(Skill):
    """Run a planned push. Whether it helped is for the next look to say."""

    name = "push"
    needs = frozenset({"left", "right"})

    class Inputs(Ports):
        motion: Motion

    class Outputs(Ports):
        arms: int

    def run(self, inputs: Inputs) -> Steps:
        """Grippers to their width, then stage by stage."""
        motion, tally = inputs.motion, services(self.context).tally
        if not isinstance(motion.action, Push):
            raise SkillFailure("not_a_push", Phase.PRECONDITION, "the motion is a grasp", recoverable=False)
        tally.motions += 1
        tally.pushes += 1
        started = {"index": tally.motions, "action": motion.action, "arms": motion.arms}
        self.context.emit("motion_started", started)
        report = {"kind": "push", "arms": len(motion.arms), "success": False, "code": "stopped"}
        try:
            yield from move_grippers(self.context, motion.program.widths)
            for stage in motion.plan.stages:
                yield from follow(self.context, stage)
            yield from wait(self.context, REST)
            report.update(success=True, code="")
        except SkillFailure as failure:
            report["code"] = failure.code
            raise
        finally:
            self.context.emit("motion_finished", report)
        return self.Outputs(arms=len(motion.arms))
