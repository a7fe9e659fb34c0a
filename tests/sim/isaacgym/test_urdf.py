"""URDFs read back are the models they were written from."""

from __future__ import annotations

from pathlib import Path

import mujoco
import numpy as np
import pytest

from pg4da.hardware.description.robot import ARM_BASES, add_arm
from pg4da.hardware.robotiq_2f140.parameters import T_FLANGE_TOOL
from pg4da.hardware.ur5e.kinematics import UR5eKinematics
from pg4da.hardware.ur5e.parameters import JOINTS
from pg4da.sim.isaacgym import floating
from pg4da.sim.isaacgym.config import IsaacGymConfig
from pg4da.sim.isaacgym.describing import describe
from pg4da.sim.isaacgym.urdf import roll_pitch_yaw, write_urdf
from pg4da.sim.objects.blocks import BLOCK_NAMES
from pg4da.sim.objects.shape import load_shape

from .conftest import lying

EFFORT = dict.fromkeys(("x", "y", "z", "yaw", "pitch", "roll", "finger_a", "finger_b", "tip_a", "tip_b", *JOINTS), 1.0)


def read(path: Path, fixed: bool) -> mujoco.MjModel:
    """Its links are kept apart, and all inertias as the file has them."""
    spec = mujoco.MjSpec.from_file(str(path))
    spec.compiler.fusestatic = False
    if not fixed:
        spec.worldbody.first_body().add_freejoint()
    return spec.compile()


