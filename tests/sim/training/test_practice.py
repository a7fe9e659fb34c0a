import numpy as np
import pytest

from pg4da.policies.avn.orientations import nearest_class
from pg4da.policies.learned.window import WINDOW
from pg4da.policies.types import NoAction
from pg4da.sim.scenes.scene import Scene, SceneObject
from pg4da.sim.training import practice
from pg4da.sim.training.practice import Practice

STRAIGHT = np.array([0.0, 0.0, 0.0, 1.0])


def cubes(rng):
    """A lone target on even draws, one with a neighbour on odd ones."""
    x = float(rng.uniform(-0.2, 0.2))
    target = SceneObject("cube", (0.0, 1.0, 0.0), np.array([x, 0.5, 0.0226]), STRAIGHT)
    other = SceneObject("cube", (1.0, 0.0, 0.0), np.array([x + 0.047, 0.5, 0.0226]), STRAIGHT)
    return Scene(f"cubes-{x}", "test", (target, other), 0)


def nothing(rng):
    far = SceneObject("cube", (0.0, 1.0, 0.0), np.array([0.75, 0.9, 0.0226]), STRAIGHT)
    return Scene("far", "test", (far,), 0)


@pytest.fixture
def make(monkeypatch):
    monkeypatch.setitem(practice.SCENES, "cubes", cubes)
    monkeypatch.setitem(practice.SCENES, "nothing", nothing)
    made = []

    def build(number=0, stage="push-grasp", scenes="cubes", seed=3):
        made.append(Practice(number, stage, scenes, seed))
        return made[-1]

    yield build
    for episodes in made:
        episodes.close()


def same(one, other):
    names = ("color", "height", "maps", "grasp", "push")
    return one.corner == other.corner and all(np.array_equal(getattr(one, n), getattr(other, n)) for n in names)


def lift(sight):
    """A grasp from above at the middle of the target."""
    cells = np.flatnonzero(sight.grasp)
    down = np.array([[0.0, 1.0, 0.0], [1.0, 0.0, 0.0], [0.0, 0.0, -1.0]])
    return [int(cells[len(cells) // 2]), -1, nearest_class(down)]


def test_an_episode_is_a_function_of_its_numbers_and_motions(make):
    first, again, other = make(), make(), make(number=1)
    sight = first.begin(5)
    assert same(sight, again.begin(5))
    assert not same(sight, other.begin(5))
    assert not same(sight, other.begin(6))
    cells = np.flatnonzero(sight.push)
    motion = [int(cells[0]), int(cells[-1]), -1]
    outcomes = [episodes.move(motion) for episodes in (first, again)]
    assert outcomes[0][0] == outcomes[1][0]
    assert same(outcomes[0][1], outcomes[1][1])


def test_the_target_stands_in_the_window_where_the_maps_say(make):
    sight = make().begin(0)
    rows, cols = np.divmod(np.flatnonzero(sight.grasp), WINDOW)
    assert sight.maps[1, rows, cols].min() >= 0.5  # the target's share of these cells
    assert 0.35 < sight.maps[0, rows, cols].mean() < 0.5  # 45 mm, of which 0.1 m count as 1
    pixels = sight.color[(rows + sight.corner[0]) * 4 + 2, (cols + sight.corner[1]) * 4 + 2]
    assert (pixels[:, 1] > 100).all()
    assert not (sight.grasp & sight.push).any()


def test_a_grasp_lifts_the_target_and_ends_the_episode(make):
    episodes = make(stage="grasp")
    sight = episodes.begin(0)
    assert not sight.push.any()
    outcome, after = episodes.move(lift(sight))
    assert (outcome.success, outcome.push, outcome.ended, after) == (True, False, "lifted", None)
    assert outcome.reward == 1.0


def test_a_failed_grasp_earns_nothing_in_the_grasp_stage_and_something_in_the_other(make):
    rewards = {}
    for stage in ("grasp", "push-grasp"):
        episodes = make(stage=stage)
        sight = episodes.begin(0)
        outcome, after = episodes.move([*lift(sight)[:-1], 59 * 6])  # from the side: cannot be made
        assert (outcome.made, outcome.success, outcome.ended) == (False, False, "")
        assert after is not None
        rewards[stage] = outcome.reward
    assert rewards["grasp"] == 0.0 < rewards["push-grasp"]


def test_nothing_to_do_and_no_episode_are_told(make):
    with pytest.raises(NoAction, match="none of"):
        make(scenes="nothing").begin(0)
    with pytest.raises(RuntimeError, match="begin an episode"):
        make().move([0, -1, -1])


@pytest.mark.parametrize("name", ["strewn", "simple-clutter"])
def test_scenes_differ_and_come_back(name):
    scenes = practice.SCENES[name]
    one, two, again = (scenes(np.random.default_rng(seed)) for seed in (1, 2, 1))
    assert one.name == again.name != two.name
