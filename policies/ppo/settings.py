"""The numbers of proximal policy optimisation (Schulman et al. 2017)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True)
class PpoSettings:
    """steps: motions of each environment between updates; minibatches: parts of them; epochs: passes over them.

    clip: of the probability's ratio; rate: of Adam; entropy, value: weights in the loss; gradient: largest norm;
    furthest: after the first epoch an update ends before a minibatch whose KL divergence is larger. discount, trace: γ
    and λ of the advantage. action: "choice" is what is executed, "gaussian" the paper's, over every cell. points: key
    points of a push; apart [cells]: between two.

    The fuzzy reward is never below 0, so with γ near 1 it pays never to lift the target: γ is 0 unless `lifted`, a
    reward on top for the motion that ends an episode well, is at least γ/(1 − γ). Raises ValueError.
    """

    steps: int = 32
    minibatches: int = 4
    epochs: int = 4
    clip: float = 0.2
    rate: float = 3e-4
    entropy: float = 0.01
    value: float = 0.5
    gradient: float = 0.5
    furthest: float = 0.03
    discount: float = 0.0
    trace: float = 0.95
    lifted: float = 0.0
    action: Literal["choice", "gaussian"] = "choice"
    points: int = 6
    apart: float = 1.12

    def __post_init__(self) -> None:
        if min(self.steps, self.minibatches, self.epochs, self.points) < 1 or self.steps % self.minibatches:
            raise ValueError("steps, minibatches, epochs and points are at least 1, steps a multiple of minibatches")
        if not 0.0 <= self.discount < 1.0 or not 0.0 <= self.trace <= 1.0:
            raise ValueError("discount lies in 0..1, 1 left out, trace in 0..1")
        if self.lifted < self.discount / (1.0 - self.discount):
            least = self.discount / (1.0 - self.discount)
            raise ValueError(f"with discount {self.discount}, lifted must be at least {least:.3g}, else it never pays")
