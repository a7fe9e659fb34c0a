"""What the skills of one mission remember between ticks: the planner, what has been seen, how it went so far."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from pg4da.hardware.frames import Array
from pg4da.policies.types import Observation
from pg4da.skills.futile import Futile
from pg4da.skills.hold import Loss
from pg4da.skills.skill import Context

if TYPE_CHECKING:
    from pg4da.skills.motion.planner import MotionPlanner
    from pg4da.skills.perception.observe import Memory


@dataclass
class Tally:
    """Counts of one mission. A push does not reset the failed grasps (the paper's evaluation).

    idle_rounds: in a row without a motion; idle_because: why the last of them had none.
    """

    motions: int = 0
    pushes: int = 0
    grasps: int = 0
    failed_grasps_in_a_row: int = 0
    idle_rounds: int = 0
    idle_because: str = ""

    def count(self, kind: str) -> None:
        """A push or a grasp has started."""
        self.motions += 1
        self.pushes += kind == "push"
        self.grasps += kind == "grasp"
        self.idle_rounds = 0

    def idle(self, why: str) -> None:
        """A round ended without a motion."""
        self.idle_rounds += 1
        self.idle_because = why


@dataclass
class Services:
    """Held in `Context.services` under one key, so that two missions never share anything.

    target_at (2,) [m]: where the last look showed the target, the table round the workspace included; None: nowhere.
    hopeless_looks: in a row that showed neither the target nor anything that could hide it. grip: score 0..1 of the
    last grasp. loss: what left a gripper and was not looked for yet.
    """

    planner: MotionPlanner
    memory: Memory | None
    tally: Tally
    last_observation: Observation | None = None
    futile: Futile = field(default_factory=Futile)
    target_at: Array | None = None
    hopeless_looks: int = 0
    grip: float = 1.0
    loss: Loss | None = None

    def forget_target(self) -> None:
        """Before the same mission looks for another target."""
        self.memory, self.target_at, self.loss, self.hopeless_looks = None, None, None, 0
        self.tally, self.futile = Tally(), Futile()


def services(context: Context) -> Services:
    """The mission's services, made on first use (the planner's model takes a moment)."""
    found = context.services.get("pg4da")
    if not isinstance(found, Services):
        from pg4da.skills.motion.planner import MotionPlanner

        found = Services(planner=MotionPlanner(context.cell), memory=None, tally=Tally())
        context.services["pg4da"] = found
    return found
