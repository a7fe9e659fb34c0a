from __future__ import annotations

from dataclasses import replace
from itertools import combinations
from pathlib import Path

import mujoco
import numpy as np
import pytest

from pg4da.sim.objects.shape import load_shape
from pg4da.sim.scenes.catalogue import default_scene
from pg4da.sim.scenes.errors import SceneError
from pg4da.sim.scenes.jitter import jitter
from pg4da.sim.scenes.reader import read_scene
from pg4da.sim.scenes.scene import Scene, SceneObject
from pg4da.sim.scenes.settle import free_model, settle

UPRIGHT = np.array([0.0, 0.0, 0.0, 1.0])


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("PG4DA_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache"


def cubes(*positions: tuple[float, float, float]) -> Scene:
    objects = tuple(SceneObject("cube", (0.0, 1.0, 0.0), np.array(p), UPRIGHT) for p in positions)
    return Scene("cubes", "test", objects, 0)


def deepest_overlap(scene: Scene) -> float:
    """Between objects, in metres."""
    model = free_model(scene, [load_shape(obj.shape) for obj in scene.objects])
    data = mujoco.MjData(model)
    mujoco.mj_forward(model, data)
    between = [c.dist for c in data.contact if model.geom_bodyid[list(c.geom)].min() > 0]
    return -min(between, default=0.0)


def test_a_cube_falls_onto_the_table_and_stays_upright() -> None:
    rest = settle(cubes((0.1, 0.5, 0.1))).objects[0]
    assert rest.position == pytest.approx([0.1, 0.5, 0.0225], abs=5e-4)
    assert abs(rest.quaternion[3]) == pytest.approx(1.0, abs=1e-4)


def test_overlapping_cubes_part_without_being_thrown() -> None:
    a, b = settle(cubes((0.0, 0.5, 0.0225), (0.015, 0.5, 0.0225))).objects
    assert np.linalg.norm(a.position - b.position) > 0.044
    assert max(abs(a.position[0]), abs(b.position[0])) < 0.06


def test_one_below_the_table_is_raised_first() -> None:
    assert settle(cubes((0.0, 0.5, 0.0))).objects[0].position[2] == pytest.approx(0.0225, abs=5e-4)


def test_leaving_the_workspace_is_told_by_name() -> None:
    pair = cubes((0.48, 0.5, 0.0225), (0.499, 0.5, 0.0225))
    with pytest.raises(SceneError, match=r"leaves the workspace while settling: cube \(object"):
        settle(pair)


def test_same_result_from_the_cache_and_without_any(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    scene = cubes((0.0, 0.5, 0.05), (0.02, 0.51, 0.12))
    first = settle(scene)
    assert list(cache.glob("settled/*.npz"))
    again = settle(scene)
    monkeypatch.setenv("PG4DA_CACHE", "/proc/nowhere")
    fresh = settle(scene)
    for a, b, c in zip(first.objects, again.objects, fresh.objects, strict=True):
        assert np.array_equal(a.position, b.position)
        assert np.array_equal(a.position, c.position)


def test_a_damaged_cache_file_is_made_anew(cache: Path) -> None:
    scene = cubes((0.0, 0.5, 0.05))
    first = settle(scene)
    (file,) = cache.glob("settled/*.npz")
    file.write_bytes(b"PK\x03\x04 not an archive")
    assert np.array_equal(settle(scene).objects[0].position, first.objects[0].position)


def test_published_structured_scenes_settle_in_place(official_scenes: Path) -> None:
    for file in official_scenes.glob("case[1-4]*/*.txt"):
        scene = read_scene(file)
        before, after = (s.objects[s.target].position for s in (scene, settle(scene)))
        assert np.linalg.norm(before[:2] - after[:2]) < 0.002, file


def test_published_overlapping_scenes_come_to_rest_apart(official_scenes: Path) -> None:
    for file in (*official_scenes.glob("training/*_goal.txt"), *official_scenes.glob("case5*/*.txt")):
        assert deepest_overlap(settle(read_scene(file))) < 0.002, file


def test_jitter_moves_a_little_repeats_and_leaves_no_overlap() -> None:
    scene = settle(default_scene())
    one, same, other = jitter(scene, 1), jitter(scene, 1), jitter(scene, 2)
    moved = [np.linalg.norm(a.position - b.position) for a, b in zip(scene.objects, one.objects, strict=True)]
    assert 0.0005 < np.median(moved) < 0.006
    assert all(np.array_equal(a.position, b.position) for a, b in zip(one.objects, same.objects, strict=True))
    assert not np.allclose(one.objects[0].position, other.objects[0].position, atol=1e-5)
    assert deepest_overlap(one) < 0.0005


def test_jitter_keeps_who_is_who() -> None:
    scene = default_scene()
    moved = jitter(replace(scene, name="other"), 3)
    assert [o.shape for o in moved.objects] == [o.shape for o in scene.objects]
    assert moved.target == scene.target
    assert moved.name == "other"


def test_settled_objects_do_not_share_a_place() -> None:
    rest = settle(default_scene()).objects
    assert min(np.linalg.norm(a.position - b.position) for a, b in combinations(rest, 2)) > 0.02
