"""The square round the target that the actor-critic looks at; no torch here, so that simulations can cut it too."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from pg4da.policies.learned.places import Places
from pg4da.policies.types import Observation

WINDOW = 24  # coarse cells, 0.43 m: what the actor-critic sees of the heat maps, round the target
TALL = 0.1  # m, the height that counts as 1


@dataclass(frozen=True)
class Window:
    """A square of WINDOW cells of a coarse map, pushed inwards at its edges: its first row and column."""

    top: int
    left: int

    @classmethod
    def round(cls, places: Places) -> Window:
        """Round the middle of the places where a motion may be."""
        row, col = places.grid.to_cell(places.disc.centre)
        limit = places.grid.cells - WINDOW
        return cls(int(np.clip(row - WINDOW // 2, 0, limit)), int(np.clip(col - WINDOW // 2, 0, limit)))

    @property
    def cut(self) -> tuple[slice, slice]:
        return slice(self.top, self.top + WINDOW), slice(self.left, self.left + WINDOW)


def further_maps(observation: Observation, window: Window, cells: int) -> NDArray[np.float32]:
    """What the network may see beside the heat, (2, WINDOW, WINDOW): height over TALL, share of the target."""
    height = _coarse(np.asarray(observation.height) / TALL, cells)
    return np.stack([height, _coarse(observation.target_mask, cells)])[(..., *window.cut)]


def _coarse(picture: NDArray[np.generic], cells: int) -> NDArray[np.float32]:
    size = (cells, cells)
    return np.asarray(cv2.resize(picture.astype(np.float32), size, interpolation=cv2.INTER_AREA), np.float32)
