"""The ranking's network: what a push will bring, from its crop, a few numbers and, at the end, a look-ahead.

Two heads give the same figures: `quick` without the look-ahead, so that many pushes can be sifted, `sure` with it.
"""

from __future__ import annotations

from torch import Tensor, cat, nn

from pg4da.policies.ranking.crops import CHANNELS
from pg4da.policies.ranking.numbers import AHEAD, OUTPUTS, STATE
from pg4da.policies.ranking.weights import EMBEDDED, HIDDEN, WIDTHS


class Ranker(nn.Module):
    """crops (b, CHANNELS, 64, 64), state (b, STATE), ahead (b, AHEAD) to quick and sure figures, each (b, OUTPUTS)."""

    def __init__(self, dropout: float = 0.15) -> None:
        super().__init__()
        layers: list[nn.Module] = []
        before, kernel = CHANNELS, 4
        for width in WIDTHS:
            layers += [nn.Conv2d(before, width, kernel, 2, 1), nn.ReLU()]
            before, kernel = width, 3
        self.body = nn.Sequential(*layers)
        self.embed = nn.Sequential(nn.Flatten(), nn.Linear(WIDTHS[-1] * 16, EMBEDDED), nn.ReLU())
        self.drop = nn.Dropout(dropout)
        self.quick = _head(EMBEDDED + STATE)
        self.sure = _head(EMBEDDED + STATE + AHEAD)

    def forward(self, crops: Tensor, state: Tensor, ahead: Tensor) -> tuple[Tensor, Tensor]:
        """Both heads' figures; see numbers.OUTPUT_NAMES."""
        seen = cat([self.drop(self.embed(self.body(crops))), state], dim=1)
        return self.quick(seen), self.sure(cat([seen, ahead], dim=1))


def _head(inputs: int) -> nn.Sequential:
    return nn.Sequential(nn.Linear(inputs, HIDDEN), nn.ReLU(), nn.Linear(HIDDEN, OUTPUTS))
