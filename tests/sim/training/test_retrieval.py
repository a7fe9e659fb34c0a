import numpy as np
import pytest

from pg4da.policies.avn.orientations import nearest_class
from pg4da.policies.types import NoAction
from pg4da.sim.scenes.scene import Scene, SceneObject
from pg4da.sim.training.episode import FAILED_GRASPS
from pg4da.sim.training.retrieval import Retrieval

STRAIGHT = np.array([0.0, 0.0, 0.0, 1.0])
GREEN, RED = (0.1, 0.8, 0.1), (0.8, 0.2, 0.1)


def scene_of(*places):
    blocks = [
        SceneObject("cube", GREEN if k == 0 else RED, np.array([x, y, 0.0226]), STRAIGHT)
        for k, (x, y) in enumerate(places)
    ]
    return Scene("blocks", "test", tuple(blocks), 0)


@pytest.fixture
def begin():
    made = []

    def start(*places, **options):
        made.append(Retrieval(scene_of(*places), **options))
        return made[-1]

    yield start
    for episode in made:
        episode.close()


def middle(episode):
    """The flat coarse cell nearest to the target's middle."""
    rows, cols = np.nonzero(episode.places.grasp)
    away = np.linalg.norm(episode.places.grid.to_world(rows, cols) - episode.places.disc.centre, axis=1)
    best = int(np.argmin(away))
    return int(rows[best] * episode.places.grid.cells + cols[best])


def upright(degrees):
    c, s = np.cos(np.radians(degrees)), np.sin(np.radians(degrees))
    return nearest_class(np.array([[c, s, 0.0], [s, -c, 0.0], [0.0, 0.0, -1.0]]))


def cells_at(episode, *points):
    index = episode.places.grid.to_cell(np.array(points))
    return (index[:, 0] * episode.places.grid.cells + index[:, 1]).tolist()


def test_lone_cube_is_lifted_and_rewarded(begin):
    episode = begin((0.1, 0.45))
    found = episode.step([middle(episode)], upright(0))
    assert (found.success, found.made, found.ended) == (True, True, "lifted")
    assert (found.reward, found.isolation) == (1.0, 1.0)


def test_push_moves_a_neighbour_away_and_is_rewarded(begin):
    neighbours = ((0.1, 0.496), (0.1, 0.404), (0.146, 0.45), (0.054, 0.45))
    episode = begin((0.1, 0.45), *neighbours)
    before = episode.observation.height.copy()
    found = episode.step(cells_at(episode, (0.165, 0.45), (0.14, 0.51)), -1)
    assert found.made
    assert found.isolation < 0.7
    assert np.abs(episode.observation.height - before).max() > 0.03
    assert found.ended == ""


def test_motion_that_cannot_be_made_fails_and_moves_nothing(begin):
    episode = begin((0.1, 0.45), (0.147, 0.45), (0.053, 0.45), (0.1, 0.497), (0.1, 0.403))
    before = episode.observation.height.copy()
    found = episode.step([middle(episode)], upright(0))
    assert (found.success, found.made, found.ended) == (False, False, "")
    assert found.reward < 0.5
    assert np.array_equal(episode.observation.height, before)


def test_five_failed_grasps_end_it_and_no_cell_is_a_failed_motion(begin):
    episode = begin((0.1, 0.45), (0.147, 0.45), (0.053, 0.45), (0.1, 0.497), (0.1, 0.403))
    ends = [episode.step([middle(episode)], upright(0)).ended for _ in range(FAILED_GRASPS - 1)]
    assert ends == [""] * (FAILED_GRASPS - 1)
    assert not episode.step([-1, -1], -1).made
    assert episode.step([middle(episode)], upright(0)).ended == "grasps failed"


def test_same_motions_give_the_same_world(begin):
    seen = []
    for _ in range(2):
        episode = begin((0.1, 0.45), (0.146, 0.45), noise=True, seed=4)
        episode.step(cells_at(episode, (0.165, 0.45), (0.14, 0.51)), -1)
        seen.append(episode.observation)
    assert np.array_equal(seen[0].color, seen[1].color)
    assert np.array_equal(seen[0].height, seen[1].height)


def test_empty_workspace_has_nothing_to_do():
    with pytest.raises(NoAction):
        Retrieval(scene_of((0.75, 0.9)))
