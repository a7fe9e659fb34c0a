"""MuJoCo's contacts of our shapes against exact geometry: an overlap that is judged too deep throws an object."""

from __future__ import annotations

import mujoco
import numpy as np
import pytest
from scipy.spatial import ConvexHull
from scipy.spatial.transform import Rotation

from pg4da.hardware.frames import Array
from pg4da.sim.objects.bodies import add_object
from pg4da.sim.objects.shape import load_shape
from pg4da.sim.physics import configure_cell
from pg4da.sim.scenes.scene import SceneObject

TIP = np.array([0.00375, 0.0135, 0.0325])  # m, half sizes of a fingertip's pad
CORNERS = TIP * np.array([[x, y, z] for x in (-1, 1) for y in (-1, 1) for z in (-1, 1)])
HOME = (np.zeros(3), np.array([0.0, 0.0, 0.0, 1.0]))
TRIALS = 400
CLOSE = 5e-4  # m


def model_of(shape: str) -> mujoco.MjModel:
    """The block at the origin and a fingertip's box, free to be put anywhere."""
    spec = mujoco.MjSpec()
    configure_cell(spec)
    add_object(spec, "block", SceneObject(shape, (0.0, 1.0, 0.0), *HOME), load_shape(shape))
    tip = spec.worldbody.add_body(name="tip")
    tip.add_freejoint()
    tip.add_geom(type=mujoco.mjtGeom.mjGEOM_BOX, size=TIP, mass=0.1)
    return spec.compile()


def directions(points: Array) -> tuple[Array, Array]:
    """Unit face normals and edge directions of a convex part, each (n, 3)."""
    hull = ConvexHull(points)
    normals = np.unique(hull.equations[:, :3].round(9), axis=0)
    crossed = np.cross(normals[:, None], normals[None]).reshape(-1, 3)  # edges lie along these
    lengths = np.linalg.norm(crossed, axis=1)
    edges = crossed[lengths > 1e-6] / lengths[lengths > 1e-6, None]
    return normals, np.unique(edges.round(6), axis=0)


def exact_depth(points: Array, normals: Array, edges: Array, tip: Array, R: Array) -> float:
    """Overlap of two convex bodies by their separating axes, negative when apart."""
    crossed = np.cross(edges[:, None], R.T[None]).reshape(-1, 3)
    lengths = np.linalg.norm(crossed, axis=1)
    axes = np.concatenate([normals, R.T, crossed[lengths > 1e-6] / lengths[lengths > 1e-6, None]])
    mine, other = points @ axes.T, tip @ axes.T
    return float(np.minimum(mine.max(axis=0) - other.min(axis=0), other.max(axis=0) - mine.min(axis=0)).min())


@pytest.mark.parametrize("shape", ["cylinder", "half-cylinder", "triangle"])
def test_a_fingertip_s_depth_in_a_block_is_right(shape: str) -> None:
    model, part = model_of(shape), load_shape(shape).parts[0]
    data, rng, touched = mujoco.MjData(model), np.random.default_rng(0), 0
    normals, edges = directions(part)
    for _ in range(TRIALS):
        turn = Rotation.from_euler("zxy", [rng.uniform(0, 2 * np.pi), *rng.normal(0, 0.003, 2)])
        angle, way = rng.uniform(0, 2 * np.pi), 0.022 + rng.uniform(-0.003, 0.018)
        place = np.array([way * np.cos(angle), way * np.sin(angle), rng.uniform(-0.05, 0.05)])
        depth = exact_depth(part, normals, edges, turn.apply(CORNERS) + place, turn.as_matrix())
        data.qpos[7:] = [*place, *np.roll(turn.as_quat(), 1)]
        mujoco.mj_kinematics(model, data)
        mujoco.mj_collision(model, data)
        found = -min(data.contact.dist, default=0.0)
        assert found == pytest.approx(max(depth, 0.0), abs=CLOSE)
        touched += depth > 0
    assert touched > TRIALS // 4
