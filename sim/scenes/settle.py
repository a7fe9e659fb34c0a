"""Let a scene's objects come to rest, without arms; overlaps are pushed apart slowly instead of exploding."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import mujoco
import numpy as np
from numpy.typing import NDArray

from pg4da.hardware.cell import Workspace
from pg4da.hardware.frames import Array
from pg4da.sim.cache import cached
from pg4da.sim.objects.bodies import add_object
from pg4da.sim.objects.shape import Shape, load_shape
from pg4da.sim.physics import OBJECT_FRICTION, TIMESTEP, configure
from pg4da.sim.scenes.errors import SceneError
from pg4da.sim.scenes.scene import Scene, SceneObject

VERSION = "5"  # part of the cache's key: raise it when settling changes
MAX_SPEED = 0.3  # m/s; caps both the fall and the parting of overlapping objects
MAX_SPIN = 6.0  # rad/s
MAX_TIME = 6.0  # s of simulation
MAX_OVERLAP = 0.0012  # m; contacts under a heap are softer than that, overlaps left over are deeper
STRICT_TIME = 1.5  # s while overlaps, which part slowly at the end, must not fall asleep; later, heaps that creep may
STRICT_TOLERANCE, LAX_TOLERANCE = 1e-3, 1e-2  # m/s
WORKSPACE = Workspace()


def settle(scene: Scene, objects_dir: Path | None = None) -> Scene:
    """The scene at rest. Deterministic; results are cached on disk.

    Objects that begin below the table top are first raised onto it. Raises SceneError naming objects that leave the
    workspace while settling.
    """
    if not scene.objects:
        return scene
    shapes = [load_shape(obj.shape, objects_dir) for obj in scene.objects]
    start = np.array([[*obj.position, *obj.quaternion] for obj in scene.objects])
    rest = cached("settled", _key(start, shapes), lambda: {"poses": _simulate(scene, shapes)})["poses"]
    moved = [
        replace(o, position=pose[:3].copy(), quaternion=pose[3:].copy())
        for o, pose in zip(scene.objects, rest, strict=True)
    ]
    settled = replace(scene, objects=tuple(moved))
    _check_inside(settled)
    return settled


def _key(start: Array, shapes: list[Shape]) -> list[NDArray[np.float64] | str]:
    key: list[NDArray[np.float64] | str] = [VERSION, mujoco.__version__, str(TIMESTEP), start]
    for shape in shapes:
        key += [np.array([shape.mass, shape.friction]), *shape.parts]
    return key


def _simulate(scene: Scene, shapes: list[Shape]) -> Array:
    """Poses at rest, shape (n, 7): position, quaternion xyzw."""
    model = free_model(scene, shapes)
    data = mujoco.MjData(model)
    for _ in range(round(MAX_TIME / TIMESTEP)):
        mujoco.mj_step(model, data)
        if data.ntree_awake == 0:
            break
        if data.time > STRICT_TIME and not _overlapping(data):
            model.opt.sleep_tolerance = LAX_TOLERANCE
        _cap_speed(data.qvel)
    poses = data.qpos.reshape(-1, 7)
    return np.column_stack([poses[:, :3], poses[:, 4:], poses[:, 3]])


def _overlapping(data: mujoco.MjData) -> bool:
    return len(data.contact) > 0 and float(data.contact.dist.min()) < -MAX_OVERLAP


def free_model(scene: Scene, shapes: list[Shape]) -> mujoco.MjModel:
    """The objects on a table and nothing else; bodies `object0`, `object1`, … in the scene's order."""
    spec = mujoco.MjSpec()
    configure(spec)
    spec.option.sleep_tolerance = STRICT_TOLERANCE
    spec.worldbody.add_geom(
        name="table", type=mujoco.mjtGeom.mjGEOM_PLANE, size=[2.0, 2.0, 0.1], friction=list(OBJECT_FRICTION)
    )
    for i, (obj, shape) in enumerate(zip(scene.objects, shapes, strict=True)):
        add_object(spec, f"object{i}", _raised(obj, shape), shape)
    return spec.compile()


def _raised(obj: SceneObject, shape: Shape) -> SceneObject:
    """The object lifted onto the table top if it reaches below; resting contacts, a little soft, are left alone."""
    lowest = shape.placed(obj.position, obj.quaternion)[:, 2].min()
    return obj if lowest >= -MAX_OVERLAP else replace(obj, position=obj.position - np.array([0.0, 0.0, lowest]))


def _cap_speed(velocities: Array) -> None:
    """Scale linear and angular velocities of free joints down to their caps, in place; shape (6 n,)."""
    parts = velocities.reshape(-1, 2, 3)
    speeds = np.linalg.norm(parts, axis=2)
    caps = np.array([MAX_SPEED, MAX_SPIN])
    if (speeds > caps).any():
        parts *= np.minimum(1.0, caps / np.maximum(speeds, 1e-12))[:, :, None]


def _check_inside(scene: Scene) -> None:
    lost = [
        f"{Path(obj.shape).parent.name or obj.shape} (object {i + 1})"
        for i, obj in enumerate(scene.objects)
        if not WORKSPACE.contains(*obj.position[:2]) or obj.position[2] < -0.01
    ]
    if lost:
        raise SceneError(scene.name, None, None, f"leaves the workspace while settling: {', '.join(lost)}")
