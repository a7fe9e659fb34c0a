"""Pushes tried from one state all at once, on Warp's CPU device."""

from dataclasses import replace

import mujoco
import numpy as np
import pytest

pytest.importorskip("mujoco_warp")

from pg4da.policies.learned.surroundings import Reach, Surroundings
from pg4da.policies.ranking.proposals import proposals
from pg4da.sim.scenes.scene import Scene, SceneObject
from pg4da.sim.training import pushing
from pg4da.sim.training.pushing import push_of, try_scene
from pg4da.sim.training.tries import Tries
from pg4da.sim.training.wave import Wave

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("warp")]
STRAIGHT = np.array([0.0, 0.0, 0.0, 1.0])
# m. Pushes amplify rounding. These move a cube by 22 mm. Whole ones move it by 75 mm and more and end
# up to 12 mm apart; MuJoCo's own do so too when a cube starts 1 µm aside.
SHORTER, APART = 0.10, 0.001


@pytest.fixture(scope="module")
def scene():
    places = ((0.0, 0.45), (0.1, 0.45), (0.0, 0.6))
    colors = ((0.1, 0.8, 0.1), (0.8, 0.2, 0.1), (0.8, 0.2, 0.1))
    cubes = [
        SceneObject("cube", color, np.array([x, y, 0.0226]), STRAIGHT)
        for color, (x, y) in zip(colors, places, strict=True)
    ]
    return Scene("cubes", "test", tuple(cubes), 0)


def short(proposal):
    """Its push without the last SHORTER metres."""
    push = push_of(proposal, Reach())
    way = [np.cumsum(np.linalg.norm(np.diff(p.points, axis=0, prepend=p.points[:1]), axis=1)) for p in push.paths]
    paths = [replace(p, points=p.points[w <= w[-1] - SHORTER]) for p, w in zip(push.paths, way, strict=True)]
    return replace(push, paths=tuple(paths))


def end_awake(tries, start, push):
    """Where MuJoCo leads when nothing sleeps."""
    tries.restore(start)
    tries.cell.model.opt.enableflags &= ~int(mujoco.mjtEnableBit.mjENBL_SLEEP)
    tries.push(push)
    return tries.cell.truth.positions


def test_every_push_starts_from_the_same_state_and_ends_where_mujoco_s_does(scene):
    tries = Tries(scene)
    start, before = tries.kept(), tries.cell.truth.positions
    found = [p for p in proposals(Surroundings.of(tries.look(None)[0], Reach())) if p.family == "centre" and p.plan]
    nearest = [p for p in found if p.travel == pytest.approx(p.plan.stops[0])]
    pushes = [short(nearest[k]) for k in (0, 1, 0)]
    places = []
    for end in Wave(scene, 2, "cpu").ends(start, pushes):  # more pushes than worlds: the third goes on its own
        tries.restore(end)
        places.append(tries.cell.truth.positions)
        assert float(tries.look(None)[0].height.max()) < 0.06
    assert np.array_equal(places[0], places[2])
    for push, place in zip(pushes[:2], places, strict=False):
        assert np.linalg.norm(place - before, axis=1).max() > 0.02
        assert np.linalg.norm(place - end_awake(tries, start, push), axis=1).max() < APART


def _near(scene, k):
    """An object right beside the target, which then cannot be grasped at once."""
    beside = (None, (0.046, 0.45, 0.0226), (0.0, 0.497, 0.0226))[k]
    return replace(scene.objects[k], position=np.array(beside))


def test_scene_is_tried_with_the_same_pushes_either_way(scene, monkeypatch):
    close = replace(scene, objects=(*scene.objects[:1], *(_near(scene, k) for k in (1, 2))))
    for name, value in {"LOOKED": 4, "TRIED": 2, "FIRST": 1, "SWEEPS": 0, "DEEP": 1, "FORESEEN": 2}.items():
        monkeypatch.setattr(pushing, name, value)
    monkeypatch.setattr(pushing, "generate", lambda case, seed: close)
    one_by_one, at_once = try_scene(0).arrays(), try_scene(0, device="cpu").arrays()
    assert len(at_once["link"]) == 2
    for name in ("link", "strokes"):
        assert np.array_equal(one_by_one[name], at_once[name])
    assert {name: values.shape for name, values in one_by_one.items()} == {
        name: values.shape for name, values in at_once.items()
    }
