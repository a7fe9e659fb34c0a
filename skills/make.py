"""What push and grasp share: counted and announced when they start, reported when they end, however they end."""

from __future__ import annotations

from abc import abstractmethod
from typing import ClassVar

from pg4da.policies.types import Grasp, Push
from pg4da.skills.codes import GRIPPING, MOVING, ends_with
from pg4da.skills.plan import Motion
from pg4da.skills.services import services
from pg4da.skills.skill import Phase, Ports, Skill, SkillFailure, Steps


class MakeMotion(Skill):
    """Runs a planned motion of one kind; subclasses say how, and when it counts as done."""

    needs = frozenset({"left", "right"})
    codes = ends_with(MOVING, GRIPPING, wrong_motion="a push was wired to a grasp, or a grasp to a push")
    action: ClassVar[type[Push] | type[Grasp]]

    class Inputs(Ports):
        motion: Motion

    def run(self, inputs: Inputs) -> Steps:
        """Started, made, reported."""
        motion = inputs.motion
        if not isinstance(motion.action, self.action):
            message = f"a {self.name} can't make a {type(motion.action).__name__.lower()}"
            raise SkillFailure("wrong_motion", Phase.PRECONDITION, message, recoverable=False)
        self._started(motion)
        try:
            yield from self.make(motion)
        except SkillFailure as failure:
            self.ended(motion, failure.code)
            raise
        except GeneratorExit:
            self.ended(motion, "stopped")
            raise
        return self.made(motion)

    @abstractmethod
    def make(self, motion: Motion) -> Steps:
        """Move. Raises SkillFailure."""

    @abstractmethod
    def made(self, motion: Motion) -> Ports:
        """Outputs of a motion that ended well."""

    def ended(self, motion: Motion, code: str = "") -> None:
        """Report the end; `code` is empty when it went well."""
        report(self, self.name, len(motion.arms), code)

    def _started(self, motion: Motion) -> None:
        tally = services(self.context).tally
        tally.count(self.name)
        started = {"index": tally.motions, "action": motion.action, "arms": motion.arms}
        self.context.emit("motion_started", started)


def report(skill: Skill, kind: str, arms: int, code: str) -> None:
    """Tell the recorders that a motion has ended, and count failed grasps in a row."""
    if kind == "grasp":
        tally = services(skill.context).tally
        tally.failed_grasps_in_a_row = tally.failed_grasps_in_a_row + 1 if code else 0
    skill.context.emit("motion_finished", {"kind": kind, "arms": arms, "success": not code, "code": code})
