"""Whether views say enough: how much the tool turned, where in the picture and how near the board was."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from pg4da.hardware.calibration.hand_eye import turning
from pg4da.hardware.calibration.views import Setup, View

GOOD_VIEWS = 15
TURN, LEAST_TURN = np.deg2rad(15), np.deg2rad(6)  # about the most and the least turned axis, root mean square
AREA = 0.35  # share of the picture's 6 by 4 fields with a corner in it
FIELDS = (6, 4)
DEPTHS = 0.12  # farthest less nearest, by their mean


@dataclass(frozen=True)
class Coverage:
    """turned (3,) [rad] about the main axes; area: share of the picture; depths: range by mean."""

    count: int
    turned: tuple[float, float, float]
    area: float
    depths: float

    def wishes(self) -> list[str]:
        """What to do better, most important first; empty when the views are good."""
        found = []
        if self.count < GOOD_VIEWS:
            found.append(f"{GOOD_VIEWS - self.count} more views")
        if self.turned[1] < TURN or self.turned[2] < LEAST_TURN:
            angles = ", ".join(f"{np.rad2deg(a):.0f}°" for a in self.turned)
            found.append(f"tilt and turn the board more, in different directions (now {angles} about three axes)")
        if self.area < AREA:
            found.append(f"show it in more of the picture (now in {100 * self.area:.0f} % of it)")
        if self.depths < DEPTHS:
            found.append(f"show it nearer and farther (now {100 * self.depths:.0f} % apart)")
        return found


def coverage(views: Sequence[View], setup: Setup) -> Coverage:
    """Of any number of views."""
    if not views:
        return Coverage(0, (0.0, 0.0, 0.0), 0.0, 0.0)
    turned = np.zeros(3)
    if len(views) > 2:
        turned[: min(3, len(views))] = turning(views)
    pixels = np.concatenate([view.seen.pixels for view in views])
    field = np.floor(pixels / setup.size * FIELDS).astype(int)
    depth = np.array([view.placed.T[2, 3] for view in views])
    return Coverage(
        len(views),
        (float(turned[0]), float(turned[1]), float(turned[2])),
        len(np.unique(field, axis=0)) / (FIELDS[0] * FIELDS[1]),
        float((depth.max() - depth.min()) / depth.mean()),
    )
