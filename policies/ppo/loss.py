"""The clipped loss of proximal policy optimisation."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from pg4da.policies.ppo.settings import PpoSettings


@dataclass(frozen=True)
class Judged:
    """Of motions (b,): log-probability, entropy of the choice over that of an even one, the critic's value."""

    log_prob: Tensor
    entropy: Tensor
    value: Tensor


@dataclass(frozen=True)
class Loss:
    """total is what is minimised; the others are told: each part, the KL divergence, the share that was clipped."""

    total: Tensor
    policy: Tensor
    value: Tensor
    entropy: Tensor
    divergence: Tensor
    clipped: Tensor

    def told(self) -> Tensor:
        """policy, value, entropy, divergence, clipped as one (5,) tensor without a gradient."""
        return torch.stack([self.policy, self.value, self.entropy, self.divergence, self.clipped]).detach()


def clipped_loss(now: Judged, before: Tensor, advantage: Tensor, returns: Tensor, settings: PpoSettings) -> Loss:
    """before (b,): log-probabilities when the motions were drawn; advantage, returns (b,).

    The divergence is Schulman's estimate (r − 1) − log r, which is never negative.
    """
    log_ratio = now.log_prob - before
    ratio = log_ratio.exp()
    held = ratio.clamp(1 - settings.clip, 1 + settings.clip)
    policy = -torch.minimum(ratio * advantage, held * advantage).mean()
    value = (now.value - returns).square().mean()
    entropy = now.entropy.mean()
    total = policy + settings.value * value - settings.entropy * entropy
    divergence = ((ratio - 1) - log_ratio).mean()
    clipped = ((ratio - 1).abs() > settings.clip).to(ratio.dtype).mean()
    return Loss(total, policy, value, entropy, divergence, clipped)
