"""Pushes tried from one state all at once, each in a world of its own."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import mujoco

from pg4da.policies.types import Push
from pg4da.sim.scenes.scene import Scene
from pg4da.sim.training.tries import TICK, Tries
from pg4da.sim.warp.capacity import Capacity
from pg4da.sim.warp.lockstep import Lockstep


class Wave:
    """`size` worlds of a scene on a device, see Worlds. Raises DeviceError."""

    def __init__(self, scene: Scene, size: int, device: str, capacity: Capacity | None = None) -> None:
        self._tries = [Tries(scene) for _ in range(size)]
        self._lockstep = Lockstep([tries.cell for tries in self._tries], device, capacity)

    def ends(self, state: mujoco.MjData, pushes: Sequence[Push]) -> Iterator[mujoco.MjData]:
        """Where each push leads from a state that `Tries.kept` gave, in their order. Raises WorldsError."""
        size = len(self._tries)
        for first in range(0, len(pushes), size):
            yield from self._made(state, pushes[first : first + size])

    def _made(self, state: mujoco.MjData, pushes: Sequence[Push]) -> list[mujoco.MjData]:
        for tries in self._tries:
            tries.restore(state)
        self._lockstep.through({world: self._tries[world].course(push) for world, push in enumerate(pushes)}, TICK)
        return [self._tries[world].kept() for world in range(len(pushes))]
