"""Steps that skills share: follow planned trajectories with one or two arms, move a gripper, wait."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np

from pg4da.hardware.cell import Handle, Progress, Tracking
from pg4da.hardware.trajectory import Trajectory
from pg4da.skills.skill import Context, Phase, SkillFailure, Steps
from pg4da.skills.trail import Leg, trail

DEVIATION = 0.25  # rad; an arm this far from its path is stopped: it is blocked
GRACE = 2.0  # s over the planned duration before a motion counts as hanging


def follow(
    context: Context,
    stage: Mapping[str, Trajectory],
    watch: Callable[[], SkillFailure | None] = lambda: None,
    back: bool = False,
) -> Steps:
    """Start every arm's trajectory in the same tick and poll until all have ended.

    `back`: along the trail, and so no part of it. Raises SkillFailure `arm_fault`, `arm_blocked`, `motion_timeout` or
    what `watch` gives, asked every tick, with every arm told to stop.
    """
    clock, arms = context.cell.clock, context.cell.arms
    start = clock.now()
    leg = Leg(stage) if back else trail(context).begin(stage, arms)
    handles = {name: arms[name].follow(trajectory) for name, trajectory in stage.items()}
    limit = max(t.duration for t in stage.values()) + GRACE
    tracking = {name: arm for name, arm in arms.items() if name in stage and isinstance(arm, Tracking)}
    while any(h.progress is Progress.RUNNING for h in handles.values()):
        yield
        elapsed = leg.until = clock.now() - start
        off = _deviation(context, stage, tracking, elapsed)
        _stop_for(context, _fault(handles) or off or _late(elapsed, limit) or watch())
    _stop_for(context, _fault(handles) or watch())


def _stop_for(context: Context, failure: SkillFailure | None) -> None:
    if failure is not None:
        stop_all(context)
        raise failure


def stop_all(context: Context) -> None:
    """Ask every arm of the cell to stop."""
    for arm in context.cell.arms.values():
        arm.stop()


def move_grippers(context: Context, widths: Mapping[str, float], force: float = 40.0, speed: float = 0.15) -> Steps:
    """Move several grippers at once and wait until each has arrived or met something."""
    handles = {name: context.cell.arms[name].gripper.move(w, speed, force) for name, w in widths.items()}
    yield from until_done(context, handles, timeout=3.0)


def until_done(context: Context, handles: Mapping[str, Handle], timeout: float) -> Steps:
    """Poll handles to their end. Raises SkillFailure on a fault or after `timeout` seconds."""
    deadline = context.cell.clock.now() + timeout
    while any(h.progress is Progress.RUNNING for h in handles.values()):
        if context.cell.clock.now() > deadline:
            waiting = ", ".join(n for n, h in handles.items() if h.progress is Progress.RUNNING)
            raise SkillFailure("gripper_timeout", Phase.EXECUTION, f"gripper of {waiting} did not finish", True)
        yield
    failure = _fault(handles)
    if failure is not None:
        raise failure


def wait(context: Context, seconds: float) -> Steps:
    """Let time pass on the cell's clock."""
    end = context.cell.clock.now() + seconds
    while context.cell.clock.now() < end:
        yield


def _fault(handles: Mapping[str, Handle]) -> SkillFailure | None:
    for name, handle in handles.items():
        if handle.progress is Progress.FAULT:
            return SkillFailure("arm_fault", Phase.EXECUTION, f"{name}: {handle.message}")
        if handle.progress is Progress.CANCELLED:
            return SkillFailure("motion_cancelled", Phase.EXECUTION, f"{name}: stopped before its end")
    return None


def _deviation(
    context: Context, stage: Mapping[str, Trajectory], tracking: Mapping[str, Tracking], t: float
) -> SkillFailure | None:
    """tracking: the arms that themselves tell where they should be."""
    for name, trajectory in stage.items():
        planned = tracking[name].planned if name in tracking else trajectory.sample(t)
        off = float(np.max(np.abs(context.cell.arms[name].state.q - planned)))
        if off > DEVIATION:
            message = f"{name} is {off:.2f} rad from its path, over the bound of {DEVIATION:g} rad"
            return SkillFailure("arm_blocked", Phase.EXECUTION, message)
    return None


def _late(elapsed: float, limit: float) -> SkillFailure | None:
    if elapsed <= limit:
        return None
    return SkillFailure("motion_timeout", Phase.EXECUTION, f"not finished {GRACE:g} s after the planned end")
