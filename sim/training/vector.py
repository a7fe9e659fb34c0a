"""Many episodes at once as a Gymnasium vector environment: their physics is stepped together by mujoco-warp."""

from __future__ import annotations

import gc
from collections.abc import Callable
from typing import Any

import numpy as np
from gymnasium.vector import AutoresetMode, VectorEnv
from gymnasium.vector.utils import batch_space
from numpy.typing import NDArray

from pg4da.policies.types import NoAction
from pg4da.sim.scenes.scene import Scene
from pg4da.sim.training.environment import Seen, action_space, answer_of, any_case, observation_space, seen_of
from pg4da.sim.training.episode import TICK, Course, Step
from pg4da.sim.training.retrieval import Retrieval
from pg4da.sim.training.turning import turned
from pg4da.sim.warp.capacity import Capacity
from pg4da.sim.warp.loading import check_device
from pg4da.sim.warp.lockstep import Lockstep

TRIES = 20  # scenes drawn until one has something to do
LAYOUTS = 4  # of a scene, likewise
Flags = NDArray[np.bool_]
Answer = tuple[Seen, NDArray[np.float64], Flags, Flags, dict[str, Any]]


class RetrievalVectorEnv(VectorEnv[Seen, NDArray[np.int64], NDArray[np.generic]]):
    """`num_envs` of what RetrievalEnv is, in worlds on one `device`: "cpu", or "cuda:0" and so on.

    `reset` draws a scene from `scenes`; all worlds play it until the next, in each episode laid out anew by `variant`,
    which must keep the objects. A world whose episode has ended begins another in the next `step`, which ignores its
    action and rewards 0 (Gymnasium's NEXT_STEP). arms, noise: see Retrieval; capacity: room for contacts.
    Raises DeviceError where mujoco-warp or the device is missing; `step` raises WorldsError.
    """

    metadata = {"autoreset_mode": AutoresetMode.NEXT_STEP, "render_modes": []}  # noqa: RUF012

    def __init__(
        self,
        num_envs: int,
        scenes: Callable[[np.random.Generator], Scene] = any_case,
        *,
        variant: Callable[[Scene, np.random.Generator], Scene] = turned,
        device: str = "cpu",
        arms: int = 2,
        noise: bool = False,
        capacity: Capacity | None = None,
    ) -> None:
        check_device(device)
        self.num_envs, self._scenes, self._variant = num_envs, scenes, variant
        self._device, self._arms, self._noise, self._capacity = device, arms, noise, capacity
        self._episodes: list[Retrieval] = []
        self.single_action_space, self.single_observation_space = action_space(), observation_space()
        self.action_space = batch_space(self.single_action_space, num_envs)
        self.observation_space = batch_space(self.single_observation_space, num_envs)

    def reset(self, *, seed: int | None = None, options: dict[str, Any] | None = None) -> tuple[Seen, dict[str, Any]]:
        """Another scene, a new episode in every world; the same seed gives the same ones. `options` are not used.

        Raises NoAction where no scene has anything to do.
        """
        super().reset(seed=seed)
        for _ in range(TRIES):
            self._scene = self._scenes(self.np_random)
            self._rngs = self.np_random.spawn(self.num_envs)
            try:
                self._begin_all()
            except NoAction:
                continue
            return self._seen(), self._infos([{"scene": self._scene.name}] * self.num_envs)
        raise NoAction(f"none of {TRIES} scenes has anything to do in every world")

    def step(self, actions: NDArray[np.int64]) -> Answer:
        """A motion (KEY_POINTS + 1,) in each world. Raises RuntimeError before a reset, WorldsError, NoAction."""
        if not self._episodes:
            raise RuntimeError("reset the environment first")
        for world in np.flatnonzero(self._over):
            self._begin(int(world))
        if self._over.any():
            gc.collect()
        going = np.flatnonzero(~self._over)
        courses = {int(w): self._motion(int(w), actions[w]) for w in going}
        return self._answer(self._lockstep.through(courses, TICK))

    def close_extras(self, **_: Any) -> None:
        """Free the simulations."""
        for episode in self._episodes:
            episode.close()
        self._episodes = []
        gc.collect()  # a simulation's objects hold each other

    def _begin_all(self) -> None:
        self.close_extras()
        self._episodes = [self._new(rng) for rng in self._rngs]
        self._lockstep = Lockstep([episode.cell for episode in self._episodes], self._device, self._capacity)
        self._over = np.zeros(self.num_envs, bool)

    def _begin(self, world: int) -> None:
        self._episodes[world].close()
        self._episodes[world] = self._new(self._rngs[world])
        self._lockstep.replace(world, self._episodes[world].cell)

    def _new(self, rng: np.random.Generator) -> Retrieval:
        """An episode of the scene that has something to do; it settles and is first looked at by itself."""
        for _ in range(LAYOUTS):
            try:
                return Retrieval(self._variant(self._scene, rng), int(rng.integers(1 << 30)), self._arms, self._noise)
            except NoAction:
                continue
        raise NoAction(f"none of {LAYOUTS} layouts of {self._scene.name} has anything to do")

    def _motion(self, world: int, action: NDArray[np.int64]) -> Course[Step]:
        return self._episodes[world].motion(action[:-1].tolist(), int(action[-1]))

    def _answer(self, found: dict[int, Step]) -> Answer:
        answers = [answer_of(found[w]) if w in found else (0.0, False, False, {}) for w in range(self.num_envs)]
        rewards, terminated, truncated, infos = zip(*answers, strict=True)
        ended, used_up = np.array(terminated, bool), np.array(truncated, bool)
        self._over = ended | used_up
        return self._seen(), np.array(rewards, float), ended, used_up, self._infos(list(infos))

    def _seen(self) -> Seen:
        each = [seen_of(episode) for episode in self._episodes]
        return {key: np.stack([one[key] for one in each]) for key in each[0]}

    def _infos(self, each: list[dict[str, Any]]) -> dict[str, Any]:
        infos: dict[str, Any] = {}
        for world, info in enumerate(each):
            infos = self._add_info(infos, info, world)
        return infos
