"""The picture of a decision: how good each place is, for people to look at."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from pg4da.policies.types import Action, Grasp, Observation


def draw_scores(observation: Observation, actions: Sequence[Action]) -> NDArray[np.float32]:
    """Score of the best action that touches each cell, (n, n) in 0..1, softened by about a centimetre."""
    grid = observation.grid
    scores = np.zeros(observation.height.shape, np.float32)
    for action in sorted(actions, key=lambda a: a.score):
        if isinstance(action, Grasp):
            rows_cols = grid.to_cell(action.pose[:2, 3])
            cv2.circle(scores, (int(rows_cols[1]), int(rows_cols[0])), 4, float(action.score), -1)
            continue
        for path in action.paths:
            cells = grid.to_cell(path.points[:, :2])[:, ::-1].astype(np.int32)
            cv2.polylines(scores, [cells], False, float(action.score), 3)
    best = float(scores.max())
    soft = np.asarray(cv2.GaussianBlur(scores, (0, 0), 2.0), np.float32)
    return soft * np.float32(best / max(float(soft.max()), 1e-6))
