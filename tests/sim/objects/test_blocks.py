from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import trimesh

from pg4da.sim.objects.shape import BLOCK_NAMES, UnknownShape, load_shape


@pytest.mark.parametrize("name", BLOCK_NAMES)
def test_shown_mesh_is_a_closed_solid_with_outward_faces(name: str) -> None:
    shape = load_shape(name)
    mesh = trimesh.Trimesh(shape.vertices, shape.faces)
    assert mesh.is_watertight
    assert mesh.volume > 0


@pytest.mark.parametrize("name", BLOCK_NAMES)
def test_collision_parts_fill_the_shown_mesh(name: str) -> None:
    shape = load_shape(name)
    parts = sum(trimesh.convex.convex_hull(part).volume for part in shape.parts)
    assert parts == pytest.approx(trimesh.Trimesh(shape.vertices, shape.faces).volume, rel=0.02)


@pytest.mark.parametrize("name", BLOCK_NAMES)
def test_same_size_as_the_published_block(name: str, official_scenes: Path) -> None:
    published = trimesh.load_mesh(official_scenes / "blocks" / f"{name}.obj")
    shape = load_shape(name)
    assert np.allclose(trimesh.Trimesh(shape.vertices, shape.faces).bounds, published.bounds, atol=2e-5)
    assert np.allclose(shape.centre_of_mass, published.center_mass, atol=3e-4)


def test_inertia_of_the_cube_is_that_of_a_cube() -> None:
    shape = load_shape("cube")
    assert np.allclose(shape.inertia, np.eye(3) * shape.mass * 0.045**2 / 6, atol=1e-9)


def test_a_cylinder_fits_the_notch_of_the_concave_block() -> None:
    shape = load_shape("concave")
    angles = np.linspace(0, 2 * np.pi, 90)
    rim = np.column_stack([0.022 * np.cos(angles), 0.0225 + 0.022 * np.sin(angles), 0 * angles])
    for part in shape.parts:
        planes = trimesh.convex.convex_hull(part)
        assert not planes.contains(rim).any()


def test_unknown_shape_names_the_nearest_and_all() -> None:
    with pytest.raises(UnknownShape, match=r"'cubee'.*did you mean 'cube'.*half-cylinder"):
        load_shape("cubee")
