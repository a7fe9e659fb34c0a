from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import trimesh

from pg4da.sim.objects.convex import convex_parts
from pg4da.sim.objects.shape import MeshError, load_shape

URDF = """<?xml version="0.0" ?>
<robot name="thing"><link name="base">
  <contact><lateral_friction value="0.3"/></contact>
  <inertial><mass value="0.2"/><inertia ixx="1" ixy="0" ixz="0" iyy="1" iyz="0" izz="1"/></inertial>
  <collision><geometry><mesh filename="{mesh}" scale="{scale}"/></geometry></collision>
</link></robot>
"""


@pytest.fixture(autouse=True)
def _own_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PG4DA_CACHE", str(tmp_path / "cache"))


def write(folder: Path, mesh: str = "box.obj", scale: str = "2 1 1") -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    trimesh.creation.box((0.02, 0.04, 0.06)).export(folder / "box.obj")
    (folder / "model.urdf").write_text(URDF.format(mesh=mesh, scale=scale))
    return folder / "model.urdf"


def test_urdf_gives_scaled_mesh_mass_and_friction_but_not_its_inertia(tmp_path: Path) -> None:
    shape = load_shape(str(write(tmp_path / "thing")))
    assert np.ptp(shape.vertices, axis=0) == pytest.approx([0.04, 0.04, 0.06])
    assert (shape.mass, shape.friction) == (0.2, 0.3)
    assert shape.inertia[0, 0] == pytest.approx(0.2 * (0.04**2 + 0.06**2) / 12)


def test_found_below_a_parent_of_the_given_folder(tmp_path: Path) -> None:
    path = write(tmp_path / "objects" / "thing")
    (tmp_path / "scenes" / "case").mkdir(parents=True)
    assert load_shape("objects/thing/model.urdf", tmp_path / "scenes" / "case").name == path.as_posix()


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"mesh": "gone.obj"}, "gone.obj is missing"),
        ({"scale": "1 x 1"}, "1 x 1"),
        ({"scale": "1000 1000 1000"}, "scale"),
    ],
)
def test_unusable_urdf_says_why(tmp_path: Path, change: dict[str, str], says: str) -> None:
    with pytest.raises(MeshError, match=says):
        load_shape(str(write(tmp_path / says.replace(" ", "_"), **change)))


def test_broken_xml_is_a_mesh_error(tmp_path: Path) -> None:
    path = write(tmp_path / "broken")
    path.write_text("<robot><link>")
    with pytest.raises(MeshError, match=r"model\.urdf"):
        load_shape(str(path))


def test_separate_convex_pieces_are_kept_and_flush_ones_joined() -> None:
    left, right = (trimesh.creation.box((0.02, 0.02, 0.02)) for _ in range(2))
    right.apply_translation([0.02, 0, 0])
    away = trimesh.creation.box((0.02, 0.02, 0.02))
    away.apply_translation([0, 0.1, 0])
    mesh = trimesh.util.concatenate([left, right, away])
    parts = convex_parts(np.asarray(mesh.vertices), np.asarray(mesh.faces, dtype=np.int32))
    volumes = sorted(trimesh.convex.convex_hull(part).volume for part in parts)
    assert volumes == pytest.approx([0.02**3, 2 * 0.02**3])


def test_flat_mesh_is_refused() -> None:
    vertices = np.array([[0, 0, 0], [1, 0, 0], [0, 1, 0], [1, 1, 0]], dtype=float)
    with pytest.raises(ValueError, match="volume"):
        convex_parts(vertices, np.array([[0, 1, 2], [1, 3, 2]], dtype=np.int32))


def test_household_bowl_stays_hollow(official_scenes: Path) -> None:
    shape = load_shape(str(official_scenes / "household_objects" / "green_bowl" / "model.urdf"))
    parts = sum(trimesh.convex.convex_hull(part).volume for part in shape.parts)
    whole = trimesh.convex.convex_hull(shape.vertices).volume
    assert len(shape.parts) <= 24
    assert parts < 0.5 * whole
