"""The angle-view network and the actor-critic, computed with torch."""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor

from pg4da.policies.actor_critic.network import ActorCritic
from pg4da.policies.avn.network import Avn, normalised
from pg4da.policies.learned.places import Places
from pg4da.policies.learned.window import WINDOW, Window, further_maps
from pg4da.policies.types import Array, Observation


class TorchOpinion:
    """See Opinion. inputs (1, channels, WINDOW, WINDOW): what the actor-critic saw."""

    def __init__(self, net: ActorCritic, inputs: Tensor, window: Window, cells: int) -> None:
        self._net, self._inputs, self._window = net, inputs, window
        self._heads = net(inputs)
        self._scores = np.full((cells, cells), -np.inf)
        self._scores[window.cut] = self._heads.scores[0].double().numpy()

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
            heat = self.avn(normalised(observation.color))
            window = Window.round(places)
            inputs = inputs_of(heat, observation, places, window, self.actor_critic.shape.maps)
            return TorchOpinion(self.actor_critic, inputs, window, places.grid.cells)


def inputs_of(heat: Tensor, observation: Observation, places: Places, window: Window, maps: int) -> Tensor:
    """Window of the heat maps (1, 360, n, n), followed by that of the height and the target's share where maps is 2."""
    cut = (..., *window.cut)
    if maps == 0:
        return heat[cut]
    extra = torch.from_numpy(further_maps(observation, window, places.grid.cells))[None, :maps]
    return torch.cat([heat[cut], extra.to(heat.dtype)], dim=1)
