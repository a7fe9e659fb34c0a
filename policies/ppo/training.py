"""A training from its start, or from where it stopped, to its end."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from pg4da.policies.avn.errors import WeightsError
from pg4da.policies.ppo.agent import Agent
from pg4da.policies.ppo.checkpoint import load_checkpoint, save_checkpoint, told_in
from pg4da.policies.ppo.group import Group
from pg4da.policies.ppo.learner import Learner
from pg4da.policies.ppo.pool import Make, Pool, Progress
from pg4da.policies.ppo.rollout import Collector, Rollout, Stopped, Watcher
from pg4da.policies.ppo.sight import Outcome

Row = dict[str, float]
COUNTED = ("reward", "success", "pushes", "push_success", "grasps", "grasp_success", "episodes", "lifted", "made")


@dataclass(frozen=True)
class Plan:
    """environments: of each process; updates: rollouts learnt from; folder: of the checkpoints; told: kept in them.

    save_every: updates from one checkpoint to the next; there is one at the end and when stopped in any case.
    """

    environments: int
    updates: int
    seed: int
    folder: Path
    told: dict[str, Any] = field(default_factory=dict)
    save_every: int = 1


@dataclass(frozen=True)
class Mark:
    """Where everything but the networks was before a rollout."""

    progress: tuple[Progress, ...]
    states: tuple[Tensor, ...]


def checkpoint_file(folder: Path, rank: int = 0) -> Path:
    """Each process has its own, for its environments."""
    return folder / ("checkpoint.safetensors" if rank == 0 else f"checkpoint.{rank}.safetensors")


class Training:
    """listen: told a row of figures after each update; watch: every motion; stop: asked now and then.

    Alone, a stop takes effect between two motions, and what was made since the last update is made again when the
    training goes on; in a group it waits for the end of the update.
    """

    def __init__(
        self,
        agent: Agent,
        make: Make,
        plan: Plan,
        group: Group,
        listen: Callable[[Row], None] = lambda row: None,
        watch: Watcher | None = None,
        stop: Callable[[], bool] = lambda: False,
    ) -> None:
        self._agent, self._make, self._plan, self._group = agent, make, plan, group
        self._listen, self._watch, self._stop = listen, watch, stop
        self.learner = Learner(agent, group, plan.seed)
        first = group.rank * plan.environments
        self._first = first
        self._generators = [
            torch.Generator(agent.device).manual_seed(1_000_003 * (plan.seed + 1) + first + k)
            for k in range(plan.environments)
        ]
        self._progress = [Progress() for _ in range(plan.environments)]
        self._update = 0

    def resume(self) -> int:
        """Take up the checkpoint in the plan's folder; updates done. Raises WeightsError."""
        path = checkpoint_file(self._plan.folder, self._group.rank)
        told = told_in(path)
        update = told.get("update")
        if not isinstance(update, int) or told.get("environments") != self._plan.environments:
            raise WeightsError(f"{path}: of another training, with {told.get('environments')} environments a process")
        if told.get("processes") != self._group.size:
            raise WeightsError(f"{path}: of a training in {told.get('processes')} processes, not {self._group.size}")
        self._progress = load_checkpoint(path, self.learner, self._generators)
        mean = float(self._group.mean(torch.tensor(float(update), device=self._agent.device)))
        if mean != update:
            raise WeightsError(f"{path}: the processes' checkpoints are not of the same update")
        self._update = update
        return update

    def run(self) -> bool:
        """Train to the end; False where it was stopped before. Raises WorkerFailed, FloatingPointError."""
        with Pool(self._make, self._progress, self._first) as pool:
            collector = Collector(self._agent, pool, self._generators)
            mark = self._mark(pool)
            while self._update < self._plan.updates:
                try:
                    rollout = collector.collect(self._watch, self._stop if self._group.size == 1 else lambda: False)
                except Stopped:
                    self._save(mark)
                    return False
                told = self.learner.update(rollout)
                self._update += 1
                mark = self._mark(pool)
                self._listen({**self._counts(rollout), **told})
                stopped = self._group.any(self._stop())
                if stopped or self._update % self._plan.save_every == 0 or self._update == self._plan.updates:
                    self._save(mark)
                if stopped and self._update < self._plan.updates:
                    return False
        return True

    def _mark(self, pool: Pool) -> Mark:
        return Mark(tuple(p.copy() for p in pool.progress), tuple(g.get_state() for g in self._generators))

    def _save(self, mark: Mark) -> None:
        path = checkpoint_file(self._plan.folder, self._group.rank)
        counts = {"update": self._update, "environments": self._plan.environments, "processes": self._group.size}
        save_checkpoint(path, self.learner, mark.states, mark.progress, {**self._plan.told, **counts})
        self._group.wait()

    def _counts(self, rollout: Rollout) -> Row:
        """Means over the motions of all processes."""
        mean = self._group.mean(torch.tensor(_counted(rollout.outcomes), device=self._agent.device)).tolist()
        found = dict(zip(COUNTED, mean, strict=True))
        decisions = self._update * self._agent.settings.steps * self._plan.environments * self._group.size
        for kind in ("push", "grasp"):
            tried = found.pop("pushes" if kind == "push" else "grasps")
            found[f"{kind}_share"] = tried
            found[f"{kind}_success"] = found[f"{kind}_success"] / tried if tried else float("nan")
        episodes = found.pop("episodes")
        found["lifted"] = found["lifted"] / episodes if episodes else float("nan")
        return {"update": float(self._update), "decisions": float(decisions), **found}


def _counted(outcomes: Sequence[Outcome]) -> list[float]:
    """Means over the motions of what COUNTED names; those of a kind of motion over all motions too."""
    every = [
        (
            o.reward,
            float(o.success),
            float(o.push),
            float(o.push and o.success),
            float(not o.push),
            float(not o.push and o.success),
            float(bool(o.ended)),
            float(o.ended == "lifted"),
            float(o.made),
        )
        for o in outcomes
    ]
    return [sum(column) / len(every) for column in zip(*every, strict=True)]
