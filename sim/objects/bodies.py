"""Objects as free bodies of a MuJoCo model."""

from __future__ import annotations

import mujoco
import numpy as np

from pg4da.sim.objects.shape_types import Shape
from pg4da.sim.physics import FREE_JOINT_DAMPING, OBJECT_FRICTION
from pg4da.sim.scenes.scene import SceneObject


def add_object(spec: mujoco.MjSpec, name: str, obj: SceneObject, shape: Shape) -> mujoco.MjsBody:
    """Add a free body called `name`, with geoms `name/0`, `name/1`, …, at the object's pose. Returns the body.

    Its free joint is called `name` too. Boxes stand in for parts where the shape has them.
    """
    x, y, z, w = obj.quaternion
    body = spec.worldbody.add_body(name=name, pos=obj.position, quat=[w, x, y, z])
    joint = body.add_freejoint(name=name)
    joint.damping = [FREE_JOINT_DAMPING, 0.0, 0.0]
    _set_inertia(body, shape)
    look = {"friction": (shape.friction, *OBJECT_FRICTION[1:]), "rgba": (*obj.color, 1.0)}
    for k, box in enumerate(shape.boxes):
        if box is None:
            mesh = _mesh(spec, shape, k)
            body.add_geom(name=f"{name}/{k}", type=mujoco.mjtGeom.mjGEOM_MESH, meshname=mesh, **look)
        else:
            kind = mujoco.mjtGeom.mjGEOM_BOX
            body.add_geom(name=f"{name}/{k}", type=kind, size=box.half, pos=box.position, **look)
    return body


def _set_inertia(body: mujoco.MjsBody, shape: Shape) -> None:
    inertia = shape.inertia
    body.explicitinertial = True
    body.mass = shape.mass
    body.ipos = shape.centre_of_mass
    i, j = np.array([0, 1, 2, 0, 0, 1]), np.array([0, 1, 2, 1, 2, 2])
    body.fullinertia = inertia[i, j]


def _mesh(spec: mujoco.MjSpec, shape: Shape, k: int) -> str:
    """Name of the mesh of a convex part, added to the model at its first use."""
    name = f"{shape.name}#{k}"
    if spec.mesh(name) is None:
        spec.add_mesh(name=name, uservert=shape.parts[k].ravel(), inertia=mujoco.mjtMeshInertia.mjMESH_INERTIA_CONVEX)
    return name
