"""A camera in simulation by ray casting: colour, depth and object ids in one pass, without OpenGL.

Depth agrees with hardware.cell.CameraFrame: metres along the optical axis, 0 where nothing was hit.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from functools import lru_cache

import mujoco
import numpy as np
from embreex.mesh_construction import TriangleMesh
from embreex.rtcore_scene import EmbreeScene
from numpy.typing import NDArray

from pg4da.hardware.cell import CameraFrame, Clock
from pg4da.hardware.frames import Array, transform
from pg4da.sim.camera_noise import XTION, NoiseModel, with_noise
from pg4da.sim.triangles import Floats, model_triangles

SIZE = (640, 480)
K_XTION: Array = np.array([[570.3, 0.0, 319.5], [0.0, 570.3, 239.5], [0.0, 0.0, 1.0]])
T_WORLD_CAMERA: Array = transform(np.diag([1.0, -1.0, -1.0]), (0.0, 0.5, 1.25))

AMBIENT = 0.45
LIGHTS = ((np.array([0.25, -0.35, 0.9]), 0.42), (np.array([-0.6, 0.5, 0.4]), 0.18))  # towards the light, strength
SHADOW = 0.62
BACKGROUND = np.array([[214.0, 219.0, 226.0], [168.0, 176.0, 188.0]])  # top and bottom of the picture


@dataclass(frozen=True)
class Rendering:
    """rgb (H, W, 3); depth (H, W) [m] along the optical axis, 0 where nothing was hit; body_id (H, W), -1 there."""

    rgb: NDArray[np.uint8]
    depth: NDArray[np.float32]
    body_id: NDArray[np.int32]


def look_at(eye: Array | tuple[float, float, float], target: Array | tuple[float, float, float]) -> Array:
    """T_world_camera (4, 4) of a camera at `eye` [m] that looks at `target`, its picture upright against gravity."""
    z = np.asarray(target, float) - np.asarray(eye, float)
    if np.linalg.norm(z) == 0:
        raise ValueError("eye and target are the same point")
    z /= np.linalg.norm(z)
    x = np.cross(z, [0.0, 0.0, 1.0])
    x = np.array([1.0, 0.0, 0.0]) if np.linalg.norm(x) < 1e-6 else x / np.linalg.norm(x)
    return transform(np.stack([x, np.cross(z, x), z], axis=1), tuple(np.asarray(eye, float)))


def intrinsics(size: tuple[int, int], vertical_view: float) -> Array:
    """K (3, 3) of a picture of `size` (width, height) that spans `vertical_view` [rad] from top to bottom."""
    f = size[1] / 2 / np.tan(vertical_view / 2)
    return np.array([[f, 0.0, (size[0] - 1) / 2], [0.0, f, (size[1] - 1) / 2], [0.0, 0.0, 1.0]])


@lru_cache(maxsize=8)
def _rays(K: bytes, T: bytes, size: tuple[int, int]) -> tuple[Floats, Floats]:
    """Origins and directions (H W, 3) in world. The directions have length 1 along the axis, so a hit's t is depth."""
    matrix, pose = np.frombuffer(K).reshape(3, 3), np.frombuffer(T).reshape(4, 4)
    v, u = np.mgrid[0 : size[1], 0 : size[0]]
    pixels = np.stack([u.ravel(), v.ravel(), np.ones(u.size)])
    directions = (pose[:3, :3] @ np.linalg.solve(matrix, pixels)).T
    origins = np.broadcast_to(pose[:3, 3], directions.shape)
    return np.ascontiguousarray(origins, np.float32), np.ascontiguousarray(directions, np.float32)


def _visible(model: mujoco.MjModel, owner: NDArray[np.int32], skip_bodies: Collection[int]) -> NDArray[np.bool_]:
    """Which triangles take part, by the geom that owns each."""
    shown = _geom_rgba(model)[:, 3] > 0
    if skip_bodies:
        shown &= ~np.isin(model.geom_bodyid, list(skip_bodies))
    return np.asarray(shown[owner])


def _geom_rgba(model: mujoco.MjModel) -> Floats:
    """Colour of every geom (ngeom, 4): its own, or its material's where it has the default one."""
    rgba = np.array(model.geom_rgba)
    plain = (model.geom_matid >= 0) & np.all(rgba == 0.5 * np.array([1, 1, 1, 2], np.float32), axis=1)
    rgba[plain] = model.mat_rgba[model.geom_matid[plain]]
    return rgba


