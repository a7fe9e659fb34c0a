"""What a planned motion would be like: how fast, how near the arms come to each other, how low."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from pg4da.hardware.cell import Cell
from pg4da.hardware.frames import Array
from pg4da.hardware.trajectory import Trajectory

if TYPE_CHECKING:
    from pg4da.skills.motion.geometry import Geometry
    from pg4da.skills.plan import Motion

SAMPLES = 40  # of each stage at which distances are measured
FAR = 0.5  # m; what is further apart is not measured
SLOWEST = 0.01  # of the planned speed


@dataclass(frozen=True)
class StageReport:
    """One stage as it would be made. speed: the fastest joint's share of its limit; gap [m] between the two arms at
    their nearest, FAR where they stay further apart; lowest [m] tool above the table; duration [s]."""

    name: str
    arms: tuple[str, ...]
    duration: float
    speed: float
    gap: float
    lowest: float


def stage_reports(cell: Cell, motion: Motion) -> list[StageReport]:
    """Each stage at the cell's present pace."""
    from pg4da.skills.motion.geometry import Geometry

    geometry, share = Geometry(cell), max(cell.pace, SLOWEST)
    measured = {name: arm.gripper.state.width for name, arm in cell.arms.items()}
    geometry.set_widths({**measured, **motion.program.widths})
    still = {name: arm.state.q for name, arm in cell.arms.items()}
    reports = []
    for name, stage in zip(motion.program.names, motion.plan.stages, strict=True):
        slowed = {arm: trajectory.slower(1.0 / share) for arm, trajectory in stage.items()}
        reports.append(_stage_report(cell, geometry, name, slowed, still))
        still |= {arm: trajectory.positions[-1] for arm, trajectory in slowed.items()}
    return reports


def _stage_report(
    cell: Cell, geometry: Geometry, name: str, stage: Mapping[str, Trajectory], still: Mapping[str, Array]
) -> StageReport:
    duration = max((t.duration for t in stage.values()), default=0.0)
    gap, lowest = FAR, np.inf
    for t in np.linspace(0.0, duration, SAMPLES):
        q = {**still, **{arm: trajectory.sample(float(t)) for arm, trajectory in stage.items()}}
        gap = min(gap, _gap(geometry, q))
        lowest = min(lowest, *(float(cell.arms[arm].kinematics.forward(q[arm])[2, 3]) for arm in stage))
    speed = max((_speed(cell, arm, trajectory) for arm, trajectory in stage.items()), default=0.0)
    return StageReport(name, tuple(stage), round(duration, 2), round(speed, 3), round(gap, 4), round(lowest, 4))


def _speed(cell: Cell, arm: str, trajectory: Trajectory) -> float:
    rates = np.abs(np.diff(trajectory.positions, axis=0)) / np.diff(trajectory.times)[:, None]
    return float((rates / cell.arms[arm].kinematics.max_velocity).max(initial=0.0))


def _gap(geometry: Geometry, q: Mapping[str, Array]) -> float:
    """Shortest distance [m] between solid parts of different arms."""
    import mujoco

    geometry.pose(q)
    solid = geometry.model.geom_contype != 0
    first, second = (np.flatnonzero(solid & (geometry.arm_of == i)) for i in (0, 1))
    at, around = geometry.data.geom_xpos, geometry.model.geom_rbound
    apart = np.linalg.norm(at[first][:, None] - at[second][None], axis=2) - around[first][:, None] - around[second]
    gap, fromto = FAR, np.zeros(6)
    for a, b in np.argwhere(apart < FAR):
        if apart[a, b] < gap:
            pair = int(first[a]), int(second[b])
            gap = min(gap, float(mujoco.mj_geomDistance(geometry.model, geometry.data, *pair, FAR, fromto)))
    return gap
