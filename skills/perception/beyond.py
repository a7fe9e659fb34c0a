"""The target beside the workspace: fallen there, or pushed over its edge, where no motion is made."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from pg4da.hardware.cell import CameraFrame
from pg4da.policies.types import Array, MapGrid, Mask
from pg4da.skills.perception.colors import likeness, parse_color
from pg4da.skills.perception.feet import feet_of
from pg4da.skills.perception.heightmap import project
from pg4da.skills.perception.target import LIKE, target_mask

AROUND = 0.20  # m round the grid; the camera sees about so much of the table
HIGHEST = 0.10  # m, higher things there are arms


def reaches_edge(mask: Mask) -> bool:
    """Whether what a mask (n, n) shows may go on beyond the map."""
    return bool(mask[[0, -1]].any() or mask[:, [0, -1]].any())


def centre_in_view(frame: CameraFrame, grid: MapGrid, colour: str, bases: Iterable[Array] = ()) -> Array | None:
    """Centre (2,) of the target in `world` [m], looked for AROUND the grid too; None where it is nowhere in view.

    frame: one that make_observation took. bases: T_world_base of the arms, whose feet are not looked at. Raises
    ValueError for an unknown colour.
    """
    if likeness(frame.rgb[::2, ::2], parse_color(colour)).max(initial=0.0) < LIKE:
        return None  # not a pixel of its colour: no need of a map
    wide = MapGrid(
        x_min=grid.x_min - AROUND,
        y_min=grid.y_min - AROUND,
        size=grid.size + 2 * AROUND,
        cells=round((grid.size + 2 * AROUND) / grid.resolution),
    )
    color, height, seen = project(frame, wide, fill=False)
    seen = seen & (height < HIGHEST) & ~feet_of(wide, bases)
    mask = target_mask(color, height, seen, colour, wide.resolution)
    if not mask.any():
        return None
    return np.asarray(wide.to_world(*np.nonzero(mask)).mean(axis=0))
