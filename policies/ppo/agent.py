"""The networks that learn: an eye that makes heat maps of a picture, and the actor-critic that chooses a motion."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields

import numpy as np
import torch
from torch import Tensor, nn

from pg4da.policies.actor_critic.choice import Drawn, Masks, MotionChoice, close_pairs
from pg4da.policies.actor_critic.gaussian import GaussianChoice, decoded
from pg4da.policies.actor_critic.network import ORIENTATIONS, ActorCritic, Heads
from pg4da.policies.ppo.loss import Judged
from pg4da.policies.ppo.settings import PpoSettings
from pg4da.policies.ppo.sight import Sight

SPREAD = -1.0  # log of the Gaussian's standard deviation at the start


@dataclass(frozen=True)
class Seen:
    """Sights as tensors, b of each. heat (b, 360, h, w): of a frozen eye; color, height: what another one needs."""

    corner: Tensor
    maps: Tensor
    grasp: Tensor
    push: Tensor
    heat: Tensor | None = None
    color: Tensor | None = None
    height: Tensor | None = None

    def at(self, index: Tensor, device: torch.device) -> Seen:
        """Some of them, on a device."""
        return Seen(**{k: v if v is None else v[index].to(device) for k, v in self._tensors().items()})

    @classmethod
    def joined(cls, parts: Sequence[Seen]) -> Seen:
        """All parts in one, on the CPU."""
        every = [part._tensors() for part in parts]
        return cls(**{k: None if v is None else torch.cat([e[k] for e in every]).cpu() for k, v in every[0].items()})

    def _tensors(self) -> dict[str, Tensor | None]:
        return {field.name: getattr(self, field.name) for field in fields(self)}


@dataclass(frozen=True)
class Chosen:
    """action: what learning sees, (b, points + 1) or (b, n + 360); drawn: what is made; log_prob, value (b,)."""

    action: Tensor
    drawn: Drawn
    log_prob: Tensor
    value: Tensor


class Agent(nn.Module):
    """eye: from colours (b, n, n, 3) uint8, heights (b, n, n) and corners (b, 2) to heat (b, 360, h, w); size: h and w.

    A frozen eye looks once at each sight and is no part of what is learnt. It is in evaluation mode in any case.
    """

    def __init__(
        self, eye: nn.Module, actor_critic: ActorCritic, settings: PpoSettings, size: tuple[int, int], frozen: bool
    ) -> None:
        super().__init__()
        self.eye, self.actor_critic, self.settings, self.frozen = (
            eye.eval().requires_grad_(not frozen),
            actor_critic,
            settings,
            frozen,
        )
        if settings.action == "gaussian":
            self.log_spread = nn.Parameter(torch.tensor(SPREAD))
        self.register_buffer("close", close_pairs(*size, settings.apart), persistent=False)

    def learnt(self) -> dict[str, nn.Parameter]:
        """Parameters that change."""
        return {name: p for name, p in self.named_parameters() if p.requires_grad}

    @property
    def device(self) -> torch.device:
        return next(self.actor_critic.parameters()).device

    def train(self, mode: bool = True) -> Agent:
        """The eye's statistics of batches stay as they are: batches of a rollout look alike."""
        super().train(mode)
        self.eye.eval()
        return self

    def see(self, sights: Sequence[Sight]) -> Seen:
        """Sights as tensors; a frozen eye looks at them now, and what it makes of them is kept in half precision."""
        device, dtype = self.device, next(self.actor_critic.parameters()).dtype
        color = torch.from_numpy(np.stack([s.color for s in sights]))
        height = torch.from_numpy(np.stack([s.height for s in sights]))
        corner = torch.tensor([s.corner for s in sights], device=device)
        maps = torch.from_numpy(np.stack([s.maps for s in sights])).to(device, dtype)
        grasp, push = (
            torch.from_numpy(np.stack([getattr(s, k) for s in sights])).to(device) for k in ("grasp", "push")
        )
        if self.frozen:
            with torch.no_grad():
                return Seen(corner, maps, grasp, push, heat=self.eye(color, height, corner).half())
        return Seen(corner, maps, grasp, push, color=color, height=height)

    def choose(self, seen: Seen, generator: torch.Generator | None, best: bool = False) -> Chosen:
        """A motion for each, drawn at random or the likeliest."""
        with torch.no_grad():
            x, heads, masks = self._look(seen)
            if self.settings.action == "gaussian":
                gaussian = self._gaussian(x, heads, masks)
                action = gaussian.mean if best else gaussian.sample(generator)
                drawn = decoded(action, masks, x[:, :ORIENTATIONS].flatten(2), self.settings.points)
                return Chosen(action, drawn, gaussian.log_prob(action), heads.value)
            choice = self._choice(x, heads, masks)
            drawn = choice.best() if best else choice.sample(generator)
            action = torch.cat([drawn.cells, drawn.orientation[:, None]], dim=1)
            return Chosen(action, drawn, choice.log_prob(drawn), heads.value)

    def judge(self, seen: Seen, action: Tensor) -> Judged:
        """What the networks think now of actions that were chosen before."""
        x, heads, masks = self._look(seen)
        if self.settings.action == "gaussian":
            gaussian = self._gaussian(x, heads, masks)
            return Judged(gaussian.log_prob(action), gaussian.entropy(), heads.value)
        choice = self._choice(x, heads, masks)
        return Judged(choice.log_prob(Drawn(action[:, :-1], action[:, -1])), choice.entropy(), heads.value)

    def value(self, seen: Seen) -> Tensor:
        """The critic's values (b,)."""
        with torch.no_grad():
            return self._look(seen)[1].value

    def _look(self, seen: Seen) -> tuple[Tensor, Heads, Masks]:
        heat = self.eye(seen.color, seen.height, seen.corner) if seen.heat is None else seen.heat
        maps = seen.maps[:, : self.actor_critic.shape.maps]
        x = torch.cat([heat.to(maps.dtype), maps], dim=1)
        return x, self.actor_critic(x), Masks(seen.grasp, seen.push, self.close)

    def _choice(self, x: Tensor, heads: Heads, masks: Masks) -> MotionChoice:
        def turns(cell: Tensor) -> Tensor:
            return self.actor_critic.orientation(x, heads.hidden, cell)

        scores = heads.scores.flatten(1) + self.actor_critic.lean(x, masks.grasp)
        return MotionChoice(scores, masks, turns, self.settings.points)

    def _gaussian(self, x: Tensor, heads: Heads, masks: Masks) -> GaussianChoice:
        """As in the paper: every cell of the feature map and an addition to each orientation, from the whole window."""
        net = self.actor_critic
        scores = heads.scores.flatten(1) + net.lean(x, masks.grasp)
        turns = net.shape.turning * net.turns(heads.hidden.mean(dim=(2, 3)))
        return GaussianChoice(torch.cat([scores, turns], dim=1), self.log_spread)
