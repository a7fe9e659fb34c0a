"""Where a target is that isn't in the clutter: fallen into the bin, beside the workspace, or nowhere in sight."""

from __future__ import annotations

from pg4da.policies.types import Observation
from pg4da.skills.codes import LOOKING, ends_with
from pg4da.skills.observe import look
from pg4da.skills.services import services
from pg4da.skills.skill import Phase, Ports, Skill, SkillFailure, Steps

HOPELESS_LOOKS = 4  # in a row without the target or a place left that could hide it


class CheckBin(Skill):
    """Whether a target that slipped out of a gripper fell into the bin.

    The camera does not see into the bin: the gripper tells where it lost its load, and the camera that the target is
    nowhere on the table. Without a loss nothing is looked at. Fails with `target_lost` (which can't be mended) where it
    fell out of the camera's view beside the bin, and as `observe` does.
    """

    name = "check_bin"
    needs = frozenset({"camera"})
    codes = ends_with(LOOKING, target_lost="the target fell out of the camera's view")

    class Inputs(Ports):
        target: str

    class Outputs(Ports):
        in_bin: bool

    def run(self, inputs: Inputs) -> Steps:
        """One look after a loss; no time passes without one."""
        cell, shared = self.context.cell, services(self.context)
        loss = shared.loss
        if loss is None:
            return self.Outputs(in_bin=False)
        yield
        look(self, inputs.target)
        shared.loss = None
        x, y = float(loss.landing[0]), float(loss.landing[1])
        if shared.target_at is not None:
            return self.Outputs(in_bin=False)
        if loss.into_bin(cell):
            text = f"the {loss.arm} gripper let go over the bin and the table shows no target: it lies in the bin"
            self.context.emit("note", {"text": text})
            return self.Outputs(in_bin=True)
        if cell.workspace.contains(x, y):
            return self.Outputs(in_bin=False)  # among the clutter, where it is looked for as before
        message = f"the {loss.arm} gripper lost the target near ({x:z.2f}, {y:z.2f}) m, out of the camera's view"
        raise SkillFailure("target_lost", Phase.POSTCONDITION, message, recoverable=False)


class CheckTarget(Skill):
    """The target is inside the workspace, seen or still to be found there.

    Fails, for good, with `target_out_of_workspace`, or with `target_not_found` when `patience` looks in a row showed
    neither the target nor a place that could still hide it.
    """

    name = "check_target"
    codes = ends_with(
        target_out_of_workspace="the target lies outside the workspace",
        target_not_found="the target is nowhere, and nothing is left that could hide it",
    )

    class Inputs(Ports):
        observation: Observation
        target: str = "the target"
        margin: float = 0.0
        patience: int = HOPELESS_LOOKS

    def run(self, inputs: Inputs) -> Steps:
        """Judged from the looks so far."""
        yield
        shared, area = services(self.context), self.context.cell.workspace
        if shared.target_at is not None:
            x, y = float(shared.target_at[0]), float(shared.target_at[1])
            if not area.contains(x, y, inputs.margin):
                message = f"the target lies at ({x:z.2f}, {y:z.2f}) m, outside the workspace, where no motion is made"
                raise SkillFailure("target_out_of_workspace", Phase.PRECONDITION, message, recoverable=False)
        elif shared.hopeless_looks >= inputs.patience:
            raise self._not_found(inputs.target)
        return self.Outputs()

    def _not_found(self, target: str) -> SkillFailure:
        memory = services(self.context).memory
        message = f"nothing {target} is in sight, and nothing is left that could hide it"
        if memory is not None and memory.last_seen is not None:
            x, y = memory.last_seen
            message += f"; it was last seen at ({x:z.2f}, {y:z.2f}) m"
        return SkillFailure("target_not_found", Phase.PRECONDITION, message, recoverable=False)
