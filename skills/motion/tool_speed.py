"""A bound on how fast a tool travels, whatever its joints could do: what is carried must not fly."""

from __future__ import annotations

import numpy as np

from pg4da.hardware.frames import Array
from pg4da.skills.motion.joint_paths import Columns
from pg4da.skills.motion.lines import forward_all
from pg4da.skills.motion.timing import PERIOD

MAX_TOOL_SPEED = 1.0  # m/s in a transit; the UR5e's default safety setting allows 1.5
_EVERY = 4  # samples between two looks at the tool


def gentle(times: Array, samples: Array, columns: Columns, limit: float = MAX_TOOL_SPEED) -> tuple[Array, Array]:
    """The same motion stretched in time, where a tool would pass `limit` [m/s]. times (n,), samples (n, d)."""
    stretch = max(_fastest(times, q, columns, name) for name, q in columns.split(samples).items()) / limit
    if stretch <= 1.0:
        return times, samples
    steps = int(np.ceil(times[-1] * stretch / PERIOD))
    stretched: Array = PERIOD * np.arange(steps + 1, dtype=np.float64)
    at = np.linspace(0.0, times[-1], steps + 1)
    return stretched, np.stack([np.interp(at, times, column) for column in samples.T], axis=1)


def _fastest(times: Array, q: Array, columns: Columns, name: str) -> float:
    """Largest speed of one tool [m/s] over the motion."""
    if len(q) < 2:
        return 0.0
    rows = np.unique(np.append(np.arange(0, len(q), _EVERY), len(q) - 1))
    tips = forward_all(columns.kinematics[name], q[rows])[:, :3, 3]
    return float(np.max(np.linalg.norm(np.diff(tips, axis=0), axis=1) / np.diff(times[rows])))
