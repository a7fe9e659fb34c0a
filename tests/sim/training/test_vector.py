"""Episodes in worlds that are stepped together, on Warp's CPU device."""

import numpy as np
import pytest

gymnasium = pytest.importorskip("gymnasium")
pytest.importorskip("mujoco_warp")

from pg4da.hardware.errors import DeviceError  # noqa: E402
from pg4da.policies.avn.orientations import nearest_class  # noqa: E402
from pg4da.policies.types import NoAction  # noqa: E402
from pg4da.sim.scenes.scene import Scene, SceneObject  # noqa: E402
from pg4da.sim.training import vector  # noqa: E402
from pg4da.sim.training.environment import RetrievalEnv  # noqa: E402
from pg4da.sim.training.vector import RetrievalVectorEnv  # noqa: E402

STRAIGHT = np.array([0.0, 0.0, 0.0, 1.0])
ACROSS = nearest_class(np.array([[0.0, 1.0, 0.0], [1.0, 0.0, 0.0], [0.0, 0.0, -1.0]]))


def cubes(rng):
    x, y = rng.uniform([-0.1, 0.4], [0.1, 0.6])
    places = ((x, y), (x + 0.046, y), (x + 0.15, y + 0.1))
    colors = ((0.1, 0.8, 0.1), (0.8, 0.2, 0.1), (0.8, 0.2, 0.1))
    objects = [
        SceneObject("cube", color, np.array([*place, 0.0226]), STRAIGHT)
        for color, place in zip(colors, places, strict=True)
    ]
    return Scene(f"cubes-{x:.3f}", "test", tuple(objects), 0)


def as_it_is(scene, rng):
    return scene


def far_away(rng):
    return Scene("far", "test", (SceneObject("cube", (0.1, 0.8, 0.1), np.array([0.75, 0.9, 0.0226]), STRAIGHT),), 0)


@pytest.fixture
def envs():
    envs = RetrievalVectorEnv(2, cubes, variant=as_it_is)
    yield envs
    envs.close()


def first_motions(seen):
    """World 0 grasps the target in its middle, world 1 pushes."""
    rows, cols = np.nonzero(seen["grasp"][0])
    pushes = np.flatnonzero(seen["push"][1])
    middle = round(float(rows.mean())) * 56 + round(float(cols.mean()))
    return np.array([[middle, -1, -1, -1, -1, -1, ACROSS], [pushes[0], pushes[-1], -1, -1, -1, -1, -1]])


def same(one, other):
    return all(np.array_equal(one[key], other[key]) for key in one)


def test_spaces_are_those_of_one_episode_batched(envs):
    one = RetrievalEnv(cubes)
    assert envs.single_observation_space == one.observation_space
    assert envs.single_action_space == one.action_space
    assert envs.metadata["autoreset_mode"] is gymnasium.vector.AutoresetMode.NEXT_STEP
    seen, info = envs.reset(seed=3)
    assert envs.observation_space.contains(seen)
    assert envs.action_space.contains(envs.action_space.sample())
    assert info["scene"][0] == info["scene"][1]
    again, _ = envs.reset(seed=3)
    assert same(seen, again)
    other, _ = envs.reset(seed=4)
    assert not same(seen, other)


def test_worlds_are_laid_out_differently():
    envs = RetrievalVectorEnv(3, cubes)
    seen, _ = envs.reset(seed=1)
    envs.close()
    assert len({one.tobytes() for one in seen["height"]}) == 3


def test_what_is_missing_is_told_at_once(monkeypatch):
    monkeypatch.setattr(vector, "TRIES", 2)
    with pytest.raises(DeviceError, match="no device 'cuda:99'"):
        RetrievalVectorEnv(2, cubes, device="cuda:99")
    envs = RetrievalVectorEnv(2, far_away)
    with pytest.raises(RuntimeError, match="reset"):
        envs.step(np.full((2, 7), -1))
    with pytest.raises(NoAction, match="none of"):
        envs.reset(seed=0)


@pytest.fixture(scope="module")
def played():
    envs = RetrievalVectorEnv(2, cubes, variant=as_it_is)
    seen, _ = envs.reset(seed=3)
    yield envs, seen, envs.step(first_motions(seen))
    envs.close()


@pytest.mark.slow
@pytest.mark.xdist_group("warp")
def test_same_seed_and_motions_give_the_same_again(envs, played):
    seen, _ = envs.reset(seed=3)
    again = envs.step(first_motions(seen))
    assert same(played[2][0], again[0])
    assert np.array_equal(played[2][1], again[1])


@pytest.mark.slow
@pytest.mark.xdist_group("warp")
def test_episode_ends_and_the_next_begins_in_the_step_after(played):
    envs, seen, (after, rewards, terminated, truncated, info) = played
    assert envs.observation_space.contains(after)
    assert terminated.tolist() == [True, False]
    assert truncated.tolist() == [False, False]
    assert info["ended"].tolist() == ["lifted", ""]
    assert (rewards[0] > 0.5, info["made"].tolist()) == (True, [True, True])
    nothing = np.full((2, 7), -1)
    begun, rewards, terminated, _, info = envs.step(nothing)
    assert (rewards[0], terminated.tolist(), info["_made"].tolist()) == (0.0, [False, False], [False, True])
    assert np.array_equal(begun["height"][0], seen["height"][0])
    assert np.array_equal(begun["height"][1], after["height"][1])
