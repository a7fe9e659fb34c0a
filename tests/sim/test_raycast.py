"""The short cuts of the ray caster change nothing in the picture."""

from __future__ import annotations

import mujoco
import numpy as np
import pytest

from pg4da.hardware.frames import Array
from pg4da.sim.camera import K_XTION, T_WORLD_CAMERA, intrinsics, look_at, render
from pg4da.sim.raycast import Lens, cast, gather, split


@pytest.fixture(scope="module")
def cell() -> tuple[mujoco.MjModel, mujoco.MjData]:
    """A wall that stands still and forty things that move, some outside the picture, some behind the wall."""
    rng = np.random.default_rng(0)
    spec = mujoco.MjSpec()
    spec.worldbody.add_geom(type=mujoco.mjtGeom.mjGEOM_PLANE, size=[2, 2, 0.1], rgba=[0.6, 0.6, 0.6, 1])
    spec.worldbody.add_geom(type=mujoco.mjtGeom.mjGEOM_BOX, size=[0.3, 0.02, 0.2], pos=[0, 0.4, 0.2])
    kinds = [mujoco.mjtGeom.mjGEOM_BOX, mujoco.mjtGeom.mjGEOM_CAPSULE, mujoco.mjtGeom.mjGEOM_CYLINDER]
    for k in range(40):
        body = spec.worldbody.add_body(pos=rng.uniform((-1, -0.5, 0.1), (1, 1.5, 0.6)), quat=rng.standard_normal(4))
        body.add_freejoint()
        body.add_geom(type=kinds[k % 3], size=rng.uniform(0.01, 0.08, 3), rgba=[*rng.random(3), 1])
    model = spec.compile()
    data = mujoco.MjData(model)
    mujoco.mj_forward(model, data)
    return model, data


@pytest.mark.parametrize(
    ("T", "K", "size"),
    [
        (T_WORLD_CAMERA, K_XTION, (640, 480)),
        (look_at((0.9, -0.6, 0.7), (0, 0.5, 0)), intrinsics((320, 240), 0.8), (320, 240)),
        (look_at((0.0, 0.2, 0.3), (0, 1.0, 0.3)), intrinsics((200, 300), 1.4), (200, 300)),  # amid the things
    ],
)
def test_picture_equals_one_cast_of_everything(
    cell: tuple[mujoco.MjModel, mujoco.MjData], T: Array, K: Array, size: tuple[int, int]
) -> None:
    model, data = cell
    picture = render(model, data, T, K, size)
    world = gather(model, data, np.concatenate(split(model, ())))
    pixel, hits = cast(world, Lens.of(K, T, size), np.arange(size[0] * size[1]))
    depth, body_id = np.zeros(size[0] * size[1], np.float32), np.full(size[0] * size[1], -1)
    depth[pixel], body_id[pixel] = hits.depth, model.geom_bodyid[world.geom[hits.prim]]
    np.testing.assert_allclose(picture.depth.ravel(), depth, atol=1e-5)
    assert np.mean(picture.body_id.ravel() != body_id) < 1e-4  # ties where two surfaces meet
    assert len(np.unique(body_id)) > 3


def test_kept_backdrop_follows_a_change_of_colour(cell: tuple[mujoco.MjModel, mujoco.MjData]) -> None:
    model, data = cell
    before = render(model, data, T_WORLD_CAMERA, K_XTION).rgb
    model.geom_rgba[0] = [0.1, 0.8, 0.1, 1]
    after = render(model, data, T_WORLD_CAMERA, K_XTION).rgb
    assert np.any(before != after, axis=-1).mean() > 0.3


def test_frames_do_not_share_memory(cell: tuple[mujoco.MjModel, mujoco.MjData]) -> None:
    model, data = cell
    first = render(model, data, T_WORLD_CAMERA, K_XTION)
    first.rgb[:], first.depth[:] = 0, 0
    assert render(model, data, T_WORLD_CAMERA, K_XTION).depth.max() > 0.5
