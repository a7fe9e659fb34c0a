"""The numbers of the angle-view network's training."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from pg4da.policies.avn.shape import NAMED

Loss = Literal["likelihood", "focal", "squares"]


@dataclass(frozen=True)
class AvnSettings:
    """shape: a name of policies.avn.shape.NAMED; steps: of `batch` crops, `crop` pixels wide.

    rate: Adam's at its highest, after `warming` steps; it falls to 0 along half a cosine, or with `published` by a
    fifth every 20,000 steps from the first on. gradient: largest norm; average: share that the averaged weights keep
    a step. loss: see policies.avn.loss; empty: weight of cells without an object. The paper's own training is
    AvnSettings(shape="published", crop=224, batch=8, rate=4e-4, loss="squares", empty=1.0, published=True).
    Raises ValueError.
    """

    shape: str = "slim"
    steps: int = 1600
    batch: int = 16
    crop: int = 128
    rate: float = 2e-3
    warming: int = 50
    published: bool = False
    gradient: float = 5.0
    average: float = 0.995
    loss: Loss = "likelihood"
    empty: float = 0.1
    seed: int = 0

    def __post_init__(self) -> None:
        if self.shape not in NAMED:
            raise ValueError(f"shape {self.shape!r}: expected one of {', '.join(NAMED)}")
        if self.crop % 32 or not 32 <= self.crop <= 224:
            raise ValueError(f"crop {self.crop}: expected a multiple of 32 from 32 to 224")
        if min(self.steps, self.batch) < 1 or self.warming < 0:
            raise ValueError("steps and batch are at least 1, warming at least 0")
        if min(self.rate, self.gradient) <= 0 or not 0 <= self.average < 1 or self.empty < 0:
            raise ValueError("rate and gradient are above 0, average in 0..1, 1 left out, empty at least 0")
