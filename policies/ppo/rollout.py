"""Motions of all environments between two updates."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from pg4da.policies.ppo.agent import Agent, Chosen, Seen
from pg4da.policies.ppo.pool import Pool
from pg4da.policies.ppo.sight import Outcome, Sight

Watcher = Callable[[int, Sight, Chosen, Outcome], None]


class Stopped(Exception):
    """Someone asked to stop while motions were made."""


@dataclass(frozen=True)
class Rollout:
    """t steps of e environments; what is seen lies in the order of (step, environment).

    reward, value, log_prob (t, e); ended (t, e) bool; last (e,): value of what is seen after the last step.
    """

    seen: Seen
    action: Tensor
    log_prob: Tensor
    value: Tensor
    reward: Tensor
    ended: Tensor
    last: Tensor
    outcomes: tuple[Outcome, ...]


class Collector:
    """Makes rollouts; `generators`: one an environment, so that what it draws does not depend on the others."""

    def __init__(self, agent: Agent, pool: Pool, generators: Sequence[torch.Generator]) -> None:
        self._agent, self._pool, self._generators = agent, pool, generators
        self._now: list[Seen] = []
        self._sights: list[Sight] = []

    def collect(self, watch: Watcher | None = None, stop: Callable[[], bool] = lambda: False) -> Rollout:
        """`settings.steps` motions of every environment. Raises Stopped, WorkerFailed."""
        settings, count = self._agent.settings, len(self._pool)
        if not self._now:
            self._sights = [self._pool.fetch(k)[1] for k in range(count)]
            self._now = [self._agent.see([sight]) for sight in self._sights]
        seen: list[Seen] = []
        outcomes: list[Outcome] = []
        chosen = [self._start(k) for k in range(count)]
        for step in range(settings.steps):
            for k in range(count):
                if stop():
                    raise Stopped
                seen.append(self._now[k])
                outcome, sight = self._pool.fetch(k)
                assert outcome is not None
                if watch is not None:
                    watch(k, self._sights[k], chosen[step * count + k], outcome)
                outcomes.append(outcome)
                self._sights[k], self._now[k] = sight, self._agent.see([sight])
                if step + 1 < settings.steps:
                    chosen.append(self._start(k))
        return self._rollout(seen, chosen, outcomes, count)

    def _start(self, k: int) -> Chosen:
        """Choose for one environment and let it move."""
        chosen = self._agent.choose(self._now[k], self._generators[k])
        self._pool.send(k, [*chosen.drawn.cells[0].tolist(), int(chosen.drawn.orientation[0])])
        return chosen

    def _rollout(
        self, seen: Sequence[Seen], chosen: Sequence[Chosen], outcomes: Sequence[Outcome], count: int
    ) -> Rollout:
        settings, shape = self._agent.settings, (-1, count)
        dtype = chosen[0].value.dtype
        reward = [o.reward + settings.lifted * (o.ended == "lifted") for o in outcomes]
        last = torch.cat([self._agent.value(now) for now in self._now]).cpu()
        return Rollout(
            Seen.joined(seen),
            torch.cat([c.action for c in chosen]).cpu(),
            torch.cat([c.log_prob for c in chosen]).cpu().view(shape),
            torch.cat([c.value for c in chosen]).cpu().view(shape),
            torch.tensor(reward, dtype=dtype).view(shape),
            torch.tensor([bool(o.ended) for o in outcomes]).view(shape),
            last,
            tuple(outcomes),
        )