@pytest.fixture(scope="module", params=["arm", "gripper"])
def pair(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> tuple[mujoco.MjModel, ...]:
    """The model, and what was read back of its URDF."""
    spec = mujoco.MjSpec()
    if request.param == "arm":
        add_arm(spec, "left", np.eye(4))
        root = "left/base"
    else:
        root = floating.add_chain(spec, "left").name
    model = spec.compile()
    path = tmp_path_factory.mktemp("urdf") / "left.urdf"
    write_urdf(model, root, path, EFFORT)
    return model, read(path, fixed=True)


def shared_bodies(model: mujoco.MjModel, back: mujoco.MjModel) -> list[tuple[int, int]]:
    names = {model.body(b).name.split("/")[-1]: b for b in range(1, model.nbody)}
    return [(names[back.body(b).name], b) for b in range(1, back.nbody) if back.body(b).name in names]


def test_joints_are_the_same(pair: tuple[mujoco.MjModel, ...]) -> None:
    model, back = pair
    ours = {model.joint(j).name.split("/")[-1]: model.jnt_range[j] for j in range(model.njnt)}
    theirs = {back.joint(j).name: back.jnt_range[j] for j in range(back.njnt)}
    assert theirs.keys() == ours.keys()
    for name, limits in ours.items():
        assert np.allclose(theirs[name], limits, atol=1e-6), name


def test_masses_and_inertias_are_the_same(pair: tuple[mujoco.MjModel, ...]) -> None:
    model, back = pair
    bodies = shared_bodies(model, back)
    assert len(bodies) >= 10
    for a, b in bodies:
        assert back.body_mass[b] == pytest.approx(model.body_mass[a], rel=1e-6)
        assert np.allclose(back.body_ipos[b], model.body_ipos[a], atol=1e-6)
        assert np.allclose(sorted(back.body_inertia[b]), sorted(model.body_inertia[a]), rtol=1e-4, atol=1e-9)


def test_links_go_the_same_way(pair: tuple[mujoco.MjModel, ...]) -> None:
    model, back = pair
    rng = np.random.default_rng(3)
    bodies = shared_bodies(model, back)
    for _ in range(5):
        data, twin = mujoco.MjData(model), mujoco.MjData(back)
        for j in range(model.njnt):
            low, high = model.jnt_range[j]
            value = rng.uniform(low, high)
            data.qpos[model.jnt_qposadr[j]] = value
            twin.qpos[back.jnt_qposadr[back.joint(model.joint(j).name.split("/")[-1]).id]] = value
        mujoco.mj_kinematics(model, data)
        mujoco.mj_kinematics(back, twin)
        for a, b in bodies:
            assert np.allclose(data.xpos[a], twin.xpos[b], atol=1e-6)
            assert np.allclose(data.xmat[a], twin.xmat[b], atol=1e-5)


def test_no_shape_that_touches_is_left_out(pair: tuple[mujoco.MjModel, ...]) -> None:
    """A capsule is a cylinder and two spheres."""
    model, back = pair
    capsules = sum(int(t) == int(mujoco.mjtGeom.mjGEOM_CAPSULE) for t in model.geom_type)
    touching = int(np.sum((model.geom_contype | model.geom_conaffinity) > 0))
    assert np.sum(back.geom_contype > 0) == touching + 2 * capsules
    assert capsules > 0


def test_the_arm_is_the_one_that_is_planned_for(tmp_path: Path) -> None:
    describe(IsaacGymConfig(), [lying(("cube", 0.0, 0.5))], tmp_path)
    back = read(tmp_path / "right.urdf", fixed=True)
    data = mujoco.MjData(back)
    q = np.array([0.3, -1.2, 1.1, -1.4, -1.5, 0.2])
    for joint, value in zip(JOINTS, q, strict=True):
        data.qpos[back.jnt_qposadr[back.joint(joint).id]] = value
    mujoco.mj_kinematics(back, data)
    palm = back.body("palm").id
    T_base_palm = np.eye(4)
    T_base_palm[:3, :3], T_base_palm[:3, 3] = data.xmat[palm].reshape(3, 3), data.xpos[palm]
    tool = UR5eKinematics(ARM_BASES["right"], T_FLANGE_TOOL).forward(q)
    T_palm_tool = np.eye(4)
    T_palm_tool[2, 3] = 0.2332
    assert np.allclose(ARM_BASES["right"] @ T_base_palm @ T_palm_tool, tool, atol=1e-6)


@pytest.mark.parametrize("name", BLOCK_NAMES)
def test_blocks_weigh_and_fill_what_they_should(name: str, tmp_path: Path) -> None:
    description = describe(IsaacGymConfig(), [lying((name, 0.0, 0.5))], tmp_path, arms=False)
    (thing,) = description["objects"]
    back = read(Path(thing["urdf"]), fixed=False)
    shape = load_shape(name)
    assert back.body_mass[1] == pytest.approx(shape.mass)
    assert np.allclose(back.body_ipos[1], shape.centre_of_mass, atol=1e-6)
    data = mujoco.MjData(back)
    mujoco.mj_forward(back, data)
    low, high = np.full(3, np.inf), np.full(3, -np.inf)
    for geom in range(back.ngeom):
        mesh = back.geom_dataid[geom]
        corners = np.array([[x, y, z] for x in (-1, 1) for y in (-1, 1) for z in (-1, 1)]) * back.geom_size[geom]
        if mesh >= 0:
            corners = back.mesh_vert[back.mesh_vertadr[mesh] :][: back.mesh_vertnum[mesh]]
        points = data.geom_xpos[geom] + corners @ data.geom_xmat[geom].reshape(3, 3).T
        low, high = np.minimum(low, points.min(axis=0)), np.maximum(high, points.max(axis=0))
    points = np.concatenate(shape.parts)
    assert np.allclose(low, points.min(axis=0), atol=1e-4)
    assert np.allclose(high, points.max(axis=0), atol=1e-4)


@pytest.mark.parametrize("angles", [(0.1, 0.2, 0.3), (1.0, np.pi / 2, 0.0), (-2.0, -np.pi / 2, 0.0), (3.1, 1.5, -3.0)])
def test_angles_give_their_rotation(angles: tuple[float, float, float]) -> None:
    from scipy.spatial.transform import Rotation

    R = Rotation.from_euler("xyz", angles).as_matrix()
    assert np.allclose(Rotation.from_euler("xyz", roll_pitch_yaw(R)).as_matrix(), R, atol=1e-7)


def test_what_a_urdf_can_not_say(tmp_path: Path) -> None:
    spec = mujoco.MjSpec()
    body = spec.worldbody.add_body(name="thing")
    body.add_geom(type=mujoco.mjtGeom.mjGEOM_ELLIPSOID, size=[0.1, 0.2, 0.3], name="egg")
    with pytest.raises(ValueError, match="egg"):
        write_urdf(spec.compile(), "thing", tmp_path / "thing.urdf", {})
    arm = body.add_body(name="arm", mass=1.0, inertia=[1.0, 1.0, 1.0])
    arm.add_joint(type=mujoco.mjtJoint.mjJNT_BALL)
    spec.delete(body.first_geom())
    body.mass, body.inertia, body.explicitinertial = 1.0, [1.0, 1.0, 1.0], True
    with pytest.raises(ValueError, match="no counterpart"):
        write_urdf(spec.compile(), "thing", tmp_path / "thing.urdf", {})
