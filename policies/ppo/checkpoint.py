"""Checkpoints from which a training goes on bit for bit: numbers in safetensors, the rest as JSON in its header."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from pg4da.policies.avn.checkpoints import fill
from pg4da.policies.avn.errors import WeightsError
from pg4da.policies.avn.files import Stored, read_weights, write_weights
from pg4da.policies.ppo.agent import Agent
from pg4da.policies.ppo.learner import Learner
from pg4da.policies.ppo.pool import Progress

FORMAT = "pg4da training 1"
AGENT, ADAM, ENVIRONMENT, ORDER = "agent.", "adam.", "random.environment.", "random.order"


def save_checkpoint(
    path: Path, learner: Learner, states: Sequence[Tensor], progress: Sequence[Progress], told: dict[str, Any]
) -> None:
    """Write everything that the next update depends on.

    states: of each environment's generator; told: settings and counts, kept in the header. A frozen eye is not in it:
    it is whatever the settings name.
    """
    agent = learner.agent
    tensors = {AGENT + name: p.detach() for name, p in agent.learnt().items()}
    for name, p in agent.learnt().items():
        tensors |= {f"{ADAM}{key}.{name}": torch.as_tensor(v) for key, v in learner.adam.state.get(p, {}).items()}
    tensors |= {f"{ENVIRONMENT}{k}": state for k, state in enumerate(states)}
    tensors[ORDER] = learner.order.get_state()
    environments = [{"episode": p.episode, "motions": p.motions} for p in progress]
    write_weights(path, tensors, {"format": FORMAT, "told": json.dumps(told), "environments": json.dumps(environments)})


def told_in(path: Path) -> dict[str, Any]:
    """What save_checkpoint was told. Raises WeightsError for any other file."""
    return _told(_stored(path))


def load_checkpoint(path: Path, learner: Learner, generators: Sequence[torch.Generator]) -> list[Progress]:
    """Put everything back; where the environments were. Raises WeightsError for what does not fit, changing nothing."""
    stored = _stored(path)
    progress = _progress(stored, len(generators))
    agent, adam = learner.agent, _moments(stored, learner)
    states = [_state(stored, f"{ENVIRONMENT}{k}") for k in range(len(generators))]
    order = _state(stored, ORDER)
    _fill(agent, stored)
    learner.adam.state.update(adam)
    for generator, state in zip([*generators, learner.order], [*states, order], strict=True):
        generator.set_state(state)
    return progress


def _stored(path: Path) -> Stored:
    stored = read_weights(path)
    if stored.header.get("format") != FORMAT:
        what = stored.header.get("format") or "no format of ours"
        raise WeightsError(f"{path}: not a training's checkpoint (its header says: {what})")
    return stored


def _told(stored: Stored) -> dict[str, Any]:
    try:
        told = json.loads(stored.header["told"])
    except (KeyError, ValueError) as error:
        raise WeightsError(f"{stored.path}: its header does not say what it is of ({error})") from None
    if not isinstance(told, dict):
        raise WeightsError(f"{stored.path}: its header does not say what it is of")
    return told


def _progress(stored: Stored, count: int) -> list[Progress]:
    try:
        read = json.loads(stored.header["environments"])
        progress = [Progress(int(p["episode"]), [[int(m) for m in motion] for motion in p["motions"]]) for p in read]
    except (KeyError, ValueError, TypeError) as error:
        raise WeightsError(f"{stored.path}: its header does not say where the environments were ({error})") from None
    if len(progress) != count:
        raise WeightsError(f"{stored.path}: of {len(progress)} environments a process, not {count}")
    return progress


def _moments(stored: Stored, learner: Learner) -> dict[Tensor, dict[str, Tensor]]:
    """Adam's state of every parameter; empty before the first update."""
    found: dict[Tensor, dict[str, Tensor]] = {}
    for name, p in learner.agent.learnt().items():
        state = {key: stored.tensors.get(f"{ADAM}{key}.{name}") for key in ("step", "exp_avg", "exp_avg_sq")}
        whole = {key: value for key, value in state.items() if value is not None}
        if not whole:
            continue
        if len(whole) != len(state) or any(v.shape not in (p.shape, torch.Size()) for v in whole.values()):
            raise WeightsError(f"{stored.path}: the optimiser's state of {name} does not fit")
        found[p] = {key: v.to(p.device) if key != "step" else v for key, v in whole.items()}
    return found


def _state(stored: Stored, name: str) -> Tensor:
    state = stored.tensors.get(name)
    if state is None or state.dtype != torch.uint8:
        raise WeightsError(f"{stored.path}: lacks {name}, the state of random numbers")
    return state


def _fill(agent: Agent, stored: Stored) -> None:
    """The parameters that are learnt; all others keep their values."""
    learnt = set(agent.learnt())
    kept = {name: v for name, v in agent.state_dict().items() if name not in learnt}
    held = {name.removeprefix(AGENT): v for name, v in stored.tensors.items() if name.startswith(AGENT)}
    foreign = set(held) & set(kept)
    if foreign:
        raise WeightsError(f"{stored.path}: holds {min(foreign)}, which this training leaves as it is")
    fill(agent, {**kept, **held}, stored.path)
