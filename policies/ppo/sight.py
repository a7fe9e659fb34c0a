"""What practice shows the learner and what a motion led to; no torch here, so that simulations need none."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

NOTHING = -1  # pads a motion's cells, and is the orientation of a push


@dataclass(frozen=True)
class Sight:
    """One look at the table, a window of h × w coarse cells cut out of it.

    color (n, n, 3) uint8, height (n, n) [m]: the whole picture; corner (2,): first row and column of the window; maps
    (m, h, w): what the networks see beside the heat; grasp, push (h · w,): cells of the window for such a motion.
    """

    color: NDArray[np.uint8]
    height: NDArray[np.float16]
    corner: tuple[int, int]
    maps: NDArray[np.float32]
    grasp: NDArray[np.bool_]
    push: NDArray[np.bool_]


@dataclass(frozen=True)
class Outcome:
    """What a motion led to. ended: why the episode is over, empty while it goes on; made: whether anything moved."""

    reward: float
    success: bool
    push: bool
    made: bool = True
    ended: str = ""


class Episodes(Protocol):
    """Something to practise on, deterministic: the same episode and motions show the same again."""

    def begin(self, number: int) -> Sight:
        """Start the episode of this number, from 0."""
        ...

    def move(self, motion: Sequence[int]) -> tuple[Outcome, Sight | None]:
        """Make a motion: flat cells of the window, NOTHING for fewer, then the orientation. No sight once ended."""
        ...

    def close(self) -> None:
        """Free everything."""
        ...
