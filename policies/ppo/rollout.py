"""Motions of all environments between two updates."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from itertools import product
from typing import TypeVar

import torch
from torch import Tensor

from pg4da.policies.ppo.agent import Agent, Chosen, Seen
from pg4da.policies.ppo.pool import Pool
from pg4da.policies.ppo.sight import Outcome, Sight

T = TypeVar("T")
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


@dataclass
class _Course:
    """What one environment saw, chose and came to, step by step."""

    sights: list[Sight] = field(default_factory=list)
    seen: list[Seen] = field(default_factory=list)
    chosen: list[Chosen] = field(default_factory=list)
    outcomes: list[Outcome] = field(default_factory=list)


class Collector:
    """Makes rollouts; `generators`: one an environment, so that what it draws does not depend on the others.

    Environments do not wait for each other: whichever has moved gets its next motion, until each has made its steps.
    What is collected does not depend on which of them is faster.
    """

    def __init__(self, agent: Agent, pool: Pool, generators: Sequence[torch.Generator]) -> None:
        self._agent, self._pool, self._generators = agent, pool, generators
        self._now: list[Seen] = []
        self._sights: list[Sight] = []

    def collect(self, watch: Watcher | None = None, stop: Callable[[], bool] = lambda: False) -> Rollout:
        """`settings.steps` motions of every environment. Raises Stopped, WorkerFailed.

        watch: told of every motion in the order of (step, environment), when all are made.
        """
        steps, count = self._agent.settings.steps, len(self._pool)
        if not self._now:
            self._sights = [self._pool.fetch(k)[1] for k in range(count)]
            self._now = [self._agent.see([sight]) for sight in self._sights]
        courses = [_Course() for _ in range(count)]
        for k, course in enumerate(courses):
            self._start(k, course)
        moving = set(range(count))
        while moving:
            for k in self._pool.ready(moving):
                if stop():
                    raise Stopped
                self._end(k, courses[k])
                if len(courses[k].outcomes) < steps:
                    self._start(k, courses[k])
                else:
                    moving.remove(k)
        if watch is not None:
            for step, (k, course) in product(range(steps), enumerate(courses)):
                watch(k, course.sights[step], course.chosen[step], course.outcomes[step])
        return self._rollout(
            _by_step([c.seen for c in courses]),
            _by_step([c.chosen for c in courses]),
            _by_step([c.outcomes for c in courses]),
            count,
        )

    def _start(self, k: int, course: _Course) -> None:
        """Choose for one environment and let it move."""
        chosen = self._agent.choose(self._now[k], self._generators[k])
        self._pool.send(k, [*chosen.drawn.cells[0].tolist(), int(chosen.drawn.orientation[0])])
        course.sights.append(self._sights[k])
        course.seen.append(self._now[k])
        course.chosen.append(chosen)

    def _end(self, k: int, course: _Course) -> None:
        """Take what came of an environment's motion."""
        outcome, self._sights[k] = self._pool.fetch(k)
        assert outcome is not None
        course.outcomes.append(outcome)
        self._now[k] = self._agent.see([self._sights[k]])

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


def _by_step(courses: Sequence[Sequence[T]]) -> list[T]:
    """Of every environment one step after the other, as one list in the order of (step, environment)."""
    return [one for step in zip(*courses, strict=True) for one in step]
