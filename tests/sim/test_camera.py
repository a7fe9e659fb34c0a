"""The simulated camera against geometry worked out by hand."""

from __future__ import annotations

import mujoco
import numpy as np
import pytest

from pg4da.hardware.cell import Camera
from pg4da.sim.camera import K_XTION, T_WORLD_CAMERA, RayCamera, Rendering, intrinsics, look_at, render
from pg4da.sim.camera_noise import axial_sigma

BOX, SPHERE, PLANE = mujoco.mjtGeom.mjGEOM_BOX, mujoco.mjtGeom.mjGEOM_SPHERE, mujoco.mjtGeom.mjGEOM_PLANE
HEIGHT = float(T_WORLD_CAMERA[2, 3])


class StoppedClock:
    def now(self) -> float:
        return 4.5


def scene(*geoms: dict[str, object], table: bool = True) -> tuple[mujoco.MjModel, mujoco.MjData]:
    spec = mujoco.MjSpec()
    if table:
        spec.worldbody.add_geom(type=PLANE, size=[0, 0, 0.1], rgba=[0.6, 0.6, 0.6, 1])
    for k, geom in enumerate(geoms):
        spec.worldbody.add_body(name=f"body{k}", pos=geom.pop("pos", [0, 0.5, 0])).add_geom(**geom)
    model = spec.compile()
    data = mujoco.MjData(model)
    mujoco.mj_forward(model, data)
    return model, data


def overhead(model: mujoco.MjModel, data: mujoco.MjData) -> Rendering:
    return render(model, data, T_WORLD_CAMERA, K_XTION)


def test_plane_is_as_far_as_the_camera_is_high() -> None:
    picture = overhead(*scene())
    np.testing.assert_allclose(picture.depth, HEIGHT, atol=1e-5)
    assert np.all(picture.body_id == 0)


def test_sphere_depth_follows_its_equation() -> None:
    radius, centre = 0.1, np.array([0.1, 0.6, 0.2])
    picture = overhead(*scene({"type": SPHERE, "size": [radius, 0, 0], "pos": centre}))
    rows, cols = np.nonzero(picture.body_id == 1)
    rays = np.stack([(cols - 319.5) / 570.3, -(rows - 239.5) / 570.3, -np.ones(len(rows))], axis=1)
    to_centre = centre - T_WORLD_CAMERA[:3, 3]
    b, a = rays @ to_centre, np.sum(rays * rays, axis=1)
    inside = b * b - a * (to_centre @ to_centre - radius**2)
    keep = inside > 0.002  # the rim of facets is off by more
    expected = (b[keep] - np.sqrt(inside[keep])) / a[keep]
    assert len(expected) > 4000
    np.testing.assert_allclose(picture.depth[rows, cols][keep], expected, atol=1.5e-3)


def test_picture_axes_are_right_and_near() -> None:
    """A box at larger x lies to the right in the picture, one at larger y nearer its top."""
    size = [0.02] * 3
    picture = overhead(
        *scene({"type": BOX, "size": size, "pos": [0.2, 0.5, 0.02]}, {"type": BOX, "size": size, "pos": [0, 0.7, 0.02]})
    )
    right, far = (np.argwhere(picture.body_id == k).mean(axis=0) for k in (1, 2))
    assert right[1] == pytest.approx(319.5 + 570.3 * 0.2 / 1.21, abs=2)
    assert far[0] == pytest.approx(239.5 - 570.3 * 0.2 / 1.21, abs=2)


@pytest.mark.parametrize(
    ("kind", "size", "top"),
    [
        (mujoco.mjtGeom.mjGEOM_CYLINDER, [0.03, 0.04, 0], 0.04),
        (mujoco.mjtGeom.mjGEOM_CAPSULE, [0.03, 0.04, 0], 0.07),
        (mujoco.mjtGeom.mjGEOM_ELLIPSOID, [0.03, 0.05, 0.02], 0.02),
        (BOX, [0.03, 0.05, 0.025], 0.025),
    ],
)
def test_every_primitive_has_its_height_and_outline(kind: mujoco.mjtGeom, size: list[float], top: float) -> None:
    picture = overhead(*scene({"type": kind, "size": size, "pos": [0, 0.5, 0.1]}))
    body = picture.body_id == 1
    assert HEIGHT - picture.depth[body].min() == pytest.approx(0.1 + top, abs=3e-4)
    half_width = np.ptp(np.nonzero(body)[1]) / 2 * (HEIGHT - 0.1) / 570.3
    assert half_width == pytest.approx(0.03, abs=0.003)


def test_mesh_is_seen_where_its_body_is() -> None:
    spec = mujoco.MjSpec()
    corners = [[-0.05, -0.05, 0], [0.05, -0.05, 0], [0, 0.05, 0], [0, 0, 0.08]]
    spec.add_mesh(name="tent", uservert=np.ravel(corners))
    spec.worldbody.add_body(name="tent", pos=[0.1, 0.4, 0]).add_geom(type=mujoco.mjtGeom.mjGEOM_MESH, meshname="tent")
    model = spec.compile()
    data = mujoco.MjData(model)
    mujoco.mj_forward(model, data)
    picture = overhead(model, data)
    assert HEIGHT - picture.depth[picture.body_id == 1].min() == pytest.approx(0.08, abs=0.004)


