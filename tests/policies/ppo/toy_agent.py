"""The agent that learns on the toy."""

from __future__ import annotations

import torch
from torch import nn

from pg4da.policies.actor_critic.network import ActorCritic, ActorCriticShape
from pg4da.policies.ppo.agent import Agent
from pg4da.policies.ppo.settings import PpoSettings

SHAPE = ActorCriticShape(middle=12, cells=(16, 16), turns=(16, 16), worth=(16, 16))
SETTINGS = PpoSettings(steps=32, minibatches=4, rate=3e-3, points=2, apart=1.5)


class Eye(nn.Module):
    """The colours as the first three of 360 heat maps, times something that can be learnt."""

    def __init__(self) -> None:
        super().__init__()
        self.gain = nn.Parameter(torch.ones(3))

    def forward(self, picture, height, corner):
        heat = torch.zeros(len(picture), 360, *picture.shape[1:3], dtype=self.gain.dtype)
        heat[:, :3] = picture.permute(0, 3, 1, 2) / 255.0 * self.gain[:, None, None]
        return heat


def toy_agent(settings: PpoSettings = SETTINGS, frozen: bool = True, double: bool = False) -> Agent:
    from toy_practice import SIZE

    torch.manual_seed(3)
    agent = Agent(Eye(), ActorCritic(SHAPE), settings, (SIZE, SIZE), frozen)
    return agent.double() if double else agent
