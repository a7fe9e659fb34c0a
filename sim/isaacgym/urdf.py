"""A robot or an object of a MuJoCo model as a URDF, which is what Isaac Gym reads."""

from __future__ import annotations

from pathlib import Path
from xml.etree import ElementTree as ET

import mujoco
import numpy as np
from scipy.spatial.transform import Rotation

from pg4da.hardware.frames import Array

VISIBLE = (0, 1, 2)  # geom groups
KINDS = {mujoco.mjtJoint.mjJNT_HINGE: "revolute", mujoco.mjtJoint.mjJNT_SLIDE: "prismatic"}


def write_urdf(model: mujoco.MjModel, root: str, path: Path, effort: dict[str, float], speed: float = 10.0) -> None:
    """The tree of bodies below and with `root`, in the root's frame; names lose the root's prefix before "/".

    effort: of each joint by its short name [Nm or N]; speed [rad/s or m/s] of every joint. Meshes go beside the file.
    Raises ValueError for what a URDF can't say.
    """
    first = model.body(root).id
    members = [b for b in range(first, model.nbody) if model.body_rootid[b] == model.body_rootid[first]]
    robot = ET.Element("robot", name=_short(root))
    for body in members:
        _link(robot, model, body, path)
        if body != first:
            _joint(robot, model, body, effort, speed)
    ET.indent(robot)
    path.write_text(ET.tostring(robot, encoding="unicode") + "\n")


def _link(robot: ET.Element, model: mujoco.MjModel, body: int, path: Path) -> None:
    link = ET.SubElement(robot, "link", name=_short(model.body(body).name))
    inertial = ET.SubElement(link, "inertial")
    _origin(inertial, model.body_ipos[body], model.body_iquat[body])
    ET.SubElement(inertial, "mass", value=_text(model.body_mass[body]))
    ixx, iyy, izz = (_text(value) for value in model.body_inertia[body])
    ET.SubElement(inertial, "inertia", ixx=ixx, iyy=iyy, izz=izz, ixy="0", ixz="0", iyz="0")
    start, count = model.body_geomadr[body], model.body_geomnum[body]
    for geom in range(start, start + count):
        if model.geom_group[geom] in VISIBLE and model.geom_rgba[geom, 3] > 0:
            _shapes(link, "visual", model, geom, path)
        if model.geom_contype[geom] or model.geom_conaffinity[geom]:
            _shapes(link, "collision", model, geom, path)


def _joint(robot: ET.Element, model: mujoco.MjModel, body: int, effort: dict[str, float], speed: float) -> None:
    if model.body_jntnum[body] > 1:
        raise ValueError(f"{model.body(body).name} has more than one joint")
    number = int(model.body_jntadr[body])
    kind = "fixed" if number < 0 else KINDS.get(mujoco.mjtJoint(int(model.jnt_type[number])), "")
    if not kind or (number >= 0 and np.any(model.jnt_pos[number] != 0.0)):
        raise ValueError(f"a joint of {model.body(body).name} has no counterpart in a URDF")
    name = _short(model.joint(number).name if number >= 0 else f"{model.body(body).name}_mount")
    joint = ET.SubElement(robot, "joint", name=name, type=kind)
    _origin(joint, model.body_pos[body], model.body_quat[body])
    ET.SubElement(joint, "parent", link=_short(model.body(model.body_parentid[body]).name))
    ET.SubElement(joint, "child", link=_short(model.body(body).name))
    if number >= 0:
        ET.SubElement(joint, "axis", xyz=_text(*model.jnt_axis[number]))
        low, high = (_text(value) for value in model.jnt_range[number])
        ET.SubElement(joint, "limit", lower=low, upper=high, effort=_text(effort[name]), velocity=_text(speed))


