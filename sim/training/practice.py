"""Episodes of retrieval as the learner of motions sees them: windows of the map, numbered episodes, one seed."""

from __future__ import annotations

import gc
from collections.abc import Callable, Sequence
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from pg4da.policies.learned.window import WINDOW, Window, further_maps
from pg4da.policies.ppo.sight import Outcome, Sight
from pg4da.policies.types import NoAction
from pg4da.sim.scenes.errors import SceneError
from pg4da.sim.scenes.generator import CASE_NAMES, generate
from pg4da.sim.scenes.scene import Scene
from pg4da.sim.training.retrieval import Retrieval
from pg4da.sim.training.scatter import scattered

Stage = Literal["grasp", "push-grasp"]
SceneOf = Callable[[np.random.Generator], Scene]
TRIES = 20  # scenes drawn until one has something to do
SIMPLE = CASE_NAMES[:2]  # one layer of blocks, packed round the target


def strewn(rng: np.random.Generator) -> Scene:
    """Blocks strewn over the table: the paper's scenes for the grasp stage (Fig. 8, left)."""
    return scattered(int(rng.integers(1 << 30)))


def simple_clutter(rng: np.random.Generator) -> Scene:
    """Blocks packed round the target: the paper's scenes for the push-grasp stage (Fig. 8, right)."""
    return generate(str(rng.choice(SIMPLE)), int(rng.integers(1 << 30)))


def all_cases(rng: np.random.Generator) -> Scene:
    """A scene of any of the paper's five cases; some take seconds to make."""
    return generate(str(rng.choice(CASE_NAMES)), int(rng.integers(1 << 30)))


SCENES: dict[str, SceneOf] = {"strewn": strewn, "simple-clutter": simple_clutter, "all-cases": all_cases}


class Practice:
    """Episodes for environment `number` of a stage; the same numbers and seed give the same again.

    In the grasp stage only grasps may be made, and a motion earns 1 if it lifts the target and 0 if not; in the
    push-grasp stage it earns the fuzzy reward. scenes: a key of SCENES; arms: 1 for single paths only.
    """

    def __init__(self, number: int, stage: Stage, scenes: str, seed: int, arms: int = 2, noise: bool = False) -> None:
        self._number, self._stage, self._scenes, self._seed = number, stage, SCENES[scenes], seed
        self._arms, self._noise = arms, noise
        self._episode: Retrieval | None = None
        self._window = Window(0, 0)

    def begin(self, number: int) -> Sight:
        """See Episodes. Raises NoAction where no scene has anything to do."""
        rng = np.random.default_rng([self._seed, self._number, number])
        for _ in range(TRIES):
            self.close()
            try:
                scene = self._scenes(rng)
                self._episode = Retrieval(scene, int(rng.integers(1 << 30)), self._arms, self._noise)
                return self._look(self._episode)
            except (NoAction, SceneError):
                continue
        raise NoAction(f"none of {TRIES} scenes has anything to do")

    def move(self, motion: Sequence[int]) -> tuple[Outcome, Sight | None]:
        """See Episodes. Raises RuntimeError before the first episode."""
        if self._episode is None:
            raise RuntimeError("begin an episode first")
        cells = [self._on_map(cell) for cell in motion[:-1] if cell >= 0]
        push = motion[-1] < 0
        step = self._episode.step(cells, motion[-1])
        reward = float(step.success) if self._stage == "grasp" else step.reward
        ended, sight = step.ended, None
        if not ended:
            try:
                sight = self._look(self._episode)
            except NoAction as nothing:
                ended = str(nothing)
        return Outcome(reward, step.success, push, step.made, ended), sight

    def close(self) -> None:
        """Free the simulation."""
        if self._episode is not None:
            self._episode.close()
            self._episode = None
            gc.collect()  # a simulation's objects hold each other: without this a worker grows with its episodes

    def _look(self, episode: Retrieval) -> Sight:
        seen, where = episode.observation, episode.places
        window = self._window = Window.round(where)
        grasp, push = (np.ascontiguousarray(m[window.cut]).ravel() for m in (where.grasp, where.push))
        if self._stage == "grasp":
            push = np.zeros_like(push)
        if not (grasp | push).any():
            raise NoAction("nowhere to move in the window")
        maps = further_maps(seen, window, where.grid.cells)
        return Sight(seen.color, _half(seen.height), (window.top, window.left), maps, grasp, push)

    def _on_map(self, cell: int) -> int:
        """A cell of the window as one of the whole map."""
        row, col = divmod(cell, WINDOW)
        assert self._episode is not None
        return (row + self._window.top) * self._episode.places.grid.cells + col + self._window.left


def _half(height: NDArray[np.float32]) -> NDArray[np.float16]:
    return np.asarray(height, np.float16)  # 0.03 mm at 50 mm
