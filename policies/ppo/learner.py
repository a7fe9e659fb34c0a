"""Proximal policy optimisation: from a rollout to better networks, the same in every process that learns along."""

from __future__ import annotations

from collections.abc import Iterator

import torch
from torch import Tensor

from pg4da.policies.ppo.advantage import advantages, explained_variance
from pg4da.policies.ppo.agent import Agent
from pg4da.policies.ppo.group import Group
from pg4da.policies.ppo.loss import Loss, clipped_loss
from pg4da.policies.ppo.rollout import Rollout

TOLD = ("policy_loss", "value_loss", "entropy", "divergence", "clipped")


class Learner:
    """order: draws which steps make a minibatch; the same in every process, so that they stay together."""

    def __init__(self, agent: Agent, group: Group, seed: int) -> None:
        self.agent, self._group, self._settings = agent, group, agent.settings
        self._learnt = list(agent.learnt().values())
        self.adam = torch.optim.Adam(self._learnt, lr=self._settings.rate, eps=1e-5)
        self.order = torch.Generator().manual_seed(seed)
        group.share(self._learnt)

    def update(self, rollout: Rollout) -> dict[str, float]:
        """Learn from a rollout; means over all processes. Raises FloatingPointError where the numbers run away."""
        settings = self._settings
        advantage = advantages(
            rollout.reward, rollout.value, rollout.last, rollout.ended, settings.discount, settings.trace
        )
        returns = advantage + rollout.value
        normal, sums = self._normal(advantage), torch.zeros(len(TOLD))
        done = 0
        for steps in self._minibatches():
            loss = self._loss(rollout, steps, normal, returns)
            found = self._group.mean(loss.told()).float().cpu()
            if done >= settings.minibatches and float(found[TOLD.index("divergence")]) > settings.furthest:
                break
            self._descend(loss.total)
            sums += found
            done += 1
        told = dict(zip(TOLD, (sums / done).tolist(), strict=True))
        figures = torch.tensor([explained_variance(rollout.value, returns), done / settings.minibatches])
        explained, epochs = self._group.mean(figures.to(self.agent.device)).tolist()
        return {**told, "explained_variance": explained, "epochs": epochs}

    def _minibatches(self) -> Iterator[Tensor]:
        """Steps of a rollout, all of them once an epoch."""
        for _ in range(self._settings.epochs):
            yield from torch.randperm(self._settings.steps, generator=self.order).chunk(self._settings.minibatches)

    def _loss(self, rollout: Rollout, steps: Tensor, advantage: Tensor, returns: Tensor) -> Loss:
        """Of one minibatch: the same steps of all environments of all processes. Raises FloatingPointError."""
        count, device = rollout.reward.shape[1], self.agent.device
        rows = (steps[:, None] * count + torch.arange(count)).flatten()
        now = self.agent.judge(rollout.seen.at(rows, device), rollout.action[rows].to(device))
        parts = (rollout.log_prob, advantage, returns)
        old, better, gained = (part.flatten()[rows].to(device) for part in parts)
        loss = clipped_loss(now, old, better, gained, self._settings)
        if not bool(torch.isfinite(loss.total)):
            raise FloatingPointError("the loss is no longer a number; a smaller rate may help")
        return loss

    def _descend(self, total: Tensor) -> None:
        """One step of Adam, the same in every process."""
        self.adam.zero_grad(set_to_none=False)
        total.backward()
        self._group.average_gradients(self._learnt)
        torch.nn.utils.clip_grad_norm_(self._learnt, self._settings.gradient)
        self.adam.step()

    def _normal(self, advantage: Tensor) -> Tensor:
        """Advantages with mean 0 and spread 1 over all processes."""
        moments = torch.stack([advantage.mean(), advantage.square().mean()]).to(self.agent.device)
        mean, square = self._group.mean(moments).cpu()
        return (advantage - mean) / ((square - mean.square()).clamp(min=0).sqrt() + 1e-6)
