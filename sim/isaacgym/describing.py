"""A cell for the sidecar in plain numbers: actors with their drives, what stands still, objects, the camera."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import mujoco
import numpy as np
from scipy.spatial.transform import Rotation

from pg4da.hardware.description.bin import BIN_HALF, BIN_WALL
from pg4da.hardware.description.gripper import GRIPPER_JOINTS
from pg4da.hardware.description.robot import ARM_BASES, PLINTH_HEIGHT, add_arm
from pg4da.hardware.description.ur5e import ARMATURE
from pg4da.hardware.frames import Array, transform
from pg4da.hardware.robotiq_2f140 import linkage
from pg4da.hardware.ur5e.parameters import HOME, JOINTS, MAX_TORQUE
from pg4da.sim import arm as ur5e
from pg4da.sim.camera import K_XTION, SIZE, T_WORLD_CAMERA
from pg4da.sim.driven_gripper import DRAG, STALL_TORQUE
from pg4da.sim.driven_gripper import STIFFNESS as GRIP_STIFFNESS
from pg4da.sim.floating import home
from pg4da.sim.isaacgym import floating
from pg4da.sim.isaacgym.config import IsaacGymConfig
from pg4da.sim.isaacgym.urdf import write_urdf
from pg4da.sim.objects.bodies import add_object
from pg4da.sim.objects.shape import load_shape
from pg4da.sim.scenes.scene import Scene, SceneObject
from pg4da.sim.world import BIN, BIN_CENTRE, BIN_HEIGHT, PLINTH_HALF, STEEL, TABLE_FRICTION

PAD_FRICTION = 1.0
FAR = 3.0  # m, beyond which the camera reports nothing
SPACING = 4.0  # m between worlds
FINGER_ARMATURE = 0.005  # kg m²
# Isaac Gym's camera looks along x with z up; ours along z with y down.
R_OPTICAL_ISAAC: Array = np.array([[0.0, -1.0, 0.0], [0.0, 0.0, -1.0], [1.0, 0.0, 0.0]])

Plain = dict[str, Any]


def describe(
    config: IsaacGymConfig,
    scenes: Sequence[Scene],
    folder: Path,
    *,
    arms: bool = True,
    objects_dir: Path | None = None,
) -> Plain:
    """Every world holds the objects of the first scene; the others say where they lie, see `places`.

    URDFs are written to `folder`. Raises ValueError for scenes whose objects differ, UnknownShape, MeshError.
    """
    check_alike(scenes)
    return {
        "timestep": config.timestep,
        "substeps": config.substeps,
        "physics": config.physics,
        "compute_device": config.compute_device,
        "graphics_device": config.graphics_device,
        "worlds": len(scenes),
        "spacing": SPACING,
        "arms": arms,
        "table_friction": TABLE_FRICTION[0],
        "actors": [_actor(name, arms, folder) for name in ARM_BASES],
        "boxes": _boxes(arms),
        "objects": [_object(i, obj, folder, objects_dir) for i, obj in enumerate(scenes[0].objects)],
        "camera": _camera(),
    }


def check_alike(scenes: Sequence[Scene]) -> None:
    """Raises ValueError where parallel worlds would hold different objects, or there would be none."""
    if not scenes:
        raise ValueError("no scenes")
    shapes = [tuple(obj.shape for obj in scene.objects) for scene in scenes]
    if any(each != shapes[0] for each in shapes):
        raise ValueError("parallel worlds hold the same objects: a scene has others")


def places(scene: Scene) -> Array:
    """Poses of a scene's objects, shape (n, 7): position [m], quaternion xyzw."""
    return np.array([[*obj.position, *obj.quaternion] for obj in scene.objects]).reshape(-1, 7)


def _actor(name: str, arms: bool, folder: Path) -> Plain:
    spec = mujoco.MjSpec()
    if arms:
        add_arm(spec, name, np.eye(4))
        root, T, dofs = f"{name}/base", ARM_BASES[name], _arm_dofs()
    else:
        root, T, dofs = floating.add_chain(spec, name).name, np.eye(4), _chain_dofs(name)
    dofs += _finger_dofs()
    path = folder / f"{name}.urdf"
    write_urdf(spec.compile(), root, path, {dof["joint"]: dof["effort"] for dof in dofs})
    return {"name": name, "urdf": str(path), "pose": _seven(T), "friction": PAD_FRICTION, "dofs": dofs}


