"""What came of the pushes tried on one scene, in a file of plain arrays."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from pg4da.policies.ranking.crops import WIDE, Window
from pg4da.policies.ranking.foresight import EACH, SIZE
from pg4da.policies.ranking.proposals import Proposal

# "grasp": score of the best one, "tilt": of its approach against straight down [rad], "certain": it would be made.
NUMBERS = (
    "x",
    "y",
    "seen",
    "visible",
    "isolation",
    "grasp",
    "certain",
    "things",
    "top",
    "lost",
    "outside",
    "case",
    "tilt",
)
STROKES = 11


@dataclass
class Log:
    """numbers, windows: of each state seen. link: from, to and family of each push made, strokes: see stroke_numbers,
    ahead: its foresight. foreseen: state and family of each push only looked ahead on, with the same beside it."""

    numbers: list[list[float]] = field(default_factory=list)
    windows: list[Window] = field(default_factory=list)
    link: list[tuple[int, int, int]] = field(default_factory=list)
    strokes: list[NDArray[np.float32]] = field(default_factory=list)
    ahead: list[NDArray[np.float32]] = field(default_factory=list)
    foreseen: list[tuple[int, int]] = field(default_factory=list)
    foreseen_strokes: list[NDArray[np.float32]] = field(default_factory=list)
    foreseen_ahead: list[NDArray[np.float32]] = field(default_factory=list)

    def arrays(self) -> dict[str, NDArray[np.generic]]:
        """As arrays, to be written."""
        shape = (len(self.windows), WIDE, WIDE)
        heights, targets, hidings = ([getattr(w, n) for w in self.windows] for n in ("height", "target", "hiding"))
        return {
            "numbers": np.asarray(self.numbers, np.float32).reshape(-1, len(NUMBERS)),
            "height": np.asarray(heights, np.uint8).reshape(shape),
            "target": np.packbits(np.asarray(targets, bool).reshape(shape), axis=-1),
            "hiding": np.asarray(hidings, np.uint8).reshape(shape),
            "link": np.asarray(self.link, np.int32).reshape(-1, 3),
            "strokes": np.asarray(self.strokes, np.float32).reshape(-1, STROKES),
            "ahead": np.asarray(self.ahead, np.float32).reshape(-1, SIZE),
            "foreseen": np.asarray(self.foreseen, np.int32).reshape(-1, 2),
            "foreseen_strokes": np.asarray(self.foreseen_strokes, np.float32).reshape(-1, STROKES),
            "foreseen_ahead": np.asarray(self.foreseen_ahead, np.float32).reshape(-1, EACH),
        }

    def save(self, file: Path) -> None:
        """A reader finds a whole file or none."""
        part = file.with_name(f".{file.name}.{os.getpid()}.part.npz")
        try:
            np.savez_compressed(part, **self.arrays())  # type: ignore[arg-type]
            os.replace(part, file)
        finally:
            part.unlink(missing_ok=True)


def stroke_numbers(proposal: Proposal) -> NDArray[np.float32]:
    """(STROKES,): start and end of both strokes [m] (of the one, twice, where there is one), height, yaw, width."""
    first, last = proposal.strokes[0], proposal.strokes[-1]
    ends = [*first.start, *first.end, *last.start, *last.end]
    return np.asarray([*ends, proposal.height, first.yaw, first.width], np.float32)
