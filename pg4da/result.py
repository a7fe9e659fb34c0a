"""What came of a mission."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any

from pg4da.mission.executive import MissionResult
from pg4da.mission.failure import Failure
from pg4da.mission.loop import Outcome
from pg4da.recording.plain import plain
from pg4da.recording.tally import Tally

if TYPE_CHECKING:
    from pg4da.hardware.cell import Cell

TRUTH = (
    "retrieved",
    "target_in_bin",
    "target_lifted",
    "target_position",
    "outside",
    "max_object_speed",
    "max_launch_speed",
    "max_overlap",
)


@dataclass(frozen=True)
class RunResult:
    """What came of it. Times in seconds. `truth` is what the simulator knows, for evaluation only."""

    outcome: Outcome
    motions: int
    pushes: int
    grasp_attempts: int
    grasp_successes: int
    arm_motions: int
    sim_time_s: float
    wall_time_s: float
    seed: int
    failure: Failure | None
    outputs: Mapping[str, Any] = field(default_factory=dict)
    truth: Mapping[str, Any] | None = None
    mission: str = ""

    def as_json(self) -> dict[str, Any]:
        """The object that `--json` prints."""
        keys = ("outcome", "motions", "pushes", "grasp_attempts", "arm_motions", "sim_time_s", "wall_time_s", "seed")
        found: dict[str, Any] = {key: getattr(self, key) for key in keys}
        return {**found, "failure": self.failure.as_dict() if self.failure else None}

    def as_dict(self) -> dict[str, Any]:
        """Everything, for the record."""
        return asdict(self)


def summarise(ended: MissionResult, tally: Tally, seed: int, cell: Cell, mission: str = "") -> RunResult:
    """Counts and times of a mission that has ended."""
    truth = getattr(cell, "truth", None)
    return RunResult(
        ended.outcome,
        tally.motions,
        tally.pushes,
        tally.grasp_attempts,
        tally.grasp_successes,
        tally.arm_motions,
        round(ended.sim_time, 3),
        round(ended.wall_time, 3),
        seed,
        ended.failure,
        ended.outputs,
        None if truth is None else {name: plain(getattr(truth, name)) for name in TRUTH},
        mission,
    )
