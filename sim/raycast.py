"""Rays against a MuJoCo model's triangles: who is hit, how far away, in what light.

What is fixed to the world is cast once and kept; each frame then casts only the pixels that a moving geom can cover.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from functools import lru_cache
from weakref import WeakKeyDictionary

import mujoco
import numpy as np
from embreex.mesh_construction import TriangleMesh
from embreex.rtcore_scene import EmbreeScene
from numpy.typing import NDArray

from pg4da.hardware.frames import Array
from pg4da.sim.triangles import Floats, Indices, model_triangles

Ids = NDArray[np.intp]

AMBIENT = 0.45
LIGHTS = ((np.array([0.25, -0.35, 0.9]), 0.42), (np.array([-0.6, 0.5, 0.4]), 0.18))  # towards the light, strength
SHADOW = 0.62
SKY = np.array([[214.0, 219.0, 226.0], [168.0, 176.0, 188.0]])  # top and bottom of the picture
NEAR = 0.02  # m
KEPT = 4  # backdrops a model


@dataclass(frozen=True, eq=False)
class Lens:
    """Pinhole camera and its rays in world, (H W, 3); directions have length 1 along the axis: a hit's t is depth."""

    K: Array
    T: Array
    size: tuple[int, int]
    origins: Floats
    directions: Floats

    @staticmethod
    def of(K: Array, T_world_camera: Array, size: tuple[int, int]) -> Lens:
        """The lens with these parameters, made once."""
        return _lens(np.asarray(K, float).tobytes(), np.asarray(T_world_camera, float).tobytes(), size)

    @property
    def eye(self) -> Array:
        return np.asarray(self.T[:3, 3])

    def in_camera(self, points: NDArray[np.floating]) -> NDArray[np.floating]:
        """Points (n, 3) of `world` in the camera's frame."""
        return np.asarray((points - self.eye.astype(points.dtype)) @ self.T[:3, :3].astype(points.dtype))

    def sees(self, centres: Array, radii: Array) -> NDArray[np.bool_]:
        """Which spheres (n, 3), (n,) reach into the picture's pyramid; radius 0 means unbounded."""
        points = self.in_camera(np.asarray(centres, float))
        corner = np.linalg.solve(self.K, np.array([[-1, self.size[0]], [-1, self.size[1]], [1, 1]], float))
        keep = points[:, 2] > -radii
        for axis in (0, 1):
            for sign, edge in ((1.0, corner[axis, 0]), (-1.0, corner[axis, 1])):
                keep &= sign * (points[:, axis] - edge * points[:, 2]) / np.hypot(1.0, edge) > -radii
        return np.asarray(keep | (radii == 0))


@lru_cache(maxsize=8)
def _lens(K: bytes, T: bytes, size: tuple[int, int]) -> Lens:
    matrix, pose = np.frombuffer(K).reshape(3, 3), np.frombuffer(T).reshape(4, 4)
    v, u = np.mgrid[0 : size[1], 0 : size[0]]
    pixels = np.stack([u.ravel(), v.ravel(), np.ones(u.size)])
    directions = (pose[:3, :3] @ np.linalg.solve(matrix, pixels)).T
    origins = np.broadcast_to(pose[:3, 3], directions.shape)
    rays = np.ascontiguousarray(origins, np.float32), np.ascontiguousarray(directions, np.float32)
    return Lens(matrix, pose, size, *rays)


@dataclass(frozen=True, eq=False)
class Placed:
    """Triangles (n, 3, 3) in world, the geom (n,) of each and its colour (n, 3), 0..1; those of one geom in a row."""

    vertices: Floats
    geom: Indices
    color: Floats


@dataclass(frozen=True)
class Hits:
    """prim (n,) index of a triangle, depth (n,) along the axis [m]."""

    prim: Indices
    depth: Floats


@dataclass(frozen=True, eq=False)
class Backdrop:
    """The picture without anything that moves, flat: rgb (H W, 3), depth (H W), body_id (H W)."""

    rgb: NDArray[np.uint8]
    depth: Floats
    body_id: Indices


def geom_rgba(model: mujoco.MjModel) -> Floats:
    """Colour of every geom (ngeom, 4): its own, or its material's where it has the default one."""
    rgba = np.array(model.geom_rgba)
    plain = (model.geom_matid >= 0) & np.all(rgba == 0.5 * np.array([1, 1, 1, 2], np.float32), axis=1)
    rgba[plain] = model.mat_rgba[model.geom_matid[plain]]
    return rgba


def split(model: mujoco.MjModel, skip_bodies: Collection[int]) -> tuple[Ids, Ids]:
    """Visible geoms fixed to the world, and the others."""
    shown = geom_rgba(model)[:, 3] > 0
    shown &= ~np.isin(model.geom_bodyid, list(skip_bodies))
    fixed = model.body_weldid[model.geom_bodyid] == 0
    return np.flatnonzero(shown & fixed), np.flatnonzero(shown & ~fixed)


def gather(model: mujoco.MjModel, data: mujoco.MjData, geoms: Ids) -> Placed:
    """Triangles of these geoms where they are now."""
    shapes = model_triangles(model)
    keep = np.isin(shapes.geom, geoms)
    geom = shapes.geom[keep]
    R = np.asarray(data.geom_xmat, np.float32).reshape(-1, 3, 3)[geom]
    world = shapes.vertices[keep] @ R.transpose(0, 2, 1) + np.asarray(data.geom_xpos, np.float32)[geom, None]
    return Placed(np.ascontiguousarray(world), geom, geom_rgba(model)[geom, :3])


