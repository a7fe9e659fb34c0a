from __future__ import annotations

import mujoco
import numpy as np
import pytest

from pg4da.sim.objects.bodies import add_object
from pg4da.sim.objects.shape import BLOCK_NAMES, load_shape
from pg4da.sim.physics import FREE_JOINT_DAMPING
from pg4da.sim.scenes.scene import SceneObject


def compiled(name: str) -> mujoco.MjModel:
    obj = SceneObject(name, (1.0, 0.0, 0.5), np.array([0.1, 0.5, 0.03]), np.array([0.0, 0.0, 0.6, 0.8]))
    spec = mujoco.MjSpec()
    add_object(spec, "thing", obj, load_shape(name))
    return spec.compile()


@pytest.mark.parametrize("name", BLOCK_NAMES)
def test_body_has_the_shapes_mass_inertia_and_pose(name: str) -> None:
    model, shape = compiled(name), load_shape(name)
    body = model.body("thing").id
    assert model.body_mass[body] == pytest.approx(shape.mass)
    assert sorted(model.body_inertia[body]) == pytest.approx(sorted(np.linalg.eigvalsh(shape.inertia)), rel=1e-6)
    assert model.body_ipos[body] == pytest.approx(shape.centre_of_mass, abs=1e-9)
    assert model.qpos0 == pytest.approx([0.1, 0.5, 0.03, 0.8, 0.0, 0.0, 0.6])


@pytest.mark.parametrize("name", BLOCK_NAMES)
def test_geoms_lie_where_the_parts_are(name: str) -> None:
    model, shape = compiled(name), load_shape(name)
    data = mujoco.MjData(model)
    mujoco.mj_forward(model, data)
    world = shape.placed(np.array([0.1, 0.5, 0.03]), np.array([0.0, 0.0, 0.6, 0.8]))
    middle = (world.min(axis=0) + world.max(axis=0)) / 2
    above = np.array([middle[0], middle[1], 0.5])
    if name == "concave":
        above[:2] = (
            shape.placed(above * 0 + [0.1, 0.5, 0.03], np.array([0.0, 0.0, 0.6, 0.8]))[0, :2] * 0.1 + above[:2] * 0.9
        )
    hit = np.zeros(1, np.int32)
    distance = mujoco.mj_ray(model, data, above, np.array([0.0, 0.0, -1.0]), None, 1, -1, hit)
    assert distance == pytest.approx(0.5 - world[:, 2].max(), abs=1e-6)


def test_free_joint_is_damped_so_that_cylinders_come_to_rest() -> None:
    assert compiled("cylinder").dof_damping == pytest.approx([FREE_JOINT_DAMPING] * 6)


def test_two_objects_share_their_meshes() -> None:
    spec = mujoco.MjSpec()
    for k in range(2):
        obj = SceneObject("triangle", (1.0, 0.0, 0.0), np.array([0.1 * k, 0.5, 0.03]), np.array([0.0, 0.0, 0.0, 1.0]))
        add_object(spec, f"thing{k}", obj, load_shape("triangle"))
    assert spec.compile().nmesh == 1
