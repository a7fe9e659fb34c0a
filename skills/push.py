"""Push: one path with one arm, or two paths with both arms at once."""

from __future__ import annotations

from pg4da.policies.types import Push
from pg4da.skills.codes import JAMMING, ends_with
from pg4da.skills.execute import move_grippers, wait
from pg4da.skills.jam import PUSHING, follow_feeling
from pg4da.skills.make import MakeMotion
from pg4da.skills.plan import Motion
from pg4da.skills.skill import Ports, Steps

REST = 0.3  # s for pushed objects to come to rest before anyone looks again


class MakePush(MakeMotion):
    """Run a planned push. Whether it helped is for the next look to say."""

    name = "push"
    action = Push
    codes = ends_with(MakeMotion.codes, JAMMING)

    class Outputs(Ports):
        arms: int

    def make(self, motion: Motion) -> Steps:
        """Grippers to their width, then stage by stage. Raises SkillFailure `jammed` and what following raises."""
        yield from move_grippers(self.context, motion.program.widths)
        yield from follow_feeling(self.context, motion.plan.stages, PUSHING)
        yield from wait(self.context, REST)

    def made(self, motion: Motion) -> Outputs:
        """A push that was made is a success."""
        self.ended(motion)
        return self.Outputs(arms=len(motion.arms))
