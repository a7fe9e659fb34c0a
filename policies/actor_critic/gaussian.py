"""The paper's own action, for comparison: a Gaussian over every cell of the feature map and every orientation.

Its log-probability sums over 3,496 numbers of which one or two are executed; the ablation shows what that costs.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import log, pi

import torch
from torch import Tensor

from pg4da.policies.actor_critic.choice import NEVER, Drawn, Masks


@dataclass(frozen=True)
class GaussianChoice:
    """mean (b, n + 360): feature map and additions to the orientation scores; log_spread: log standard deviation."""

    mean: Tensor
    log_spread: Tensor

    def sample(self, generator: torch.Generator | None = None) -> Tensor:
        """Actions (b, n + 360)."""
        noise = torch.randn(self.mean.shape, generator=generator, dtype=self.mean.dtype, device=self.mean.device)
        return (self.mean + self.log_spread.exp() * noise).detach()

    def log_prob(self, action: Tensor) -> Tensor:
        """Log-densities (b,)."""
        z = (action - self.mean) * torch.exp(-self.log_spread)
        return (-0.5 * z.square() - self.log_spread - 0.5 * log(2 * pi)).sum(dim=1)

    def entropy(self) -> Tensor:
        """Differential entropy (b,) of one number, which all share."""
        return (self.log_spread + 0.5 * log(2 * pi) + 0.5).expand(self.mean.shape[0])


def decoded(action: Tensor, masks: Masks, heat: Tensor, points: int) -> Drawn:
    """What the decoders make of actions (b, n + 360): the best cell under the masks, a grasp where they tie.

    heat (b, 360, n): the angle-view heat maps; points: key points of a push.
    """
    n = masks.grasp.shape[1]
    scores, added = action[:, :n], action[:, n:]
    grasp, push = (scores.masked_fill(~m, -torch.inf) for m in (masks.grasp, masks.push))
    grasps = grasp.max(dim=1).values >= push.max(dim=1).values
    cells = [torch.where(grasps, grasp.argmax(dim=1), push.argmax(dim=1))]
    free = masks.push & ~grasps[:, None]
    for _ in range(points - 1):
        free = free & ~(masks.close[cells[-1].clamp(min=0)] & (cells[-1] != NEVER)[:, None])
        cell = scores.masked_fill(~free, -torch.inf).argmax(dim=1)
        cells.append(torch.where(free.any(dim=1), cell, torch.full_like(cell, NEVER)))
    at = cells[0][:, None, None].expand(-1, heat.shape[1], 1)
    turn = (added + heat.gather(2, at)[..., 0]).argmax(dim=1)
    return Drawn(torch.stack(cells, dim=1), torch.where(grasps, turn, torch.full_like(turn, NEVER)))
