"""A dry run: look, decide, plan and check the first motion of a mission in a cell, and move nothing."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from pg4da.cells.stages import StageReport, stage_reports
from pg4da.errors import BadInput
from pg4da.hardware.cell import Cell
from pg4da.hardware.frames import Array
from pg4da.skills.skill import Context, Skill, SkillFailure

if TYPE_CHECKING:
    from pg4da.policies.types import Decision, Observation
    from pg4da.run import RunRequest
    from pg4da.skills.plan import Motion

TICK = 0.008  # s


@dataclass(frozen=True)
class DryRun:
    """What was found. problem: why there would be no motion; empty when one was planned."""

    state: Mapping[str, Array]
    target: str
    seen: bool = False
    action: str = ""
    reason: str = ""
    stages: tuple[StageReport, ...] = ()
    problem: str = ""
    notes: tuple[str, ...] = ()
    picture: NDArray[np.uint8] | None = field(default=None, repr=False)

    def as_json(self) -> dict[str, Any]:
        """What `--json` prints."""
        return {
            "outcome": "dry_run" if not self.problem else "failure",
            "state": {name: q.tolist() for name, q in self.state.items()},
            "target": self.target,
            "target_seen": self.seen,
            "action": self.action,
            "reason": self.reason,
            "stages": [vars(stage) for stage in self.stages],
            "problem": self.problem,
        }


def dry_run(request: RunRequest, tell: Callable[[str], None] = lambda line: None) -> DryRun:
    """Connect, look, decide and plan. Raises BadInput as a run does."""
    from pg4da import plugins
    from pg4da import run as running
    from pg4da.cells.still import StillCell
    from pg4da.session import prepare

    _, inputs = prepare(request, plugins.skills())
    if not isinstance(inputs.get("target"), str):
        raise BadInput(f"--dry-run: the mission '{request.mission}' has no input 'target' to plan a motion for")
    running.check_request(request)
    policy = running.policy_of(request)
    cell = running.make_cell(request, running.scene_of(request))
    try:
        tell(f"connected to the cell '{cell.name}'")
        notes: list[str] = []
        context = Context(StillCell(cell), policy, np.random.default_rng(request.seed))
        context.emit = lambda kind, data: notes.append(str(data["text"])) if kind == "note" else None
        return _Look(context, inputs["target"], notes).all()
    finally:
        cell.close()


class _Look:
    """One look at the cell with everything that follows from it."""

    def __init__(self, context: Context, target: str, notes: list[str]) -> None:
        self._context, self._target, self._notes = context, target, notes
        self._cell: Cell = context.cell

    def all(self) -> DryRun:
        from pg4da.cells.ways import picture
        from pg4da.skills.checks import CheckCell
        from pg4da.skills.decide import Decide
        from pg4da.skills.observe import Observe
        from pg4da.skills.plan import PlanMotion

        state = {name: arm.state.q.copy() for name, arm in self._cell.arms.items()}
        found: dict[str, Any] = {"state": state, "target": self._target}
        observation: Observation | None = None
        decision: Decision | None = None
        try:
            self._run(CheckCell)
            observation = self._run(Observe, target=self._target).observation
            found["seen"] = bool(observation.target_mask.any())
            decision = self._run(Decide, observation=observation).decision
            motion = self._run(PlanMotion, decision=decision, observation=observation).motion
            found |= self._planned(motion)
            found["picture"] = picture(observation, decision, self._cell, motion)
        except SkillFailure as failure:
            found["problem"] = f"{failure.message} ({failure.code})"
            if observation is not None:
                found["picture"] = picture(observation, decision, self._cell, None)
        return DryRun(**found, notes=tuple(self._notes))

    def _run(self, kind: type[Skill], **inputs: Any) -> Any:
        """A skill to its end, a tick at a time. Raises SkillFailure."""
        steps = kind(self._context).run(kind.Inputs(**inputs))
        while True:
            try:
                next(steps)
            except StopIteration as ended:
                return ended.value
            self._cell.advance(TICK)

    def _planned(self, motion: Motion) -> dict[str, Any]:
        from pg4da.policies.types import Grasp

        kind = "grasp" if isinstance(motion.action, Grasp) else "push"
        arms = " and ".join(motion.arms)
        return {
            "action": f"{kind} with the {arms} arm{'s' * (len(motion.arms) > 1)}",
            "reason": motion.action.reason,
            "stages": tuple(stage_reports(self._cell, motion)),
        }
