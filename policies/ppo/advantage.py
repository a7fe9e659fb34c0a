"""How much better a motion went than the critic expected."""

from __future__ import annotations

import torch
from torch import Tensor


def advantages(reward: Tensor, value: Tensor, last: Tensor, ended: Tensor, discount: float, trace: float) -> Tensor:
    """Generalised advantage estimates (t, e) (Schulman et al. 2016).

    reward, value (t, e): of each step; last (e,): value of what followed the last one; ended (t, e) bool: whether the
    episode was over after the step, so that nothing after it counts.
    """
    out = torch.zeros_like(reward)
    ahead, following = torch.zeros_like(last), last
    for t in reversed(range(len(reward))):
        goes_on = (~ended[t]).to(reward.dtype)
        surprise = reward[t] + discount * following * goes_on - value[t]
        ahead = surprise + discount * trace * goes_on * ahead
        out[t], following = ahead, value[t]
    return out


def explained_variance(value: Tensor, returns: Tensor) -> float:
    """Share of the returns' variance that the critic told before: 1 all of it, 0 no better than their mean."""
    spread = returns.var(correction=0)
    return float(1.0 - (returns - value).var(correction=0) / spread) if float(spread) > 1e-12 else 0.0