def _shapes(link: ET.Element, tag: str, model: mujoco.MjModel, geom: int, path: Path) -> None:
    """One geom, which may take several shapes: a URDF knows no capsules."""
    position, quaternion = model.geom_pos[geom], model.geom_quat[geom]
    a, b, c = model.geom_size[geom]
    kind = mujoco.mjtGeom(int(model.geom_type[geom]))
    if kind == mujoco.mjtGeom.mjGEOM_BOX:
        _shape(link, tag, model, geom, position, "box", size=_text(2 * a, 2 * b, 2 * c))
    elif kind == mujoco.mjtGeom.mjGEOM_SPHERE:
        _shape(link, tag, model, geom, position, "sphere", radius=_text(a))
    elif kind in (mujoco.mjtGeom.mjGEOM_CYLINDER, mujoco.mjtGeom.mjGEOM_CAPSULE):
        _shape(link, tag, model, geom, position, "cylinder", radius=_text(a), length=_text(2 * b))
        if kind == mujoco.mjtGeom.mjGEOM_CAPSULE:
            axis = Rotation.from_quat(np.roll(quaternion, -1)).apply([0.0, 0.0, b])
            for end in (position - axis, position + axis):
                _shape(link, tag, model, geom, end, "sphere", radius=_text(a))
    elif kind == mujoco.mjtGeom.mjGEOM_MESH:
        file = _write_mesh(model, int(model.geom_dataid[geom]), path)
        _shape(link, tag, model, geom, position, "mesh", filename=file.name)
    else:
        raise ValueError(f"geom {model.geom(geom).name} of kind {kind} has no counterpart in a URDF")


def _shape(
    link: ET.Element, tag: str, model: mujoco.MjModel, geom: int, position: Array, kind: str, **size: str
) -> None:
    element = ET.SubElement(link, tag)
    _origin(element, position, model.geom_quat[geom])
    ET.SubElement(ET.SubElement(element, "geometry"), kind, size)
    if tag == "visual":
        color = model.geom_rgba[geom]
        material = ET.SubElement(element, "material", name="rgb_" + "_".join(f"{round(255 * v)}" for v in color[:3]))
        ET.SubElement(material, "color", rgba=_text(*color))


def _write_mesh(model: mujoco.MjModel, mesh: int, path: Path) -> Path:
    """An OBJ file of a mesh in the frame that MuJoCo gave it, which the geom's own pose undoes."""
    file = path.with_name(f"{path.stem}_{mesh}.obj")
    v, f = model.mesh_vertadr[mesh], model.mesh_faceadr[mesh]
    vertices = model.mesh_vert[v : v + model.mesh_vertnum[mesh]]
    faces = model.mesh_face[f : f + model.mesh_facenum[mesh]] + 1
    lines = [f"v {_text(*vertex)}" for vertex in vertices] + [f"f {a} {b} {c}" for a, b, c in faces]
    file.write_text("\n".join(lines) + "\n")
    return file


def _origin(parent: ET.Element, position: Array, quaternion: Array) -> None:
    """quaternion as MuJoCo has it, w first."""
    angles = roll_pitch_yaw(Rotation.from_quat(np.roll(quaternion, -1)).as_matrix())
    ET.SubElement(parent, "origin", xyz=_text(*position), rpy=_text(*angles))


def roll_pitch_yaw(R: Array) -> tuple[float, float, float]:
    """About the fixed x, then y, then z axis [rad], of a rotation matrix; without yaw where the pitch is upright."""
    level = float(np.hypot(R[0, 0], R[1, 0]))
    pitch = float(np.arctan2(-R[2, 0], level))
    if level < 1e-9:
        return float(np.arctan2(-R[1, 2], R[1, 1])), pitch, 0.0
    return float(np.arctan2(R[2, 1], R[2, 2])), pitch, float(np.arctan2(R[1, 0], R[0, 0]))


def _text(*values: float) -> str:
    return " ".join(f"{float(value):.9g}" for value in values)


def _short(name: str) -> str:
    return name.split("/", 1)[-1].replace("/", "_")
