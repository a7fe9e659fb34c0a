"""One episode of retrieving the target with two floating grippers: what the learned policy practises on."""

from __future__ import annotations

from collections.abc import Sequence

from pg4da.sim.cell import MujocoCell
from pg4da.sim.scenes.scene import Scene
from pg4da.sim.training.episode import TICK, Course, Episode, Step, T


class Retrieval(Episode):
    """An episode on a scene in a simulation of its own; close it when done.

    Raises NoAction at the start where the scene has nothing to do.
    """

    def __init__(self, scene: Scene, seed: int = 0, arms: int = 2, noise: bool = False) -> None:
        super().__init__(MujocoCell(scene, seed=seed, arms=False, camera_noise=noise), seed, arms)
        self._through(self.look())

    def step(self, cells: Sequence[int], orientation: int) -> Step:
        """See `Episode.motion`."""
        return self._through(self.motion(cells, orientation))

    def _through(self, course: Course[T]) -> T:
        """Let time pass until the course has ended."""
        while True:
            try:
                next(course)
            except StopIteration as end:
                return end.value  # type: ignore[no-any-return]
            self.cell.advance(TICK)
