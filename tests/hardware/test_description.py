"""The MuJoCo description agrees with the maker's parameters and with the gripper's linkage."""

from __future__ import annotations

import mujoco
import numpy as np
import pytest

from pg4da.hardware.description.gripper import GRIPPER_JOINTS, PAD_LENGTH, PAD_THICKNESS
from pg4da.hardware.description.robot import ARM_BASES, add_arm
from pg4da.hardware.robotiq_2f140 import linkage
from pg4da.hardware.robotiq_2f140.parameters import MASS, MAX_WIDTH, T_FLANGE_TOOL
from pg4da.hardware.ur5e.kinematics import UR5eKinematics
from pg4da.hardware.ur5e.parameters import JOINTS, LOWER, UPPER


@pytest.fixture(scope="module")
def model() -> mujoco.MjModel:
    spec = mujoco.MjSpec()
    for name, T in ARM_BASES.items():
        add_arm(spec, name, T)
    return spec.compile()


def posed(model: mujoco.MjModel, name: str, q: np.ndarray, width: float) -> mujoco.MjData:
    data = mujoco.MjData(model)
    for joint, value in zip(JOINTS, q, strict=True):
        data.joint(f"{name}/{joint}").qpos[0] = value
    for joint in GRIPPER_JOINTS:
        data.joint(f"{name}/{joint}").qpos[0] = linkage.angle(width)
    mujoco.mj_kinematics(model, data)
    return data


@pytest.mark.parametrize("name", ["left", "right"])
@pytest.mark.parametrize("seed", range(5))
def test_sites_agree_with_the_dh_chain(model: mujoco.MjModel, name: str, seed: int) -> None:
    q = np.random.default_rng(seed).uniform(LOWER, UPPER)
    data = posed(model, name, q, 0.05)
    for site, T_flange_x in (("flange", np.eye(4)), ("tool", T_FLANGE_TOOL)):
        T = UR5eKinematics(ARM_BASES[name], T_flange_x).forward(q)
        found = data.site(f"{name}/{site}")
        np.testing.assert_allclose(found.xpos, T[:3, 3], atol=1e-9)
        np.testing.assert_allclose(found.xmat.reshape(3, 3), T[:3, :3], atol=1e-9)


@pytest.mark.parametrize("width", [0.0, 0.045, 0.1, 0.14])
def test_pads_stand_where_the_linkage_says(model: mujoco.MjModel, width: float) -> None:
    data = posed(model, "left", np.full(6, 0.3), width)
    tool = data.site("left/tool")
    a, b = (tool.xmat.reshape(3, 3).T @ (data.geom(f"left/tip_{side}/0").xpos - tool.xpos) for side in ("a", "b"))
    assert a[0] - b[0] - PAD_THICKNESS == pytest.approx(width, abs=1e-9)
    assert a[0] == pytest.approx(-b[0], abs=1e-9)
    assert a[2] + PAD_LENGTH / 2 == pytest.approx(-linkage.tip_retreat(width), abs=1e-9)


def test_mass_is_the_makers(model: mujoco.MjModel) -> None:
    arm = 3.761 + 8.058 + 2.846 + 1.37 + 1.3 + 0.365
    assert model.body("left/shoulder").subtreemass[0] == pytest.approx(arm + MASS)


def test_joint_ranges_are_radians(model: mujoco.MjModel) -> None:
    ranges = np.array([model.joint(f"left/{joint}").range for joint in JOINTS])
    np.testing.assert_allclose(ranges, np.stack([LOWER, UPPER], axis=1))


def test_linkage_at_its_ends() -> None:
    assert linkage.width(0.0) == pytest.approx(MAX_WIDTH)
    assert linkage.width(linkage.CLOSED_ANGLE) == pytest.approx(0.0)
    assert linkage.tip_retreat(0.0) == pytest.approx(0.0)
    assert linkage.tip_retreat(MAX_WIDTH) == pytest.approx(0.0286, abs=1e-4)


@pytest.mark.parametrize("width", np.linspace(0.0, MAX_WIDTH, 8))
def test_linkage_round_trip(width: float) -> None:
    assert linkage.width(linkage.angle(width)) == pytest.approx(width, abs=1e-12)


def test_torque_and_rate_are_consistent_with_the_motion() -> None:
    """Power in equals power out: torque times rate is two pads' force times half the width's speed each."""
    q, step = 0.4, 1e-6
    rate = linkage.angular_rate(0.1, q)
    assert (linkage.width(q) - linkage.width(q + rate * step)) / step == pytest.approx(0.1, rel=1e-4)
    assert linkage.torque(40.0, q) * rate == pytest.approx(40.0 * 0.1)
