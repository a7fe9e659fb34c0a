"""An arm as capsules: each shape of its description between two points, with a radius."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from pg4da.hardware.frames import Array
from pg4da.hardware.robotiq_2f140.linkage import angle

NAME = "arm"
FIRST_LINK = 1  # the shoulder turns on its axis and never meets the other arm
WIDTHS = 0.005  # m; grippers whose widths differ by less share their shapes


@dataclass(frozen=True)
class Capsules:
    """link: (m,) which DH frame each is fixed to; ends: (m, 2, 3) in that frame [m]; radius: (m,) [m]."""

    link: NDArray[np.int64]
    ends: Array
    radius: Array
    names: tuple[str, ...]

    def placed(self, link_frames: Array) -> Array:
        """End points in `world` for (n, 6, 4, 4) link frames: (n, m, 2, 3)."""
        T = link_frames[:, self.link]
        turned = np.einsum("nmij,mkj->nmki", T[..., :3, :3], self.ends)
        return np.asarray(turned + T[..., None, :3, 3])


def capsules(width: float) -> Capsules:
    """Of a UR5e with a 2F-140 whose pads are `width` [m] apart."""
    return _capsules(round(width / WIDTHS))


@lru_cache(maxsize=64)
def _capsules(step: int) -> Capsules:
    import mujoco

    from pg4da.hardware.description.gripper import GRIPPER_JOINTS
    from pg4da.hardware.description.robot import add_arm
    from pg4da.hardware.description.ur5e import LINKS, dh_offset
    from pg4da.hardware.frames import inverse

    spec = mujoco.MjSpec()
    add_arm(spec, NAME, np.eye(4))
    model = spec.compile()
    data = mujoco.MjData(model)
    for joint in GRIPPER_JOINTS:
        data.joint(f"{NAME}/{joint}").qpos[0] = angle(step * WIDTHS)
    mujoco.mj_kinematics(model, data)
    frames = [_pose(data.body(f"{NAME}/{link}")) @ dh_offset(i) for i, link in enumerate(LINKS)]
    links, ends, radii, names = [], [], [], []
    for g in range(model.ngeom):
        link = _link(model, model.geom_bodyid[g], LINKS)
        if link < FIRST_LINK or not model.geom_contype[g]:
            continue
        half, radius, axis = _shape(model.geom_type[g], model.geom_size[g])
        R, p = data.geom_xmat[g].reshape(3, 3), data.geom_xpos[g]
        T = inverse(frames[link])
        points = np.stack([p - half * R[:, axis], p + half * R[:, axis]])
        links.append(link)
        ends.append(points @ T[:3, :3].T + T[:3, 3])
        radii.append(radius)
        names.append(model.body(model.geom_bodyid[g]).name.partition("/")[2])
    return Capsules(np.array(links), np.array(ends), np.array(radii), tuple(names))


def _pose(body: object) -> Array:
    T = np.eye(4)
    T[:3, :3] = np.reshape(getattr(body, "xmat"), (3, 3))  # noqa: B009 - a view of MuJoCo without types
    T[:3, 3] = getattr(body, "xpos")  # noqa: B009
    return T


def _link(model: object, body: int, links: tuple[str, ...]) -> int:
    """The arm's link that a body is, or hangs on; -1 for the base."""
    while True:
        name = model.body(body).name.partition("/")[2]  # type: ignore[attr-defined]
        if name in links:
            return links.index(name)
        if name in ("base", ""):
            return -1
        body = int(model.body_parentid[body])  # type: ignore[attr-defined]


def _shape(kind: int, size: Array) -> tuple[float, float, int]:
    """Half length between the end points [m], radius [m], and which axis they lie on.

    Cylinders and boxes are taken as the capsule inside: their rims stand out by a third of the radius at most, and
    plans that pass another arm by less than that are refused by the planner itself.
    """
    import mujoco

    if kind == mujoco.mjtGeom.mjGEOM_BOX:
        axis = int(np.argmax(size))
        radius = float(np.mean(np.delete(size, axis)))
        return max(0.0, float(size[axis]) - radius), radius, axis
    half = float(size[1])
    if kind == mujoco.mjtGeom.mjGEOM_CYLINDER:
        half = max(0.0, half - float(size[0]))
    return half, float(size[0]), 2
