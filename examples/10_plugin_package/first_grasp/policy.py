"""A policy that never pushes: it takes what it sees from straight above, across its narrow side."""

from __future__ import annotations

import numpy as np

from pg4da.hardware.frames import looking_down
from pg4da.policies.types import Array, Decision, Grasp, NoAction, Observation

OPENING = 0.11  # m between the pads before they close
TURNS = (0.0, np.pi / 2)  # across the narrow side first, then across the long one
INTO = 0.035  # m that the fingertips reach below the top


class FirstGrasp:
    """Has no state, as a policy must."""

    name = "first_grasp"

    def decide(self, observation: Observation, rng: np.random.Generator) -> Decision:
        """Grasps at the middle of the target. Raises NoAction when it isn't seen."""
        mask = observation.target_mask
        if not mask.any():
            raise NoAction("the target is not in sight, and this policy never pushes")
        points = observation.grid.to_world(*np.nonzero(mask))
        top = float(observation.height[mask].max())
        narrow, width = narrow_side(points)
        grasps = tuple(
            grasp(points.mean(axis=0), max(top - INTO, 0.01), narrow + turn, width, 0.6 - 0.1 * number)
            for number, turn in enumerate(TURNS)
        )
        return Decision(grasps, mask.astype(np.float32), isolation=1.0)


def narrow_side(points: Array) -> tuple[float, float]:
    """Direction [rad] of the narrow side of points (n, 2), and their width [m] along it."""
    centred = points - points.mean(axis=0)
    _, axes = np.linalg.eigh(np.cov(centred.T))
    narrow = axes[:, 0]
    return float(np.arctan2(narrow[1], narrow[0])), float(np.ptp(centred @ narrow))


def grasp(xy: Array, z: float, yaw: float, width: float, score: float) -> Grasp:
    """From straight above, closing along `yaw`."""
    pose = looking_down(np.array([xy[0], xy[1], z]), yaw)
    return Grasp(pose, width, OPENING, score, reason="the middle of what is seen of the target")
