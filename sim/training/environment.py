"""The episodes as a Gymnasium environment, so that any learner can practise on them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import gymnasium
import numpy as np
from gymnasium import spaces
from numpy.typing import NDArray

from pg4da.policies.learned.policy import KEY_POINTS
from pg4da.policies.types import NoAction
from pg4da.sim.scenes.generator import CASE_NAMES, generate
from pg4da.sim.scenes.scene import Scene
from pg4da.sim.training.episode import Episode, Step
from pg4da.sim.training.retrieval import Retrieval

Seen = dict[str, NDArray[np.generic]]
TRIES = 20  # scenes drawn until one has something to do


def any_case(rng: np.random.Generator) -> Scene:
    """A scene of one of the paper's five cases. Raises SceneError for a seed that leads to none."""
    return generate(str(rng.choice(CASE_NAMES)), int(rng.integers(1 << 30)))


def action_space() -> spaces.MultiDiscrete:
    """Of one episode, see RetrievalEnv."""
    return spaces.MultiDiscrete([56 * 56 + 1] * KEY_POINTS + [361], start=[-1] * (KEY_POINTS + 1))


def observation_space() -> spaces.Dict:
    """Of one episode, see RetrievalEnv."""
    return spaces.Dict(
        {
            "color": spaces.Box(0, 255, (224, 224, 3), np.uint8),
            "height": spaces.Box(0.0, 0.5, (224, 224), np.float32),
            "target": spaces.MultiBinary((224, 224)),
            "grasp": spaces.MultiBinary((56, 56)),
            "push": spaces.MultiBinary((56, 56)),
        }
    )


def seen_of(episode: Episode) -> Seen:
    """An episode's last look as an observation."""
    seen, where = episode.observation, episode.places
    masks = {"target": seen.target_mask, "grasp": where.grasp, "push": where.push}
    height = np.clip(seen.height, 0.0, 0.5)
    return {"color": seen.color, "height": height, **{k: v.astype(np.int8) for k, v in masks.items()}}


def answer_of(found: Step) -> tuple[float, bool, bool, dict[str, Any]]:
    """Reward, terminated, truncated and the further figures of a motion."""
    info = {"success": found.success, "made": found.made, "isolation": found.isolation, "ended": found.ended}
    used_up = found.ended == "motions used up"
    return found.reward, bool(found.ended) and not used_up, used_up, info


class RetrievalEnv(gymnasium.Env[Seen, NDArray[np.int64]]):
    """scenes: draws a scene from a generator; arms, noise: see Retrieval.

    Action (KEY_POINTS + 1,): flat coarse cells, −1 for fewer, then the orientation, −1 for a push. Observation: color
    (224, 224, 3), height (224, 224) [m], target (224, 224), and the masks grasp, push (56, 56) of the coarse map.
    """

    def __init__(
        self, scenes: Callable[[np.random.Generator], Scene] = any_case, arms: int = 2, noise: bool = False
    ) -> None:
        self._scenes, self._arms, self._noise = scenes, arms, noise
        self._episode: Retrieval | None = None
        self.action_space, self.observation_space = action_space(), observation_space()

    def reset(self, *, seed: int | None = None, options: dict[str, Any] | None = None) -> tuple[Seen, dict[str, Any]]:
        """Another scene; the same seed gives the same one. Raises NoAction where no scene has anything to do."""
        super().reset(seed=seed)
        self.close()
        for _ in range(TRIES):
            scene = self._scenes(self.np_random)
            try:
                self._episode = Retrieval(scene, int(self.np_random.integers(1 << 30)), self._arms, self._noise)
                return self._seen(), {"scene": scene.name}
            except NoAction:
                continue
        raise NoAction(f"none of {TRIES} scenes has anything to do")

    def step(self, action: NDArray[np.int64]) -> tuple[Seen, float, bool, bool, dict[str, Any]]:
        """One motion. Raises RuntimeError before the first reset."""
        if self._episode is None:
            raise RuntimeError("reset the environment first")
        found = self._episode.step(action[:-1].tolist(), int(action[-1]))
        return self._seen(), *answer_of(found)

    def close(self) -> None:
        """Free the simulation."""
        if self._episode is not None:
            self._episode.close()
            self._episode = None

    def _seen(self) -> Seen:
        assert self._episode is not None
        return seen_of(self._episode)
