"""The numbers beside a crop that the ranking's network is given, and the figures it gives back."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from pg4da.policies.ranking.foresight import EACH, GRIPS, SIZE
from pg4da.policies.types import Array

Floats = NDArray[np.float32]

STATE_NAMES = (
    *("single", "centre", "rake", "dual", "sweep", "tips", "travel", "width", "past"),
    *("seen", "visible", "isolation", "things", "top", "grasp"),
)
STATE = len(STATE_NAMES)
AHEAD = SIZE + 1
OUTPUT_NAMES = ("free", "left", "isolation", "visible", "lost")
FARTHEST = 3.0  # a sweep that hides more of what hardly hides has a value without bound
OUTPUTS = len(OUTPUT_NAMES)  # free, lost: log-odds; left: motions after this one, less 1; the others after it, 0..1


def state_numbers(
    family: NDArray[np.intp], tips: Array, travel: Array, width: Array, past: Array, around: NDArray[np.floating]
) -> Floats:
    """(n, STATE). tips, travel, width, past (n,) [m], the last see Way.past.

    around (n, 6): seen, visible, isolation, things, top [m], grasp.
    """
    own = np.column_stack([np.eye(5)[family], 20 * tips, 4 * travel, 10 * width, 4 * past])
    state = around * np.array([1.0, 1.0, 1.0, 1 / 30, 10.0, 1.0])
    return np.concatenate([own, state], axis=1).astype(np.float32)


def ahead_numbers(ahead: NDArray[np.floating], d: NDArray[np.floating]) -> Floats:
    """(n, AHEAD) from foresights (n, SIZE), shifts turned along and across the travel d (n, 2); last: whether any."""
    rows = np.array(ahead, np.float32).reshape(-1, len(GRIPS), EACH)
    x, y = rows[..., 3].copy(), rows[..., 4].copy()
    rows[..., 3] = x * d[:, None, 0] + y * d[:, None, 1]
    rows[..., 4] = y * d[:, None, 0] - x * d[:, None, 1]
    some = np.abs(rows).max(axis=(1, 2)) > 0
    rows = np.clip(rows, -FARTHEST, FARTHEST)
    return np.concatenate([rows.reshape(len(rows), SIZE), some[:, None]], axis=1).astype(np.float32)


def mirrored(ahead: Floats) -> Floats:
    """The same of the push seen in a mirror along its travel."""
    out = ahead.copy()
    rows = out[:, :SIZE].reshape(-1, len(GRIPS), EACH)
    rows[..., 4:6] *= -1
    return out
