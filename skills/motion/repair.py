"""Mending a push that can't be made as asked: lean the tool, or stop where the reach ends. The paper's second failure
case, points out of reach found only while moving, becomes a shorter path or a refusal before anything moves."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from math import radians

import numpy as np

from pg4da.hardware.cell import Kinematics
from pg4da.hardware.frames import Array
from pg4da.skills.motion.errors import MotionError
from pg4da.skills.motion.lines import follow, sample_lines, solve_all
from pg4da.skills.motion.plan import Plan
from pg4da.skills.motion.planner import MotionPlanner
from pg4da.skills.motion.stages import Clutter, Line, Stage

MAX_LEAN = radians(20.0)
MIN_LENGTH = 0.06  # m of contact path that is still worth a motion
_MAX_CUTS = 6


@dataclass(frozen=True)
class Repaired:
    """A plan and the stages that it really makes. cut: metres taken off the end of each arm's contact path."""

    plan: Plan
    stages: tuple[Stage, ...]
    cut: Mapping[str, float]


def plan_repaired(
    planner: MotionPlanner,
    stages: Sequence[Stage],
    start: Mapping[str, Array],
    clutter: Clutter | None,
    widths: Mapping[str, float] | None = None,
    lean: float = MAX_LEAN,
    min_length: float = MIN_LENGTH,
) -> Repaired:
    """Plan; where a contact line fails at a pose, plan again without the rest of that line.

    The lines after it start from the new end; where one of those fails, the contact line loses its last pose. Raises
    the MotionError of the first attempt when a line would become shorter than min_length [m], or when what fails does
    not hang on a contact line.
    """
    current, cut = tuple(stages), dict[str, float]()
    first: MotionError | None = None
    for _ in range(_MAX_CUTS):
        try:
            return Repaired(planner.plan(current, start, clutter, widths, lean=lean), current, cut)
        except MotionError as error:
            first = first or error
            shorter = _shortened(current, error, min_length)
            if shorter is None:
                raise first from None
            current, lost = shorter
            cut[error.arm] = cut.get(error.arm, 0.0) + lost
    assert first is not None
    raise first


def reachable_prefix(kinematics: Kinematics, start: Array, poses: Array) -> int:
    """How many of poses (n, 4, 4), from the first, one arm can follow in a straight line each from `start` (4, 4).

    Tries every configuration of the start; reach alone, nothing is checked for collisions.
    """
    tool = sample_lines(start, [poses])
    solutions = solve_all(kinematics, tool.poses)
    starts = solutions[0][np.isfinite(solutions[0][:, 0])]
    if len(starts) == 0:
        return 0
    _, length = follow(kinematics, solutions, starts)
    reached = int(length.max())
    return len(poses) if reached == len(tool.index) else int(tool.index[reached])


def _shortened(
    stages: tuple[Stage, ...], error: MotionError, min_length: float
) -> tuple[tuple[Stage, ...], float] | None:
    """The stages with the contact line of `error` cut before its pose, and the metres lost; None where it is no use."""
    at = _contact_path(stages, error)
    if at is None:
        return None
    stage = stages[at]
    assert isinstance(stage, Line)
    poses = stage.poses[error.arm]
    kept = poses[: error.index if at == error.stage else -1]
    if _length(kept) < min_length:
        return None
    shift = kept[-1][:2, 3] - poses[-1][:2, 3]
    out = list(stages)
    out[at] = replace(stage, poses={**stage.poses, error.arm: kept})
    for i in range(at + 1, len(out)):
        after = out[i]
        if not isinstance(after, Line):
            break
        if error.arm in after.poses:
            moved = np.array(after.poses[error.arm])
            moved[:, :2, 3] += shift
            out[i] = replace(after, poses={**after.poses, error.arm: moved})
    return tuple(out), _length(poses) - _length(kept)


def _contact_path(stages: tuple[Stage, ...], error: MotionError) -> int | None:
    """Stage of the contact line of several poses that failed, or that led to the line that failed."""
    if error.stage is None or error.index is None:
        return None
    for i in range(error.stage, -1, -1):
        stage = stages[i]
        if not isinstance(stage, Line):
            return None
        if stage.contact and len(stage.poses.get(error.arm, ())) > 1:
            return i
    return None


def _length(poses: Array) -> float:
    return float(np.linalg.norm(np.diff(poses[:, :3, 3], axis=0), axis=1).sum())
