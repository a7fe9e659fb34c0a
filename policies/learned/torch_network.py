"""The angle-view network and the actor-critic, computed with torch."""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor

from pg4da.policies.actor_critic.network import ActorCritic
from pg4da.policies.avn.looking import heat_in
from pg4da.policies.avn.network import Avn, picture_of
from pg4da.policies.learned.places import Places
from pg4da.policies.learned.window import WINDOW, Window, further_maps
from pg4da.policies.types import Array, Observation


class TorchOpinion:
    """See Opinion. inputs (1, channels, WINDOW, WINDOW): what the actor-critic saw; places: where motions may be."""

    def __init__(self, net: ActorCritic, inputs: Tensor, window: Window, places: Places) -> None:
        self._net, self._inputs, self._window = net, inputs, window
        self._heads = net(inputs)
        grasp = torch.from_numpy(np.ascontiguousarray(places.grasp[window.cut])).flatten()[None]
        scores = self._heads.scores[0] + net.lean(inputs, grasp).view(WINDOW, WINDOW)
        self._scores = np.full(places.grasp.shape, -np.inf)
        self._scores[window.cut] = scores.double().numpy()

    @property
    def scores(self) -> Array:
        return self._scores

    @property
    def value(self) -> float:
        return float(self._heads.value[0])

    def chances(self, cell: tuple[int, int]) -> Array:
        row, col = cell[0] - self._window.top, cell[1] - self._window.left
        if not (0 <= row < WINDOW and 0 <= col < WINDOW):
            raise ValueError(f"cell {cell} lies outside the window that the network looked at")
        with torch.inference_mode():
            at = torch.tensor([row * WINDOW + col])
            raw = self._net.orientation(self._inputs, self._heads.hidden, at)
            return np.asarray(torch.softmax(raw[0].double(), dim=0).numpy(), np.float64)


class TorchNetwork:
    """Both networks in evaluation mode, on one device's CPU threads."""

    def __init__(self, avn: Avn, actor_critic: ActorCritic) -> None:
        self.avn, self.actor_critic = avn.eval(), actor_critic.eval()

    def look(self, observation: Observation, places: Places) -> TorchOpinion:
        """See Network."""
        with torch.inference_mode():
            window = Window.round(places)
            picture = picture_of(observation.color, observation.height, self.avn.shape)
            heat = heat_in(self.avn, picture, [(window.top, window.left)], WINDOW)
            inputs = inputs_of(heat, observation, places, window, self.actor_critic.shape.maps)
            return TorchOpinion(self.actor_critic, inputs, window, places)


def inputs_of(heat: Tensor, observation: Observation, places: Places, window: Window, maps: int) -> Tensor:
    """Heat in the window (1, 360, WINDOW, WINDOW), followed by height and the target's share there where maps is 2."""
    if maps == 0:
        return heat
    extra = torch.from_numpy(further_maps(observation, window, places.grid.cells))[None, :maps]
    return torch.cat([heat, extra.to(heat.dtype)], dim=1)
