"""Triangles of MuJoCo's geoms, in each geom's own frame: what the ray caster sees."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from weakref import WeakKeyDictionary

import mujoco
import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]
Indices = NDArray[np.int32]

SIDES = 40  # facets round a circle: a radius of 22 mm is off by 0.07 mm
PLANE_HALF = 3.0  # m, stands for an infinite plane
LAST_VISIBLE_GROUP = 2  # MuJoCo viewers show groups 0..2 by default


@dataclass(frozen=True)
class Triangles:
    """vertices (n, 3, 3) in the frame of the geom that `geom` (n,) names."""

    vertices: Floats
    geom: Indices


def grid_faces(rows: int, columns: int) -> Indices:
    """Two triangles a cell of a (rows + 1) x (columns + 1) lattice of vertices, shape (2 rows columns, 3)."""
    i, j = np.meshgrid(np.arange(rows), np.arange(columns), indexing="ij")
    a = (i * (columns + 1) + j).ravel()
    b, c, d = a + 1, a + columns + 1, a + columns + 2
    return np.concatenate([np.stack([a, c, b], 1), np.stack([b, c, d], 1)]).astype(np.int32)


def revolve(profile: NDArray[np.float64]) -> Floats:
    """Surface of a profile (m, 2) of (radius, z) turned round z."""
    angle = np.linspace(0.0, 2.0 * np.pi, SIDES + 1)
    r, z = profile[:, :1], profile[:, 1:]
    vertices = np.stack([r * np.cos(angle), r * np.sin(angle), np.broadcast_to(z, (len(profile), SIDES + 1))], -1)
    return np.asarray(vertices.reshape(-1, 3)[grid_faces(len(profile) - 1, SIDES)], np.float32)


def box(size: NDArray[np.float64]) -> Floats:
    """12 triangles of a box with half edges `size` (3,)."""
    corners = np.array([[x, y, z] for x in (-1, 1) for y in (-1, 1) for z in (-1, 1)]) * size
    quads = [(0, 1, 3, 2), (4, 6, 7, 5), (0, 4, 5, 1), (2, 3, 7, 6), (0, 2, 6, 4), (1, 5, 7, 3)]
    faces = np.array([t for a, b, c, d in quads for t in ((a, b, c), (a, c, d))])
    return np.asarray(corners[faces], np.float32)


def plane(size: NDArray[np.float64]) -> Floats:
    """Two triangles; a size of 0 is infinite."""
    hx, hy = (s if s > 0 else PLANE_HALF for s in size[:2])
    corners = np.array([[-hx, -hy, 0], [hx, -hy, 0], [hx, hy, 0], [-hx, hy, 0]])
    return np.asarray(corners[np.array([[0, 1, 2], [0, 2, 3]])], np.float32)


def cylinder(size: NDArray[np.float64]) -> Floats:
    """Radius size[0], half length size[1]."""
    radius, half = size[0], size[1]
    return revolve(np.array([[0, -half], [radius, -half], [radius, half], [0, half]]))


def capsule(size: NDArray[np.float64]) -> Floats:
    """Radius size[0], half length of the straight part size[1]."""
    radius, half = size[0], size[1]
    a = np.linspace(-np.pi / 2, np.pi / 2, 14)
    return revolve(np.stack([radius * np.cos(a), radius * np.sin(a) + half * np.sign(a)], 1))


def ellipsoid(size: NDArray[np.float64]) -> Floats:
    """Half axes `size` (3,)."""
    a = np.linspace(-np.pi / 2, np.pi / 2, 23)
    return np.asarray(revolve(np.stack([np.cos(a), np.sin(a)], 1)) * size, np.float32)


def sphere(size: NDArray[np.float64]) -> Floats:
    """Radius size[0]."""
    return ellipsoid(np.full(3, size[0]))


PRIMITIVES: dict[int, Callable[[NDArray[np.float64]], Floats]] = {
    int(mujoco.mjtGeom.mjGEOM_PLANE): plane,
    int(mujoco.mjtGeom.mjGEOM_SPHERE): sphere,
    int(mujoco.mjtGeom.mjGEOM_CAPSULE): capsule,
    int(mujoco.mjtGeom.mjGEOM_ELLIPSOID): ellipsoid,
    int(mujoco.mjtGeom.mjGEOM_CYLINDER): cylinder,
    int(mujoco.mjtGeom.mjGEOM_BOX): box,
}


def mesh(model: mujoco.MjModel, geom: int) -> Floats:
    """Triangles of a mesh geom."""
    i = int(model.geom_dataid[geom])
    vertices = model.mesh_vert[model.mesh_vertadr[i] : model.mesh_vertadr[i] + model.mesh_vertnum[i]]
    faces = model.mesh_face[model.mesh_faceadr[i] : model.mesh_faceadr[i] + model.mesh_facenum[i]]
    return np.asarray(vertices[faces], np.float32)


def geom_triangles(model: mujoco.MjModel, geom: int) -> Floats:
    """Triangles (n, 3, 3) of one geom in its own frame. Raises ValueError for a type that cannot be shown."""
    kind = int(model.geom_type[geom])
    if kind == int(mujoco.mjtGeom.mjGEOM_MESH):
        return mesh(model, geom)
    if kind not in PRIMITIVES:
        name = mujoco.mjtGeom(kind).name
        raise ValueError(f"geom {model.geom(geom).name!r} has type {name}, which the camera cannot show")
    return PRIMITIVES[kind](np.array(model.geom_size[geom]))


_CACHE: WeakKeyDictionary[mujoco.MjModel, Triangles] = WeakKeyDictionary()


def model_triangles(model: mujoco.MjModel) -> Triangles:
    """Triangles of every geom in the visible groups, made once a model (sizes changed later are not seen)."""
    found = _CACHE.get(model)
    if found is None:
        geoms = [g for g in range(model.ngeom) if model.geom_group[g] <= LAST_VISIBLE_GROUP]
        parts = [geom_triangles(model, g) for g in geoms]
        vertices = np.concatenate(parts) if parts else np.zeros((0, 3, 3), np.float32)
        owner = np.repeat(np.array(geoms, np.int32), [len(p) for p in parts])
        found = _CACHE[model] = Triangles(vertices, owner)
    return found
