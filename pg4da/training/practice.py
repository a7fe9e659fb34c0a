"""The stages that practise motions in simulation: PPO over the angle-view network's heat maps."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import torch
from numpy.typing import NDArray

from pg4da.errors import BadInput
from pg4da.policies.actor_critic.network import ActorCritic, ActorCriticShape
from pg4da.policies.avn.checkpoints import load_avn
from pg4da.policies.avn.network import Avn
from pg4da.policies.learned.weights import load_policy, save_policy
from pg4da.policies.learned.window import WINDOW
from pg4da.policies.ppo.agent import Agent, Chosen
from pg4da.policies.ppo.eye import AvnEye
from pg4da.policies.ppo.group import device
from pg4da.policies.ppo.sight import Outcome, Sight
from pg4da.policies.ppo.training import Plan, Training, checkpoint_file
from pg4da.sim.training.practice import Practice, Stage
from pg4da.training.examples import save_tiles, tile
from pg4da.training.log import StageLog
from pg4da.training.reading import stored_config
from pg4da.training.rows import Row
from pg4da.training.stages import POLICY, Run, check_fresh, store_settings

TILES, PICTURES = 4, 25  # motions in a picture of examples; such pictures over a stage


def practise(run: Run, stage: Stage) -> bool:
    """Run a stage to its end, or until it is stopped: False. Raises BadInput, WeightsError, WorkerFailed."""
    check_fresh(run, stage)
    config, folder = run.config, run.folder(stage)
    section = config.grasp if stage == "grasp" else config.push_grasp
    start = starting_policy(run) if stage == "push-grasp" else None
    source = start or run.avn_weights()
    agent = make_agent(run, source, start is not None)
    decisions = config.ppo.steps * config.environments * run.group.size
    updates = math.ceil(section.decisions / decisions)
    told = {"config": config.model_dump(mode="json"), "stage": stage, "began_with": digest(source)}
    plan = Plan(config.environments, updates, config.seed, folder, told, config.save_every)
    make = partial(
        Practice, stage=stage, scenes=section.scenes, seed=config.seed, arms=config.arms, noise=config.camera_noise
    )
    if run.resume:
        check_same(folder, told, run.group.rank)
    tell = _Telling(run, stage, updates, decisions)
    training = Training(agent, make, plan, run.group, tell.row, tell.watch, run.stop)
    done = training.resume() if run.resume else 0
    if run.group.first:
        store_settings(run)
    finished = tell.around(done, training.run)
    if finished and run.group.first:
        assert isinstance(agent.eye, AvnEye)
        save_policy(folder / POLICY, agent.eye.avn, agent.actor_critic, {**told, "decisions": updates * decisions})
    return finished


def starting_policy(run: Run) -> Path | None:
    """What the push-grasp stage begins with, None for an untrained actor-critic. Raises BadInput if it is not there."""
    if run.config.push_grasp.start == "nothing":
        return None
    file = run.folder("grasp") / POLICY
    if not file.is_file():
        raise BadInput(
            f"{file}: not there: run `pg4da train grasp --out {run.out}` first, "
            "or set `start: nothing` under push_grasp for a single stage"
        )
    return file


def make_agent(run: Run, source: Path, whole: bool) -> Agent:
    """The networks as a stage begins with them. whole: the file holds a policy, not the angle-view network alone."""
    config = run.config
    torch.manual_seed(config.seed)
    sizes = config.network
    shape = ActorCriticShape(**sizes.model_dump())
    avn: Avn
    if whole:
        policy = load_policy(source)
        avn, actor_critic = policy.avn, policy.actor_critic
        if actor_critic.shape != shape:
            raise BadInput(f"{source}: its actor-critic is {actor_critic.shape}, the training file's {shape}")
    else:
        avn, actor_critic = load_avn(source), ActorCritic(shape)
    agent = Agent(AvnEye(avn), actor_critic, config.ppo, (WINDOW, WINDOW), config.backbone == "frozen")
    agent.to(device())
    return agent


def digest(file: Path) -> str:
    """Of the bytes, so that a training is not resumed on other weights than it began with."""
    return hashlib.sha256(file.read_bytes()).hexdigest()[:16]


def check_same(folder: Path, told: dict[str, Any], rank: int) -> None:
    """Raises BadInput where the checkpoint is of another stage, other settings or other starting weights."""
    from pg4da.policies.ppo.checkpoint import told_in

    path = checkpoint_file(folder, rank)
    before = told_in(path)
    if stored_config(before, path).model_dump(mode="json") != told["config"]:
        raise BadInput(f"{path}: a training with other settings; resume without --config")
    for key, what in (("stage", "of another stage"), ("began_with", "begun with other weights")):
        if before.get(key) != told[key]:
            raise BadInput(f"{path}: a training {what}")


class _Telling:
    """Log, page and pictures of a stage, in the first process alone."""

    def __init__(self, run: Run, stage: Stage, updates: int, decisions: int) -> None:
        self._run, self._stage, self._updates, self._decisions = run, stage, updates, decisions
        self._log: StageLog | None = None
        self._tiles: list[NDArray[Any]] = []
        self._update, self._due = 0, 0

    def around(self, done: int, train: Callable[[], bool]) -> bool:
        """Train with the log open."""
        self._update = self._due = done
        if not self._run.group.first:
            return train()
        folder = self._run.folder(self._stage)
        total = self._updates * self._decisions
        with StageLog(folder, self._stage, total, "decisions", done * self._decisions) as self._log:
            finished = train()
            self._log.say("done" if finished else "stopped and saved; --resume goes on from here")
        return finished

    def row(self, row: Row) -> None:
        self._update = int(row["update"])
        if self._log is not None:
            self._log.row(int(row["decisions"]), row)

    def watch(self, number: int, sight: Sight, chosen: Chosen, outcome: Outcome) -> None:
        """Keep the first motions after every so many updates as a picture."""
        if self._log is None or self._update < self._due:
            return
        motion = [*chosen.drawn.cells[0].tolist(), int(chosen.drawn.orientation[0])]
        self._tiles.append(tile(sight, motion, outcome))
        if len(self._tiles) == TILES:
            name = f"{self._update * self._decisions:08d}.png"
            save_tiles(self._run.folder(self._stage) / "examples" / name, self._tiles)
            self._tiles = []
            self._due = self._update + max(1, self._updates // PICTURES)


def with_settings(run: Run, name: str, **changes: Any) -> Run:
    """The same training with other settings in a folder of its own inside the run's; `resume` where it was begun."""
    config = run.config.model_copy(update=changes)
    return replace(run, config=config, out=run.out / name)
