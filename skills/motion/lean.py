"""Tilting the tool about its fingertips, so that a hand gets past another hand, or a far point into reach."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.spatial.transform import Rotation

from pg4da.hardware.frames import Array

SHARES = (0.5, 1.0)  # of the largest lean that are tried


@dataclass(frozen=True)
class Lean:
    """A turn R (3, 3) in `world`, by angle [rad], about the fingertips, which lie `retreat` [m] behind the tool."""

    R: Array
    angle: float
    retreat: float

    def of(self, T: Array) -> Array:
        """Poses (..., 4, 4) leaned; the fingertips stay where they are."""
        if self.angle == 0.0:
            return T
        out = np.array(T, float)
        out[..., :3, :3] = self.R @ T[..., :3, :3]
        out[..., :3, 3] += self.retreat * (out[..., :3, 2] - T[..., :3, 2])
        return out


UPRIGHT = Lean(np.eye(3), 0.0, 0.0)


def leans(own: Array, away_from: Sequence[Array], towards: Array, largest: float, retreat: float) -> list[Lean]:
    """Leans that take the hand away from other arms' paths, and towards the arm's own home.

    own: (n, 3) points of the arm's path; away_from: the same of each other arm; towards: (3,), the tool at home.
    """
    centre = own[:, :2].mean(axis=0)
    ways = [centre - other[:, :2].mean(axis=0) for other in away_from]
    ways += [towards[:2] - centre, centre - towards[:2]]
    out = []
    for way in ways:
        size = float(np.linalg.norm(way))
        if size < 1e-6:
            continue
        axis = np.array([-way[1], way[0], 0.0]) / size
        out += [Lean(Rotation.from_rotvec(axis * s * largest).as_matrix(), s * largest, retreat) for s in SHARES]
    return out