def test_hidden_bodies_groups_and_transparent_geoms_do_not_show() -> None:
    def box(**more: object) -> dict[str, object]:
        return {"type": BOX, "size": [0.02] * 3, **more}

    seen = {"pos": [-0.2, 0.5, 0.02]}
    geoms = box(group=3), box(pos=[0.2, 0.5, 0.02], rgba=[1, 0, 0, 0]), box(pos=[0.0, 0.7, 0.02]), box(**seen)
    model, data = scene(*geoms)
    picture = render(model, data, T_WORLD_CAMERA, K_XTION, skip_bodies=[model.body("body2").id])
    assert set(np.unique(picture.body_id)) == {0, model.body("body3").id}


def test_moved_body_is_seen_at_its_new_place() -> None:
    model, data = scene({"type": BOX, "size": [0.02] * 3, "pos": [-0.2, 0.5, 0.02]})
    before = np.argwhere(overhead(model, data).body_id == 1).mean(axis=0)
    model.body("body0").pos[0] = 0.2
    mujoco.mj_forward(model, data)
    after = np.argwhere(overhead(model, data).body_id == 1).mean(axis=0)
    assert after[1] - before[1] == pytest.approx(570.3 * 0.4 / 1.23, abs=3)  # top and inner side


def test_nothing_there_is_background_without_depth() -> None:
    picture = overhead(*scene({"type": BOX, "size": [0.02] * 3}, table=False))
    assert picture.depth[0, 0] == 0
    assert picture.body_id[0, 0] == -1


def test_shadow_darkens_the_table_beside_a_box() -> None:
    model, data = scene({"type": BOX, "size": [0.05] * 3, "pos": [0, 0.5, 0.05]})
    plain = render(model, data, T_WORLD_CAMERA, K_XTION)
    shaded = render(model, data, T_WORLD_CAMERA, K_XTION, shadows=True)
    darker = np.any(shaded.rgb < plain.rgb, axis=-1)
    assert 200 < darker.sum() < 20000
    assert np.all(plain.body_id[darker] == 0)


def test_look_at_puts_the_target_in_the_middle_upright() -> None:
    T = look_at((1.0, -0.5, 0.8), (0.0, 0.5, 0.1))
    np.testing.assert_allclose(T[:3, :3].T @ T[:3, :3], np.eye(3), atol=1e-12)
    seen = T[:3, :3].T @ (np.array([0.0, 0.5, 0.1]) - T[:3, 3])
    np.testing.assert_allclose(seen[:2], 0, atol=1e-12)
    assert seen[2] > 0
    assert T[2, 1] < 0  # the picture's down is the world's down
    assert np.linalg.det(look_at((0, 0, 1), (0, 0, 0))[:3, :3]) == pytest.approx(1)


def test_look_at_itself_is_refused() -> None:
    with pytest.raises(ValueError, match="same point"):
        look_at((1, 1, 1), (1, 1, 1))


def test_intrinsics_span_the_view() -> None:
    K = intrinsics((320, 240), np.radians(60))
    assert 120 / K[1, 1] == pytest.approx(np.tan(np.radians(30)))


def test_camera_meets_the_contract_and_counts() -> None:
    camera = RayCamera(*scene(), StoppedClock())
    contract: Camera = camera
    first, second = contract.capture(), contract.capture()
    assert (first.sequence, second.sequence, first.stamp) == (1, 2, 4.5)
    assert first.rgb.shape == (480, 640, 3)
    assert first.depth.dtype == np.float32


def test_noise_has_the_stated_size_and_repeats() -> None:
    model, data = scene({"type": BOX, "size": [0.05] * 3, "pos": [0, 0.5, 0.05]})
    frames = [
        RayCamera(model, data, StoppedClock(), noise=True, rng=np.random.default_rng(seed)).capture()
        for seed in (3, 3, 4)
    ]
    np.testing.assert_array_equal(frames[0].depth, frames[1].depth)
    assert np.any(frames[0].depth != frames[2].depth)
    table = frames[0].depth[:100][frames[0].depth[:100] > 0]
    step = HEIGHT**2 / (570.3 * 0.075) * 0.125
    expected = np.hypot(axial_sigma(np.full(1, HEIGHT, np.float32))[0], step / np.sqrt(12))
    assert table.std() == pytest.approx(expected, rel=0.1)
    assert abs(table.mean() - HEIGHT) < 5e-4


def test_projector_shadow_lies_left_of_a_box() -> None:
    model, data = scene({"type": BOX, "size": [0.05, 0.05, 0.1], "pos": [0, 0.5, 0.1]})
    depth = RayCamera(model, data, StoppedClock(), noise=True).capture().depth
    cols = np.nonzero(overhead(model, data).body_id[239] == 1)[0]
    left, right = depth[220:260, cols[0] - 6 : cols[0] - 1], depth[220:260, cols[-1] + 2 : cols[-1] + 7]
    assert (left == 0).mean() > 0.8
    assert (right == 0).mean() < 0.1
