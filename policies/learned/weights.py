"""One file for the whole policy: the angle-view network, the actor-critic and the settings of the training."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from torch import Tensor

from pg4da.policies.actor_critic.network import ActorCritic, ActorCriticShape
from pg4da.policies.avn.checkpoints import fill
from pg4da.policies.avn.errors import WeightsError
from pg4da.policies.avn.files import Stored, read_weights, write_weights
from pg4da.policies.avn.network import Avn
from pg4da.policies.avn.shape import AvnShape
from pg4da.policies.learned.torch_network import TorchNetwork

FORMAT = "pg4da policy 1"
AVN, ACTOR = "avn.", "actor_critic."


def save_policy(path: Path, avn: Avn, actor_critic: ActorCritic, training: dict[str, Any], half: bool = False) -> None:
    """Write the policy's weights; half: as float16. training: settings and seeds, kept in the header."""
    tensors = {AVN + k: v for k, v in avn.state_dict().items()}
    tensors |= {ACTOR + k: v for k, v in actor_critic.state_dict().items()}
    if half:
        tensors = {k: v.half() if v.is_floating_point() else v for k, v in tensors.items()}
    header = {"format": FORMAT, "training": json.dumps(training)}
    header |= {"avn": json.dumps(avn.shape.to_dict()), "actor_critic": json.dumps(actor_critic.shape.to_dict())}
    write_weights(path, tensors, header)


def load_policy(path: Path) -> TorchNetwork:
    """The networks of a file that save_policy wrote. Raises WeightsError for any other, saying what it is."""
    stored = read_weights(path)
    if stored.header.get("format") != FORMAT:
        what = stored.header.get("format") or "no format of ours"
        raise WeightsError(f"{path}: not the weights of a whole policy (its header says: {what})")
    avn, actor_critic = _empty(stored)
    fill(avn, _part(stored, AVN), path)
    fill(actor_critic, _part(stored, ACTOR), path)
    return TorchNetwork(avn, actor_critic)


def _empty(stored: Stored) -> tuple[Avn, ActorCritic]:
    try:
        avn = AvnShape.from_dict(json.loads(stored.header["avn"]))
        return Avn(avn), ActorCritic(ActorCriticShape.from_dict(json.loads(stored.header["actor_critic"])))
    except (KeyError, ValueError) as error:
        raise WeightsError(f"{stored.path}: its header does not say what the networks are like ({error})") from None


def _part(stored: Stored, prefix: str) -> dict[str, Tensor]:
    """Tensors of one network; whatever has neither prefix is left in, so that it is refused."""
    known = (AVN, ACTOR)
    return {
        k.removeprefix(prefix): v for k, v in stored.tensors.items() if k.startswith(prefix) or not k.startswith(known)
    }
