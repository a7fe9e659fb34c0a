"""A skill: both grippers move a little and back, as a sign that the cell is about to move."""

from __future__ import annotations

from pydantic import Field

from pg4da.skills.execute import move_grippers
from pg4da.skills.skill import Ports, Skill, Steps


class Nod(Skill):
    """Close both grippers by `by` [m], or open them where they are closed, and back. Fails with `gripper_timeout`."""

    name = "nod"
    needs = frozenset({"left", "right"})

    class Inputs(Ports):
        by: float = Field(default=0.03, gt=0.0, lt=0.1)

    def run(self, inputs: Inputs) -> Steps:
        """There, then as wide as before."""
        grippers = {name: arm.gripper for name, arm in self.context.cell.arms.items()}
        before = {name: gripper.state.width for name, gripper in grippers.items()}
        there = {name: abs(width - inputs.by) for name, width in before.items()}
        yield from move_grippers(self.context, there)
        yield from move_grippers(self.context, before)
        return self.Outputs()
