"""What the learned policy asks its network, whatever the network is computed with."""

from __future__ import annotations

from typing import Protocol

from pg4da.policies.learned.places import Places
from pg4da.policies.types import Array, Observation


class Opinion(Protocol):
    """The network's view of one observation."""

    @property
    def scores(self) -> Array:
        """Feature map (n, n) of the coarse map: log-weights of the cells; −inf where the network did not look."""
        ...

    @property
    def value(self) -> float:
        """The critic's expected reward."""
        ...

    def chances(self, cell: tuple[int, int]) -> Array:
        """Probabilities (360,) of the orientations for a grasp at a coarse cell."""
        ...


class Network(Protocol):
    """Weights that can be asked. torch is one way to compute them; another must give the same within a tolerance."""

    def look(self, observation: Observation, places: Places) -> Opinion:
        """The opinion of an observation, looked at round `places.disc`."""
        ...
