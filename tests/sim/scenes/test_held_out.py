import numpy as np
import pytest

from pg4da.sim.objects.blocks import BLOCK_NAMES
from pg4da.sim.objects.household import HOUSEHOLD_NAMES
from pg4da.sim.objects.shape import UnknownShape, load_shape
from pg4da.sim.scenes.catalogue import find, held_out, names
from pg4da.sim.scenes.held_out import generate_held_out
from pg4da.sim.scenes.reader import read_scene
from pg4da.sim.scenes.writer import write_scene


@pytest.mark.parametrize("name", HOUSEHOLD_NAMES)
def test_things_are_sound(name):
    shape = load_shape(name)
    points = np.concatenate(shape.parts)
    assert np.allclose(points.min(axis=0), -points.max(axis=0), atol=1e-9)  # the origin is the middle of the box
    assert 0.015 <= np.ptp(points[:, :2], axis=0).min() <= 0.12  # the 2F-140 gets round it one way
    assert 100 < shape.mass / volume(shape) < 900  # kg/m³
    assert shape.faces.max() < len(shape.vertices)
    assert np.linalg.eigvalsh(shape.inertia).min() > 0


def volume(shape):
    from scipy.spatial import ConvexHull

    return sum(ConvexHull(part).volume for part in shape.parts)


def test_no_thing_is_a_block():
    assert not set(HOUSEHOLD_NAMES) & set(BLOCK_NAMES)


def test_packaged_scenes_hold_things_alone_and_can_be_named():
    files = sorted(held_out().glob("*.txt"))
    assert len(files) == 20
    for file in files:
        scene = read_scene(file)
        assert {obj.shape for obj in scene.objects} <= set(HOUSEHOLD_NAMES)
        assert len(scene.objects) >= 6
        assert find(f"held-out/{file.stem}") == file
    assert not any("held-out" in name for name in names())  # of the twenty that everything else is measured on


def test_same_seed_same_scene_and_it_survives_a_file(tmp_path):
    scene = generate_held_out(3, "soap")
    again = generate_held_out(3, "soap")
    assert [o.shape for o in scene.objects] == [o.shape for o in again.objects]
    assert all(np.array_equal(a.position, b.position) for a, b in zip(scene.objects, again.objects, strict=True))
    write_scene(scene, tmp_path / "s.txt")
    read = read_scene(tmp_path / "s.txt")
    assert [o.shape for o in read.objects] == [o.shape for o in scene.objects]
    assert read.objects[read.target].shape == "soap"


def test_unknown_thing_is_told():
    with pytest.raises(UnknownShape, match="did you mean 'mug'"):
        load_shape("mugg")
