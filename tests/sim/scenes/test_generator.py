from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from pg4da.sim.objects.shape import UnknownShape
from pg4da.sim.scenes.errors import SceneError
from pg4da.sim.scenes.generator import generate
from pg4da.sim.scenes.packing import CELLS, Layer
from pg4da.sim.scenes.plan_view import PlanView
from pg4da.sim.scenes.reader import read_scene
from pg4da.sim.scenes.scene import Scene, SceneObject
from pg4da.sim.scenes.settle import settle
from pg4da.sim.scenes.writer import scene_text, write_scene

UPRIGHT = np.array([0.0, 0.0, 0.0, 1.0])


def scene_of(*placed: tuple[str, float, float, float]) -> Scene:
    objects = tuple(SceneObject(n, (1.0, 0.0, 0.0), np.array(p), UPRIGHT) for n, *p in placed)
    return Scene("made", "test", objects, 0)


def test_same_seed_same_scene_other_seed_another() -> None:
    one, same, other = (scene_text(generate("case1-clutter", seed, "cube")) for seed in (1, 1, 2))
    assert one == same
    assert one != other


def test_target_shape_is_the_one_asked_for() -> None:
    scene = generate("case5-random_arranged", 4, "triangle")
    assert scene.objects[scene.target].shape == "triangle"
    assert len(scene.objects) == 35


def test_unknown_case_and_target_are_refused_with_the_choices() -> None:
    with pytest.raises(SceneError, match=r"did you mean 'case1-clutter'.*case5-random_arranged"):
        generate("case1-cluter", 0)
    with pytest.raises(UnknownShape, match="did you mean 'cube'"):
        generate("case1-clutter", 0, "cubbe")


def test_written_scene_reads_back(tmp_path: Path) -> None:
    scene = generate("case5-random_arranged", 4, "triangle")
    write_scene(scene, tmp_path / "heap.txt")
    again = read_scene(tmp_path / "heap.txt")
    for a, b in zip(scene.objects, again.objects, strict=True):
        assert np.allclose(a.position, b.position, atol=1e-5)
        assert abs(a.quaternion @ b.quaternion) == pytest.approx(1.0, abs=1e-8)
    assert [p.name for p in tmp_path.iterdir()] == ["heap.txt"]


def test_lone_target_is_seen_free_and_graspable() -> None:
    view = PlanView(scene_of(("cube", 0.0, 0.5, 0.0225)))
    assert (view.visible_share, view.ring_occupancy, view.graspable()) == (1.0, 0.0, True)


def test_a_rect_above_hides_half_of_a_rect() -> None:
    view = PlanView(scene_of(("rect", 0.0, 0.5, 0.0225), ("rect", 0.0, 0.545, 0.0675)))
    assert view.visible_share == pytest.approx(0.5, abs=0.02)


def test_walls_on_all_sides_forbid_a_grasp_and_on_two_do_not() -> None:
    sides = [("cube", 0.047, 0.5, 0.0225), ("cube", -0.047, 0.5, 0.0225)]
    ends = [("rect", 0.0, 0.5 + s * 0.07, 0.0225) for s in (-1, 1)]
    corners = [("rect", x, 0.5 + s * 0.07, 0.0225) for x in (-0.047, 0.047) for s in (-1, 1)]
    assert PlanView(scene_of(("cube", 0.0, 0.5, 0.0225), *sides)).graspable()
    assert not PlanView(scene_of(("cube", 0.0, 0.5, 0.0225), *sides, *ends, *corners)).graspable()


def test_official_scenes_are_hemmed_in_by_our_measure(official_scenes: Path) -> None:
    for file in official_scenes.glob("case[1-4]*/*.txt"):
        view = PlanView(settle(read_scene(file)))
        assert view.ring_occupancy > 0.7
        assert not view.graspable()


def test_blocks_of_a_layer_never_overlap() -> None:
    layer = Layer()
    half = CELLS // 2
    layer.put("rect", 0.0, half, half)
    free = layer.free("cube", 0.0, 0.002)
    assert not free[half, half + 45]
    assert free[half, half + 49]
