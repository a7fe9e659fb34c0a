import numpy as np
import pytest

from pg4da.sim.scenes.scene import Scene, SceneObject
from pg4da.sim.training.turning import EDGE, turned

STRAIGHT = np.array([0.0, 0.0, 0.0, 1.0])


def scene(*places):
    objects = [SceneObject("cube", (0.1, 0.8, 0.1), np.array([x, y, 0.02]), STRAIGHT) for x, y in places]
    return Scene("blocks", "test", tuple(objects), 0)


def test_whole_scene_turns_and_stays_inside():
    before = scene((0.38, 0.5), (0.3, 0.5), (0.3, 0.6))
    for seed in range(20):
        after = turned(before, np.random.default_rng(seed))
        here, there = (np.array([obj.position for obj in s.objects]) for s in (before, after))
        assert np.ptp(here - there, axis=0).max() > 1e-3
        for k in range(3):
            assert np.linalg.norm(there[k] - there[0]) == pytest.approx(np.linalg.norm(here[k] - here[0]))
        assert there[:, 0].max() < 0.5 - EDGE
        assert len({tuple(np.round(obj.quaternion, 9)) for obj in after.objects}) == 1


def test_scene_that_fits_no_other_way_stays():
    wide = scene((-0.45, 0.05), (0.45, 0.95), (-0.45, 0.95), (0.45, 0.05))
    rng = np.random.default_rng(0)
    assert all(turned(wide, rng) is wide for _ in range(3))
