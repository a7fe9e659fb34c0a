from functools import partial

import numpy as np
import pytest

gymnasium = pytest.importorskip("gymnasium")

from gymnasium.utils.env_checker import check_env  # noqa: E402

from pg4da.policies.types import NoAction  # noqa: E402
from pg4da.sim.scenes.scene import Scene, SceneObject  # noqa: E402
from pg4da.sim.training.environment import RetrievalEnv  # noqa: E402
from pg4da.sim.training.practice import strewn  # noqa: E402

STRAIGHT = np.array([0.0, 0.0, 0.0, 1.0])


def two_blocks(rng):
    x, y = rng.uniform([-0.2, 0.35], [0.2, 0.65])
    target = SceneObject("cube", (0.1, 0.8, 0.1), np.array([x, y, 0.0226]), STRAIGHT)
    other = SceneObject("cube", (0.8, 0.2, 0.1), np.array([x + 0.047, y, 0.0226]), STRAIGHT)
    return Scene(f"blocks-{x:.3f}", "test", (target, other), 0)


def far_away(rng):
    return Scene("far", "test", (SceneObject("cube", (0.1, 0.8, 0.1), np.array([0.75, 0.9, 0.0226]), STRAIGHT),), 0)


@pytest.fixture
def env():
    env = RetrievalEnv(two_blocks)
    yield env
    env.close()


@pytest.mark.filterwarnings("ignore")
def test_gymnasium_s_own_check(env):
    check_env(env, skip_render_check=True)


def test_same_seed_gives_the_same_scene_and_another_seed_another(env):
    first, info = env.reset(seed=3)
    again, same = env.reset(seed=3)
    assert info == same
    assert all(np.array_equal(first[k], again[k]) for k in first)
    assert env.reset(seed=4)[1] != info


def test_push_is_a_step(env):
    seen, _ = env.reset(seed=3)
    cells = np.flatnonzero(seen["push"])[[0, -1]]
    after, reward, terminated, truncated, info = env.step(np.array([*cells, -1, -1, -1, -1, -1]))
    assert 0.0 <= reward <= 1.0
    assert (terminated, truncated) == (False, False)
    assert set(info) == {"success", "made", "isolation", "ended"}
    assert env.observation_space.contains(after)


def test_step_before_reset_and_empty_scenes_are_refused():
    with pytest.raises(RuntimeError, match="reset"):
        RetrievalEnv(two_blocks).step(np.full(7, -1))
    with pytest.raises(NoAction, match="none of"):
        RetrievalEnv(far_away).reset(seed=0)


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")
def test_gymnasium_runs_several_in_processes():
    envs = gymnasium.vector.AsyncVectorEnv(
        [partial(RetrievalEnv, strewn), partial(RetrievalEnv, strewn)], context="spawn"
    )
    try:
        seen, _ = envs.reset(seed=[1, 2])
        assert seen["push"].shape == (2, 56, 56)
        assert not np.array_equal(seen["color"][0], seen["color"][1])
        motion = [np.flatnonzero(one)[0] for one in seen["push"]]
        _, reward, _, _, info = envs.step(np.array([[cell, -1, -1, -1, -1, -1, -1] for cell in motion]))
        assert reward.shape == (2,)
        assert len(info["made"]) == 2
    finally:
        envs.close()
