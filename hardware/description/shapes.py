"""Small helpers that add named geoms and inertias to an MjSpec body."""

from __future__ import annotations

from collections.abc import Sequence

import mujoco
import numpy as np
from scipy.spatial.transform import Rotation

from pg4da.hardware.frames import Array

VISUAL_GROUP = 2
Color = tuple[float, float, float]


def wxyz(R: Array) -> Array:
    """Quaternion as MuJoCo has it, shape (4,), of a rotation matrix."""
    return np.asarray(np.roll(Rotation.from_matrix(R).as_quat(), 1))


class Painter:
    """Adds geoms to one link, numbered `{arm}/{link}/{n}`; lengths in metres in the link's frame."""

    def __init__(self, body: mujoco.MjsBody, prefix: str) -> None:
        self._body = body
        self._prefix = prefix
        self._count = 0

    def capsule(self, a: Sequence[float], b: Sequence[float], radius: float, color: Color) -> mujoco.MjsGeom:
        return self._rod(mujoco.mjtGeom.mjGEOM_CAPSULE, a, b, radius, color)

    def cylinder(self, a: Sequence[float], b: Sequence[float], radius: float, color: Color) -> mujoco.MjsGeom:
        return self._rod(mujoco.mjtGeom.mjGEOM_CYLINDER, a, b, radius, color)

    def box(self, low: Sequence[float], high: Sequence[float], color: Color) -> mujoco.MjsGeom:
        """An axis-aligned box between two corners."""
        a, b = np.asarray(low, float), np.asarray(high, float)
        geom = self._add(mujoco.mjtGeom.mjGEOM_BOX, color)
        geom.pos, geom.size = (a + b) / 2, (b - a) / 2
        return geom

    def decoration(self, geom: mujoco.MjsGeom) -> None:
        """Turn a geom into something to look at that touches nothing."""
        geom.contype = geom.conaffinity = 0
        geom.group = VISUAL_GROUP

    def _rod(
        self, kind: mujoco.mjtGeom, a: Sequence[float], b: Sequence[float], radius: float, color: Color
    ) -> mujoco.MjsGeom:
        geom = self._add(kind, color)
        geom.fromto = [*a, *b]
        geom.size = [radius, 0.0, 0.0]
        return geom

    def _add(self, kind: mujoco.mjtGeom, color: Color) -> mujoco.MjsGeom:
        geom = self._body.add_geom(type=kind, name=f"{self._prefix}/{self._count}", rgba=[*color, 1.0])
        self._count += 1
        return geom


def set_inertia(body: mujoco.MjsBody, mass: float, centre: Array, moments: Sequence[float], R: Array) -> None:
    """Explicit inertia: mass [kg], centre (3,) [m] and principal moments [kg m²] along the columns of R."""
    body.explicitinertial = True
    body.mass = mass
    body.ipos = centre
    body.iquat = wxyz(R)
    body.inertia = list(moments)
