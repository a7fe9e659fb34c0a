"""How much of the table an arm can work on: the figure that the placement of the arms is judged by."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.spatial.transform import Rotation

from pg4da.hardware.cell import Cell
from pg4da.hardware.frames import Array, transform
from pg4da.skills.motion.clearance import Clearance
from pg4da.skills.motion.geometry import Geometry

_TILT_WAYS = 8  # directions in which a tilted tool leans
_YAWS = 6  # closing directions over half a turn


@dataclass(frozen=True)
class Reach:
    """Shares 0..1. some: of points, with at least one orientation. all: of points and orientations together."""

    some: float
    all: float


def reach_share(
    cell: Cell, arm: str, tilt: float, height: float = 0.02, half: float = 0.3, spacing: float = 0.1
) -> Reach:
    """Share of a square round the workspace's middle that an arm reaches clear of itself, the table and the other arm.

    tilt [rad] of the tool from straight down, towards eight sides; height [m] of the fingertips; half [m] the square's
    half edge; the other arm is at home and the table bare.
    """
    geometry = Geometry(cell)
    clearance = Clearance(geometry)
    x0, y0 = cell.workspace.centre
    steps = np.linspace(-half, half, round(2 * half / spacing) + 1)
    reached = []
    for x in x0 + steps:
        for y in y0 + steps:
            poses = _poses(np.array([x, y, height]), tilt)
            reached.append([_reaches(cell, clearance, arm, pose) for pose in poses])
    hits = np.array(reached)
    return Reach(float(hits.any(axis=1).mean()), float(hits.mean()))


def _poses(point: Array, tilt: float) -> list[Array]:
    leans = np.linspace(0.0, 2 * np.pi, _TILT_WAYS, endpoint=False) if tilt > 0.0 else [0.0]
    yaws = np.linspace(0.0, np.pi, _YAWS, endpoint=False)
    down = Rotation.from_euler("x", np.pi)
    tilts = [Rotation.from_rotvec(tilt * np.array([np.cos(a), np.sin(a), 0.0])) for a in leans]
    return [transform(lean * Rotation.from_euler("z", yaw) * down, point) for lean in tilts for yaw in yaws]


def _reaches(cell: Cell, clearance: Clearance, arm: str, pose: Array) -> bool:
    still = {name: other.home[None] for name, other in cell.arms.items() if name != arm}
    options = cell.arms[arm].kinematics.inverse(pose)
    return any(clearance.first_conflict({**still, arm: q[None]}, None, frozenset({arm})) is None for q in options)
