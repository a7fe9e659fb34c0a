"""Numbers of the geometric policy, in one place. Lengths in metres, angles in degrees where named so."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class Bounds:
    """Where objects may be, in `world` [m]; bin: x_min, x_max, y_min, y_max of what stands beside it."""

    x_min: float = -0.5
    x_max: float = 0.5
    y_min: float = 0.0
    y_max: float = 1.0
    bin: tuple[float, float, float, float] = (-0.17, 0.17, -0.27, -0.05)

    def inside(self, x: float, y: float, margin: float = 0.0) -> bool:
        """Whether a point lies inside, at least `margin` from every edge."""
        return bool(self.contain(np.array([[x, y]]), margin)[0])

    def to_edge(self, points: NDArray[np.float64]) -> NDArray[np.float64]:
        """Distance [m] of points (..., 2) from the nearest edge, negative outside."""
        x, y = points[..., 0], points[..., 1]
        distances = (x - self.x_min, self.x_max - x, y - self.y_min, self.y_max - y)
        return np.asarray(np.min(distances, axis=0))

    def over_bin(self, points: NDArray[np.float64], margin: float) -> NDArray[np.bool_]:
        """Which points (..., 2) lie over the bin, or nearer to it than `margin` [m]."""
        x, y = points[..., 0], points[..., 1]
        x_min, x_max, y_min, y_max = self.bin
        beside_x = (x > x_min - margin) & (x < x_max + margin)
        return np.asarray(beside_x & (y > y_min - margin) & (y < y_max + margin))

    def contain(self, points: NDArray[np.float64], margin: float = 0.0) -> NDArray[np.bool_]:
        """Which points (n, 2) lie inside, at least `margin` from every edge."""
        x, y = points[:, 0], points[:, 1]
        inside_x = (x >= self.x_min + margin) & (x <= self.x_max - margin)
        return np.asarray(inside_x & (y >= self.y_min + margin) & (y <= self.y_max - margin))


@dataclass(frozen=True)
class Settings:
    """Tuned on generated scenes only.

    broom_width: opening while sweeping: closed, because fingers 20 or 35 mm apart wedged a cylinder between them.
    grasp_threshold: the best grasp is tried when its score reaches this; else the policy pushes.
    clearance: least room between a finger and anything it must not touch, each side.
    look_ahead: scales how many pushes are simulated in a decision (counts, so that decisions are deterministic).
    """

    floor: float = 0.010
    tip_height: float = 0.012
    push_height: float = 0.013
    clearance: float = 0.0015
    roomy: float = 0.005
    grasp_angles: int = 36
    push_angles: int = 24
    grasp_threshold: float = 0.45
    desperate_threshold: float = 0.25
    visible_enough: float = 0.80
    look_ahead: float = 1.0
    look_ahead_step: float = 0.005
    path_spacing: float = 0.02
    workspace_margin: float = 0.03
    second_layer: float = 0.060
    over_layer: float = 0.010
    broom_width: float = 0.0
    arm_separation: float = 0.10
    candidates: int = 24