def _shade(triangles: Floats, rgba: Floats, eye: Array) -> NDArray[np.uint8]:
    """Two-light Lambert colour of each triangle (n, 3), lit on the side that faces the eye."""
    normal = np.cross(triangles[:, 1] - triangles[:, 0], triangles[:, 2] - triangles[:, 0])
    normal /= np.maximum(np.linalg.norm(normal, axis=1, keepdims=True), 1e-12)
    normal *= np.where(np.sum(normal * (eye - triangles[:, 0]), axis=1, keepdims=True) < 0, -1.0, 1.0)
    light = np.full(len(triangles), AMBIENT)
    for direction, strength in LIGHTS:
        light += strength * np.clip(normal @ (direction / np.linalg.norm(direction)), 0.0, None)
    return np.asarray(np.clip(255.0 * rgba[:, :3] * light[:, None], 0, 255), np.uint8)


def _in_shadow(scene: EmbreeScene, points: Floats) -> NDArray[np.bool_]:
    """Which points (n, 3) do not see the first light."""
    sun = LIGHTS[0][0] / np.linalg.norm(LIGHTS[0][0])
    directions = np.ascontiguousarray(np.broadcast_to(sun, points.shape), np.float32)
    starts = np.ascontiguousarray(points + 1e-3 * directions, np.float32)
    return np.asarray(scene.run(starts, directions, query="OCCLUDED") >= 0)


@lru_cache(maxsize=8)
def _background(size: tuple[int, int]) -> NDArray[np.uint8]:
    """A soft vertical gradient (H, W, 3)."""
    a = np.linspace(0.0, 1.0, size[1])[:, None, None]
    rows = (1.0 - a) * BACKGROUND[0] + a * BACKGROUND[1]
    return np.repeat(rows, size[0], axis=1).astype(np.uint8)


def render(
    model: mujoco.MjModel,
    data: mujoco.MjData,
    T_world_camera: Array,
    K: Array,
    size: tuple[int, int] = SIZE,
    *,
    skip_bodies: Collection[int] = (),
    shadows: bool = False,
) -> Rendering:
    """What a pinhole camera at T_world_camera (optical frame) with intrinsics K sees; size is (width, height).

    Poses are those of the last mj_forward, mj_kinematics or mj_step. Geoms in groups 0 to 2 are shown unless their
    alpha is 0 or their body's id is in skip_bodies.
    """
    shapes = model_triangles(model)
    keep = _visible(model, shapes.geom, skip_bodies)
    geom, local = shapes.geom[keep], shapes.vertices[keep]
    R = np.asarray(data.geom_xmat, np.float32).reshape(-1, 3, 3)[geom]
    world = local @ R.transpose(0, 2, 1) + np.asarray(data.geom_xpos, np.float32)[geom, None]
    origins, directions = _rays(np.asarray(K, float).tobytes(), np.asarray(T_world_camera, float).tobytes(), size)
    scene = EmbreeScene(robust=True)
    if len(world):
        TriangleMesh(scene, np.ascontiguousarray(world))
    hit = scene.run(origins, directions, output=1)
    prim = hit["primID"]
    colors = np.zeros((len(world) + 1, 3), np.uint8)
    colors[:-1] = _shade(world, _geom_rgba(model)[geom], T_world_camera[:3, 3])
    bodies = np.append(model.geom_bodyid[geom], -1).astype(np.int32)
    missed = prim < 0
    rgb = colors.take(prim, axis=0, mode="wrap")  # -1 is the last row
    if shadows:
        dark = _in_shadow(scene, origins + hit["tfar"][:, None] * directions) & ~missed
        rgb[dark] = (SHADOW * rgb[dark]).astype(np.uint8)
    rgb[missed] = _background(size).reshape(-1, 3)[missed]
    depth: Floats = hit["tfar"]
    depth[missed] = 0.0
    shape = (size[1], size[0])
    body_id = bodies.take(prim, mode="wrap").reshape(shape)
    return Rendering(rgb.reshape(*shape, 3), depth.reshape(shape), body_id)


class RayCamera:
    """hardware.cell.Camera over a MuJoCo model. With `noise`, pictures look like an Xtion's; the rng repeats them."""

    def __init__(
        self,
        model: mujoco.MjModel,
        data: mujoco.MjData,
        clock: Clock,
        *,
        noise: bool | NoiseModel = False,
        rng: np.random.Generator | None = None,
        T_world_camera: Array = T_WORLD_CAMERA,
        K: Array = K_XTION,
        size: tuple[int, int] = SIZE,
    ) -> None:
        self._model, self._data, self._clock = model, data, clock
        self._noise = (XTION if noise is True else noise) or None
        self._rng = np.random.default_rng(0) if rng is None else rng
        self._T, self._K, self._size = np.array(T_world_camera, float), np.array(K, float), size
        self._sequence = 0

    def capture(self, timeout: float = 1.0) -> CameraFrame:
        """A frame of the present state; never waits."""
        picture = render(self._model, self._data, self._T, self._K, self._size)
        rgb, depth = picture.rgb, picture.depth
        if self._noise is not None:
            rgb, depth = with_noise(rgb, depth, self._K, self._rng, self._noise)
        self._sequence += 1
        return CameraFrame(rgb, depth, self._K, self._T, self._clock.now(), self._sequence, "simulated")