def pixels_of(world: Placed, lens: Lens) -> Ids:
    """Flat pixels inside the rectangles that the geoms' projections span."""
    width, height = lens.size
    cover = np.zeros((height, width), bool)
    if not len(world.geom):
        return np.flatnonzero(cover)
    points = lens.in_camera(world.vertices.reshape(-1, 3))
    z = np.maximum(points[:, 2], NEAR)
    u = lens.K[0, 0] * points[:, 0] / z + lens.K[0, 2]
    v = lens.K[1, 1] * points[:, 1] / z + lens.K[1, 2]
    starts = 3 * np.flatnonzero(np.diff(world.geom, prepend=-1))
    low = np.stack([np.minimum.reduceat(a, starts) for a in (u, v)], 1)
    high = np.stack([np.maximum.reduceat(a, starts) for a in (u, v)], 1)
    behind = np.minimum.reduceat(points[:, 2], starts) < NEAR
    low[behind], high[behind] = 0, lens.size
    low = np.clip(np.floor(low) - 1, 0, lens.size).astype(int)
    high = np.clip(np.ceil(high) + 2, 0, lens.size).astype(int)
    for (u0, v0), (u1, v1) in zip(low, high, strict=True):
        cover[v0:v1, u0:u1] = True
    return np.flatnonzero(cover)


def _scene(world: Placed) -> EmbreeScene:
    scene = EmbreeScene(robust=True)
    if len(world.vertices):
        TriangleMesh(scene, world.vertices)
    return scene


def cast(world: Placed, lens: Lens, pixel: Ids) -> tuple[Ids, Hits]:
    """Which of the flat pixels hit something, and what."""
    if not len(world.vertices) or not len(pixel):
        return pixel[:0], Hits(np.zeros(0, np.int32), np.zeros(0, np.float32))
    hit = _scene(world).run(lens.origins.take(pixel, axis=0), lens.directions.take(pixel, axis=0), output=1)
    struck = np.flatnonzero(hit["primID"] >= 0)
    return pixel[struck], Hits(hit["primID"][struck], hit["tfar"][struck])


def shade(world: Placed, eye: Array) -> NDArray[np.uint8]:
    """Two-light Lambert colour of each triangle (n, 3), lit on the side that faces the eye."""
    triangles = world.vertices
    normal = np.cross(triangles[:, 1] - triangles[:, 0], triangles[:, 2] - triangles[:, 0])
    normal /= np.maximum(np.linalg.norm(normal, axis=1, keepdims=True), 1e-12)
    normal *= np.where(np.sum(normal * (eye - triangles[:, 0]), axis=1, keepdims=True) < 0, -1.0, 1.0)
    light = np.full(len(triangles), AMBIENT)
    for direction, strength in LIGHTS:
        light += strength * np.clip(normal @ (direction / np.linalg.norm(direction)), 0.0, None)
    return np.asarray(np.clip(255.0 * world.color * light[:, None], 0, 255), np.uint8)


def darken(rgb: NDArray[np.uint8], depth: Floats, world: Placed, lens: Lens) -> None:
    """Darken, in place, flat pixels (H W, 3) whose surface does not see the first light."""
    sun = (LIGHTS[0][0] / np.linalg.norm(LIGHTS[0][0])).astype(np.float32)
    solid = np.flatnonzero(depth > 0)
    starts = lens.origins[solid] + depth[solid, None] * lens.directions[solid] + np.float32(1e-3) * sun
    towards = np.ascontiguousarray(np.broadcast_to(sun, starts.shape))
    dark = solid[_scene(world).run(starts, towards, query="OCCLUDED") >= 0]
    rgb[dark] = (SHADOW * rgb[dark]).astype(np.uint8)


_BACKDROPS: WeakKeyDictionary[mujoco.MjModel, dict[tuple[object, ...], Backdrop]] = WeakKeyDictionary()


def backdrop(model: mujoco.MjModel, data: mujoco.MjData, still: Ids, lens: Lens) -> Backdrop:
    """The picture of what is fixed to the world; cast again only when it, or the lens, is another."""
    kept = _BACKDROPS.setdefault(model, {})
    place = data.geom_xpos[still].tobytes(), data.geom_xmat[still].tobytes(), geom_rgba(model)[still].tobytes()
    key = (lens.K.tobytes(), lens.T.tobytes(), lens.size, still.tobytes(), *place)
    if key not in kept:
        while len(kept) >= KEPT:
            kept.pop(next(iter(kept)))
        kept[key] = _cast_backdrop(model, data, still, lens)
    return kept[key]


def _cast_backdrop(model: mujoco.MjModel, data: mujoco.MjData, still: Ids, lens: Lens) -> Backdrop:
    width, height = lens.size
    a = np.linspace(0.0, 1.0, height)[:, None]
    rgb = np.repeat(((1.0 - a) * SKY[0] + a * SKY[1]).astype(np.uint8), width, axis=0)
    depth, body_id = np.zeros(width * height, np.float32), np.full(width * height, -1, np.int32)
    world = gather(model, data, still)
    pixel, found = cast(world, lens, np.arange(width * height))
    rgb[pixel] = shade(world, lens.eye)[found.prim]
    depth[pixel], body_id[pixel] = found.depth, model.geom_bodyid[world.geom[found.prim]]
    return Backdrop(rgb, depth, body_id)
