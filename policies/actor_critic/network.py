"""Actor and critic over the angle-view heat maps (paper, section III-B 2): what to do where, and how good that is.

The paper flattens 360 × 56² values into its fully connected layers, which takes hundreds of millions of weights. Here
the layers of the feature map are shared by all cells, and those of the orientation see the chosen cell alone.
"""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass
from typing import Any, NamedTuple

import torch
from torch import Tensor, nn

ORIENTATIONS = 360
GROUPS = 6
SCALES = ("sharpness", "gain", "turning", "trust")


@dataclass(frozen=True)
class ActorCriticShape:
    """maps: pictures beside the heat maps that the network sees (height, target mask; 0 as in the paper).

    middle: channels of the trunk's middle, divisible by GROUPS; cells, turns, worth: hidden layers of the three heads.
    sharpness: what the heat at a cell is multiplied with to give the orientations' logits there, 1/τ of a softmax.
    gain, turning: what the last layers of the feature map and of the orientation are multiplied with. Adam's steps are
    as large in every layer, so these say how fast the two learn beside each other. trust: what the AVN's best chance of
    a grasp at a cell, over one half, is multiplied with and added to that cell's score; 0 as in the paper.
    """

    maps: int = 0
    middle: int = 180
    cells: tuple[int, int] = (128, 32)
    turns: tuple[int, int] = (256, 256)
    worth: tuple[int, int] = (256, 64)
    sharpness: float = 1.0
    gain: float = 1.0
    turning: float = 1.0
    trust: float = 0.0

    def to_dict(self) -> dict[str, Any]:
        """Plain numbers and lists, for a file's header."""
        return asdict(self)

    @classmethod
    def from_dict(cls, values: dict[str, Any]) -> ActorCriticShape:
        """The shape of a header; one from before there were gain, turning and trust has 1, 1 and 0. Raises ValueError
        for other missing, for unknown or misshapen entries."""
        try:
            pairs = {k: (int(values[k][0]), int(values[k][1])) for k in ("cells", "turns", "worth")}
            scales: dict[str, Any] = {k: float(values[k]) for k in SCALES if k in values}
            if not all(math.isfinite(value) for value in scales.values()):
                raise ValueError(f"not the shape of an actor-critic: {scales}")
            return cls(**{**values, **pairs, **scales})
        except (KeyError, TypeError, IndexError) as error:
            raise ValueError(f"not the shape of an actor-critic: {error}") from None


class Heads(NamedTuple):
    """scores (b, h, w): the feature map; hidden (b, 360, h, w): what the orientation is read from; value (b,)."""

    scores: Tensor
    hidden: Tensor
    value: Tensor


class Trunk(nn.Sequential):
    """1×1 convolution down, 5×5 depthwise and 1×1 pointwise, 1×1 up to 360 channels."""

    def __init__(self, channels: int, middle: int) -> None:
        super().__init__(
            nn.Conv2d(channels, middle, 1),
            nn.GroupNorm(GROUPS, middle),
            nn.ReLU(inplace=True),
            nn.Conv2d(middle, middle, 5, padding=2, groups=middle),
            nn.Conv2d(middle, middle, 1),
            nn.GroupNorm(GROUPS, middle),
            nn.ReLU(inplace=True),
            nn.Conv2d(middle, ORIENTATIONS, 1),
            nn.ReLU(inplace=True),
        )


class ActorCritic(nn.Module):
    """Works on a window of any size; before training it scores all cells alike, but for `lean`, and leaves orientations
    to the AVN."""

    def __init__(self, shape: ActorCriticShape | None = None) -> None:
        super().__init__()
        self.shape = shape or ActorCriticShape()
        channels, (a, b), (c, d), (e, f) = (
            ORIENTATIONS + self.shape.maps,
            self.shape.cells,
            self.shape.turns,
            self.shape.worth,
        )
        self.trunk = Trunk(channels, self.shape.middle)
        self.cells = nn.Sequential(
            nn.Conv2d(ORIENTATIONS, a, 1), nn.ReLU(), nn.Conv2d(a, b, 1), nn.ReLU(), nn.Conv2d(b, 1, 1)
        )
        self.turns = nn.Sequential(
            nn.Linear(ORIENTATIONS, c), nn.ReLU(), nn.Linear(c, d), nn.ReLU(), nn.Linear(d, ORIENTATIONS)
        )
        self.critic_trunk = Trunk(channels, self.shape.middle)
        self.worth = nn.Sequential(nn.Linear(ORIENTATIONS, e), nn.ReLU(), nn.Linear(e, f), nn.ReLU(), nn.Linear(f, 1))
        for last in (self.cells[-1], self.turns[-1], self.worth[-1]):
            nn.init.zeros_(last.weight)
            nn.init.zeros_(last.bias)

    def forward(self, x: Tensor) -> Heads:
        """Heat maps and further maps (b, 360 + maps, h, w) to the heads."""
        hidden = self.trunk(x)
        value = self.worth(self.critic_trunk(x).mean(dim=(2, 3)))
        return Heads(self.shape.gain * self.cells(hidden)[:, 0], hidden, value[:, 0])

    def lean(self, x: Tensor, grasp: Tensor) -> Tensor:
        """What is added to the scores (b, h · w) at the cells where a grasp may be, grasp (b, h · w) bool: towards it
        where the AVN knows one that probably holds, away from it where it knows none."""
        if self.shape.trust == 0.0:
            return torch.zeros_like(grasp, dtype=x.dtype)
        best = x[:, :ORIENTATIONS].amax(dim=1).flatten(1)
        return self.shape.trust * (best - 0.5) * grasp

    def orientation(self, x: Tensor, hidden: Tensor, cell: Tensor) -> Tensor:
        """Log-probabilities' raw form (b, 360) of the orientations at one cell (b,), an index into h · w, of each map.

        The AVN's own opinion there, as a log-softmax, plus what the actor has learnt to add.
        """
        at = cell[:, None, None].expand(-1, ORIENTATIONS, 1)
        opinion = x[:, :ORIENTATIONS].flatten(2).gather(2, at)[..., 0]
        learnt = self.turns(hidden.flatten(2).gather(2, at)[..., 0])
        return torch.log_softmax(self.shape.sharpness * opinion, dim=1) + self.shape.turning * learnt
