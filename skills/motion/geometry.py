"""The arms, their plinths, the table and the bin as one MuJoCo model, posed by hand and never stepped."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping

import mujoco
import numpy as np
from numpy.typing import NDArray
from scipy.spatial.transform import Rotation

from pg4da.hardware.cell import Arm, Cell
from pg4da.hardware.description.bin import BIN_HALF, BIN_WALL
from pg4da.hardware.description.gripper import GRIPPER_JOINTS, add_gripper
from pg4da.hardware.frames import Array
from pg4da.hardware.robotiq_2f140.linkage import angle
from pg4da.hardware.robotiq_2f140.parameters import COUPLING, LENGTH
from pg4da.hardware.shaped import Shaped

MARGIN = 0.010  # m between an arm and anything solid
FINGER_TABLE_MARGIN = 0.001  # m; fingertips work just above the table
PLINTH_HALF = 0.09  # m
FINGERTIPS = ("tip_a", "tip_b")
FINGERS = ("finger_a", "finger_b", *FINGERTIPS)
HAND = ("palm", *FINGERS)


class Geometry:
    """Poses the model. An arm without joints is its gripper alone, floating at the tool pose."""

    def __init__(self, cell: Cell) -> None:
        self.names = tuple(cell.arms)
        self.model = _build(cell)
        self.data = mujoco.MjData(self.model)
        self._poser = {name: _poser(self.model, arm) for name, arm in cell.arms.items()}
        self._fingers = {name: [_qpos(self.model, f"{name}/{j}") for j in GRIPPER_JOINTS] for name in self.names}
        body = self.model.geom_bodyid
        owners = [self.model.body(int(b)).name.partition("/") for b in body]
        self.arm_of = np.array([self.names.index(o[0]) if o[0] in self.names else -1 for o in owners])
        self.link_of = np.array([o[2] for o in owners])
        self.fingertip = np.isin(self.link_of, FINGERTIPS)
        self.finger = np.isin(self.link_of, FINGERS)
        self.hand = np.isin(self.link_of, HAND)

    def set_widths(self, widths: Mapping[str, float]) -> None:
        """Open the fingers to widths [m]."""
        for name, width in widths.items():
            self.data.qpos[self._fingers[name]] = angle(width)

    def pose(self, q: Mapping[str, Array]) -> None:
        """Put arms where q, name to (dof,), has them."""
        for name, value in q.items():
            self._poser[name](self.data, value)
        mujoco.mj_kinematics(self.model, self.data)

    def belongs(self, owners: NDArray[np.intp], arms: Collection[str]) -> NDArray[np.bool_]:
        """Which owners, numbers as in `arm_of`, are among `arms`."""
        wanted = np.array([*(name in arms for name in self.names), False])  # the last for -1, no arm
        return np.asarray(wanted[owners], bool)

    def describe(self, geom: int) -> str:
        """What a geom is, in words."""
        if self.arm_of[geom] < 0:
            return f"the {self.model.geom(geom).name.partition('/')[0]}"
        return f"the {self.names[self.arm_of[geom]]} arm's {self.link_of[geom].replace('_', ' ')}"


def _build(cell: Cell) -> mujoco.MjModel:
    spec = mujoco.MjSpec()
    world = spec.worldbody
    world.add_geom(name="table", type=mujoco.mjtGeom.mjGEOM_PLANE, size=[2.0, 2.0, 0.1])
    for name, arm in cell.arms.items():
        if isinstance(arm.kinematics, Shaped):
            T = arm.kinematics.T_world_base
            arm.kinematics.add_to(spec, name)
            _box(world, f"plinth/{name}", (*T[:2, 3], T[2, 3] / 2), (PLINTH_HALF, PLINTH_HALF, T[2, 3] / 2))
        else:
            hand = world.add_body(name=f"{name}/hand")
            hand.add_freejoint(name=f"{name}/hand")
            add_gripper(spec, hand, name, -(COUPLING + LENGTH))
    _add_bin(world, cell.bin_position)
    for geom in spec.geoms:
        geom.margin = MARGIN / 2
    return spec.compile()


def _add_bin(world: mujoco.MjsBody, opening: Array) -> None:
    x, y, z = (float(v) for v in opening)
    if z <= 0.0:
        return
    (half_x, half_y), wall = BIN_HALF, BIN_WALL / 2
    for i, side in enumerate((-1, 1)):
        _box(world, f"bin/x{i}", (x + side * (half_x - wall), y, z / 2), (wall, half_y, z / 2))
        _box(world, f"bin/y{i}", (x, y + side * (half_y - wall), z / 2), (half_x, wall, z / 2))


def _box(world: mujoco.MjsBody, name: str, centre: tuple[float, ...], half: tuple[float, ...]) -> None:
    world.add_geom(name=name, type=mujoco.mjtGeom.mjGEOM_BOX, pos=list(centre), size=list(half))


def _qpos(model: mujoco.MjModel, joint: str) -> int:
    return int(model.jnt_qposadr[model.joint(joint).id])


def _poser(model: mujoco.MjModel, arm: Arm) -> Callable[[mujoco.MjData, Array], None]:
    """How a configuration of this arm is written into the model's positions."""
    if isinstance(arm.kinematics, Shaped):
        joints = [_qpos(model, f"{arm.name}/{j}") for j in arm.kinematics.joints]

        def write_joints(data: mujoco.MjData, q: Array) -> None:
            data.qpos[joints] = q

        return write_joints
    first = _qpos(model, f"{arm.name}/hand")

    def write_pose(data: mujoco.MjData, q: Array) -> None:
        data.qpos[first : first + 3] = q[:3]
        data.qpos[first + 3 : first + 7] = np.roll(Rotation.from_rotvec(np.array(q[3:])).as_quat(), 1)

    return write_pose
