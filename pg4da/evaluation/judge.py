"""Whether a run really completed, by the rules of the paper's episodes and the simulator's own state."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

MOTION_LIMIT = 50
FAILED_GRASP_LIMIT = 5


@dataclass(frozen=True)
class Motion:
    """A motion that was made: "push" or "grasp", whether the skill called it a success, and with how many arms."""

    kind: str
    success: bool
    arms: int


@dataclass(frozen=True)
class Ending:
    """What the mission said at its end (code, phase and message are empty after a success) and what is true.

    retrieved: the target is held up or lies in the bin. outside: names of the objects out of the workspace, the
    retrieved target not among them. target_lost: the target is one of those.
    """

    success: bool
    code: str
    phase: str
    message: str
    retrieved: bool
    outside: Sequence[str]
    target_lost: bool


@dataclass(frozen=True)
class Verdict:
    completed: bool
    cause: str = ""
    phase: str = ""
    message: str = ""


def judge(motions: Sequence[Motion], ending: Ending) -> Verdict:
    """The first rule that was broken is the cause; a run completes when the mission says so and it is true."""
    if ending.target_lost:
        return Verdict(False, "target_out_of_workspace", ending.phase, "the target left the workspace")
    if ending.outside:
        names = ", ".join(ending.outside)
        return Verdict(False, "object_out_of_workspace", ending.phase, f"out of the workspace: {names}")
    if len(motions) > MOTION_LIMIT:
        return Verdict(False, "too_many_motions", ending.phase, f"{len(motions)} motions, {MOTION_LIMIT} are allowed")
    if longest_failure(motions) >= FAILED_GRASP_LIMIT:
        return Verdict(False, "failed_grasps", ending.phase, f"{FAILED_GRASP_LIMIT} grasps failed in a row")
    if ending.success and not ending.retrieved:
        return Verdict(False, "false_success", "", "the mission reported success, but the target was not retrieved")
    if not ending.success:
        note = " (the target is in the bin or held up all the same)" if ending.retrieved else ""
        return Verdict(False, ending.code or "unknown", ending.phase, ending.message + note)
    return Verdict(True)


def longest_failure(motions: Sequence[Motion]) -> int:
    """Failed grasps in a row, at most; a push in between does not start the count again."""
    longest = row = 0
    for motion in motions:
        if motion.kind == "grasp":
            row = 0 if motion.success else row + 1
            longest = max(longest, row)
    return longest
