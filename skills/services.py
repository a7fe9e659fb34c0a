"""What the skills of one mission remember between ticks: the planner, what has been seen, how it went so far."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from pg4da.policies.types import Observation
from pg4da.skills.futile import Futile
from pg4da.skills.skill import Context

if TYPE_CHECKING:
    from pg4da.skills.motion.planner import MotionPlanner
    from pg4da.skills.perception.observe import Memory


@dataclass
class Tally:
    """Counts of one mission. A push does not reset the failed grasps (the paper's evaluation)."""

    motions: int = 0
    pushes: int = 0
    grasps: int = 0
    failed_grasps_in_a_row: int = 0
    idle_rounds: int = 0


@dataclass
class Services:
    """Held in `Context.services` under one key, so that two missions never share anything."""

    planner: MotionPlanner
    memory: Memory | None
    tally: Tally
    last_observation: Observation | None = None
    futile: Futile = field(default_factory=Futile)


def services(context: Context) -> Services:
    """The mission's services, made on first use (the planner's model takes a moment)."""
    found = context.services.get("pg4da")
    if not isinstance(found, Services):
        from pg4da.skills.motion.planner import MotionPlanner

        found = Services(planner=MotionPlanner(context.cell), memory=None, tally=Tally())
        context.services["pg4da"] = found
    return found
