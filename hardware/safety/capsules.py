"""An arm as capsules: each shape of its description between two points, with a radius."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from pg4da.hardware.frames import Array, apply, inverse
from pg4da.hardware.robotiq_2f140.linkage import angle
from pg4da.hardware.shaped import LINKS, Shaped

if TYPE_CHECKING:
    import mujoco

NAME = "arm"
FIRST_LINK = 1  # the shoulder turns on its axis and never meets the other arm


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


def capsules(kinematics: Shaped, width: float) -> Capsules:
    """Of an arm with a 2F-140 whose pads are `width` [m] apart."""
    import mujoco

    from pg4da.hardware.description.gripper import GRIPPER_JOINTS

    spec = mujoco.MjSpec()
    kinematics.add_to(spec, NAME)
    model = spec.compile()
    data = mujoco.MjData(model)
    for joint in GRIPPER_JOINTS:
        data.joint(f"{NAME}/{joint}").qpos[0] = angle(width)
    mujoco.mj_kinematics(model, data)
    frames = kinematics.link_frames(np.zeros((1, len(kinematics.joints))))[0]
    links, ends, radii, names = [], [], [], []
    for g in range(model.ngeom):
        link = _link(model, model.geom_bodyid[g])
        if link < FIRST_LINK or not model.geom_contype[g]:
            continue
        half, radius, axis = _shape(model.geom_type[g], model.geom_size[g])
        along = half * data.geom_xmat[g].reshape(3, 3)[:, axis]
        links.append(link)
        ends.append(apply(inverse(frames[link]), np.stack([data.geom_xpos[g] - along, data.geom_xpos[g] + along])))
        radii.append(radius)
        names.append(model.body(model.geom_bodyid[g]).name.partition("/")[2])
    return Capsules(np.array(links), np.array(ends), np.array(radii), tuple(names))


def _link(model: mujoco.MjModel, body: int) -> int:
    """The arm's link that a body is, or hangs on; -1 for the base."""
    while True:
        name = model.body(body).name.partition("/")[2]
        if name in LINKS:
            return LINKS.index(name)
        if name in ("base", ""):
            return -1
        body = int(model.body_parentid[body])


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
