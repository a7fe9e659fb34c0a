"""How free the target stands: the isolation rate of the paper's section on the push-or-grasp choice."""

from __future__ import annotations

import cv2
import numpy as np

from pg4da.policies.types import Mask, Observation

LOW, HIGH = 0.02, 0.3
SCALE = 1.5


def isolation_rate(observation: Observation) -> float:
    """I = 1 − |{1.5 M \\ M : 0.02 < h < 0.3 m}| / |1.5 M \\ M|, in 0..1; 0 where the target is not seen.

    1.5 M is the target mask M scaled 1.5 times in length about its centroid. Cells beyond the map count as free.
    """
    if not observation.target_seen:
        return 0.0
    mask = observation.target_mask
    ring = scaled(mask, SCALE) & ~mask
    if not ring.any():
        return 1.0
    height = observation.height[ring]
    return 1.0 - float(((height > LOW) & (height < HIGH)).mean())


def scaled(mask: Mask, factor: float) -> Mask:
    """A mask (n, n) scaled by `factor` in length about its centroid."""
    rows, cols = np.nonzero(mask)
    r, c = float(rows.mean()), float(cols.mean())
    matrix = np.array([[factor, 0.0, c * (1 - factor)], [0.0, factor, r * (1 - factor)]])
    size = (mask.shape[1], mask.shape[0])
    return np.asarray(cv2.warpAffine(mask.astype(np.uint8), matrix, size, flags=cv2.INTER_NEAREST) > 0)