def _arm_dofs() -> list[Plain]:
    columns = zip(JOINTS, ur5e.STIFFNESS, ur5e.DAMPING, MAX_TORQUE, ARMATURE, HOME, strict=True)
    return [_dof(*column) for column in columns]


def _chain_dofs(name: str) -> list[Plain]:
    q = home(name)
    T = transform(Rotation.from_rotvec(q[3:]), tuple(q[:3]))
    start = floating.joints_of(T, np.zeros(6))
    columns = zip(floating.JOINTS, floating.STIFFNESS, floating.DAMPING, floating.EFFORT, start, strict=True)
    return [_dof(joint, kp, kd, effort, 0.0, value) for joint, kp, kd, effort, value in columns]


def _finger_dofs() -> list[Plain]:
    """Half the motor on each finger; tips follow their finger as the linkage makes them."""
    half, start = 0.5 * STALL_TORQUE, linkage.angle(0.0)
    a, b, tip_a, tip_b = GRIPPER_JOINTS
    drive = (0.5 * GRIP_STIFFNESS, 0.5 * DRAG, half, FINGER_ARMATURE, start)
    tips = (GRIP_STIFFNESS, 10.0, 2 * STALL_TORQUE, FINGER_ARMATURE, start)
    return [_dof(a, *drive), _dof(b, *drive), _dof(tip_a, *tips, leader=a), _dof(tip_b, *tips, leader=b)]


def _dof(
    joint: str, stiffness: float, damping: float, effort: float, armature: float, start: float, leader: str = ""
) -> Plain:
    values = {"stiffness": stiffness, "damping": damping, "effort": effort, "armature": armature, "start": start}
    return {"joint": joint, "leader": leader} | {key: float(value) for key, value in values.items()}


def _object(i: int, obj: SceneObject, folder: Path, objects_dir: Path | None) -> Plain:
    shape = load_shape(obj.shape, objects_dir)
    path = folder / f"object_{i}.urdf"
    spec = mujoco.MjSpec()
    add_object(spec, "object", SceneObject(obj.shape, obj.color, np.zeros(3), np.array([0.0, 0.0, 0.0, 1.0])), shape)
    write_urdf(spec.compile(), "object", path, {})
    return {
        "name": f"object_{i}",
        "shape": obj.shape,
        "urdf": str(path),
        "pose": [float(v) for v in (*obj.position, *obj.quaternion)],
        "color": [float(v) for v in obj.color],
        "friction": shape.friction,
    }


def _boxes(arms: bool) -> list[Plain]:
    """The bin's four walls, and the plinths where there are arms. The table is the ground."""
    (x, y), (a, b), t, z = BIN_CENTRE, BIN_HALF, BIN_WALL / 2, BIN_HEIGHT / 2
    found = []
    for i, side in enumerate((-1, 1)):
        found.append(_box(f"bin_x{i}", (x + side * (a - t), y, z), (t, b, z), BIN))
        found.append(_box(f"bin_y{i}", (x, y + side * (b - t), z), (a - 2 * t, t, z), BIN))
    if arms:
        half = (PLINTH_HALF, PLINTH_HALF, PLINTH_HEIGHT / 2 - 0.001)
        for name, T in ARM_BASES.items():
            found.append(_box(f"plinth_{name}", (T[0, 3], T[1, 3], PLINTH_HEIGHT / 2), half, STEEL))
    return found


def _box(name: str, centre: tuple[float, ...], half: tuple[float, ...], color: tuple[float, ...]) -> Plain:
    pose = [*(float(v) for v in centre), 0.0, 0.0, 0.0, 1.0]
    return {"name": name, "pose": pose, "half": [float(v) for v in half], "color": list(color)}


def _camera() -> Plain:
    """Isaac Gym's has square pixels and its axis in the middle, as the Xtion's intrinsics have here."""
    T = np.array(T_WORLD_CAMERA)
    T[:3, :3] = T[:3, :3] @ R_OPTICAL_ISAAC
    view = 2 * np.arctan(0.5 * SIZE[0] / K_XTION[0, 0])
    return {"pose": _seven(T), "size": list(SIZE), "horizontal_view": float(view), "far": FAR}


def _seven(T: Array) -> list[float]:
    turn = Rotation.from_matrix(T[:3, :3]).as_quat()
    return [float(v) for v in (*T[:3, 3], *turn)]
