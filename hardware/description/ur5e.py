"""The UR5e's six links: frames from the maker's Denavit-Hartenberg parameters, masses and inertias from its DH article.

A link's frame lies at its joint with z along the axis. Shapes are a few capsules and cylinders a link, a little fuller
than the real housings, so that they serve for contact, planning and pictures alike.
"""

from __future__ import annotations

from dataclasses import dataclass

import mujoco
import numpy as np

from pg4da.hardware.description.shapes import Color, Painter, set_inertia, wxyz
from pg4da.hardware.frames import Array, transform
from pg4da.hardware.ur5e.parameters import DH_A, DH_ALPHA, DH_D, JOINTS, LOWER, UPPER

TUBE: Color = (0.80, 0.81, 0.83)
CAP: Color = (0.33, 0.58, 0.78)
DARK: Color = (0.22, 0.24, 0.27)

LINKS = ("shoulder", "upper_arm", "forearm", "wrist_1", "wrist_2", "wrist_3")
ARMATURE = (
    0.2,
    0.2,
    0.2,
    0.1,
    0.1,
    0.1,
)  # kg m², reflected inertia of the drives (not published; MuJoCo's own model: 0.1)


@dataclass(frozen=True)
class _Mass:
    """mass [kg]; centre [m] and moments [kg m²] in the DH frame at the link's far end."""

    mass: float
    centre: tuple[float, float, float]
    moments: tuple[float, float, float]


MASSES = (
    _Mass(3.761, (0.0, -0.02561, 0.00193), (0.0084, 0.0064, 0.0084)),
    _Mass(8.058, (0.2125, 0.0, 0.11336), (0.0078, 0.2100, 0.2100)),
    _Mass(2.846, (0.15, 0.0, 0.0265), (0.0016, 0.0462, 0.0462)),
    _Mass(1.37, (0.0, -0.0018, 0.01634), (0.0016, 0.0016, 0.0009)),
    _Mass(1.3, (0.0, 0.0018, 0.01634), (0.0016, 0.0016, 0.0009)),
    _Mass(0.365, (0.0, 0.0, -0.001159), (0.0001, 0.0001, 0.0001)),
)


def dh_offset(i: int) -> Array:
    """T from link i's frame (at its joint) to the DH frame at its far end, shape (4, 4)."""
    c, s = np.cos(DH_ALPHA[i]), np.sin(DH_ALPHA[i])
    return transform(np.array([[1.0, 0, 0], [0, c, -s], [0, s, c]]), (DH_A[i], 0.0, DH_D[i]))


def add_links(base: mujoco.MjsBody, name: str) -> mujoco.MjsBody:
    """Add housing and six links to `base` (the DH base frame); returns wrist 3, in which the flange is dh_offset(5)."""
    paint = Painter(base, f"{name}/base")
    paint.cylinder((0, 0, 0), (0, 0, 0.086), 0.075, DARK)
    body, T = base, np.eye(4)
    for i, link in enumerate(LINKS):
        body = body.add_body(name=f"{name}/{link}", pos=T[:3, 3], quat=wxyz(T[:3, :3]), gravcomp=1.0)
        _add_joint(body, name, i)
        T = dh_offset(i)
        inertia = MASSES[i]
        centre = T[:3, :3] @ np.array(inertia.centre) + T[:3, 3]
        set_inertia(body, inertia.mass, centre, inertia.moments, T[:3, :3])
        _SHAPES[link](Painter(body, f"{name}/{link}"))
    return body


def _add_joint(body: mujoco.MjsBody, name: str, i: int) -> None:
    body.add_joint(
        name=f"{name}/{JOINTS[i]}",
        type=mujoco.mjtJoint.mjJNT_HINGE,
        axis=[0.0, 0.0, 1.0],
        limited=mujoco.mjtLimited.mjLIMITED_TRUE,
        range=[LOWER[i], UPPER[i]],
        armature=ARMATURE[i],
    )


def _shoulder(paint: Painter) -> None:
    paint.cylinder((0, 0, 0.088), (0, 0, 0.20), 0.061, TUBE)
    paint.cylinder((0, 0.062, 0.1625), (0, -0.072, 0.1625), 0.059, TUBE)
    paint.decoration(paint.cylinder((0, 0.066, 0.1625), (0, 0.062, 0.1625), 0.055, CAP))


def _upper_arm(paint: Painter) -> None:
    paint.cylinder((0, 0, 0.075), (0, 0, 0.198), 0.059, TUBE)
    paint.capsule((0, 0, 0.138), (-0.425, 0, 0.138), 0.050, TUBE)
    paint.cylinder((-0.425, 0, 0.068), (-0.425, 0, 0.195), 0.053, TUBE)
    paint.decoration(paint.cylinder((0, 0, 0.198), (0, 0, 0.202), 0.055, CAP))
    paint.decoration(paint.cylinder((-0.425, 0, 0.195), (-0.425, 0, 0.199), 0.049, CAP))


def _forearm(paint: Painter) -> None:
    paint.cylinder((0, 0, -0.050), (0, 0, 0.064), 0.052, TUBE)
    paint.capsule((0, 0, 0.007), (-0.3922, 0, 0.007), 0.041, TUBE)
    paint.cylinder((-0.3922, 0, -0.040), (-0.3922, 0, 0.072), 0.042, TUBE)
    paint.decoration(paint.cylinder((0, 0, -0.050), (0, 0, -0.054), 0.048, CAP))
    paint.decoration(paint.cylinder((-0.3922, 0, -0.040), (-0.3922, 0, -0.044), 0.038, CAP))


def _wrist_1(paint: Painter) -> None:
    paint.cylinder((0, 0, 0.076), (0, 0, 0.178), 0.041, TUBE)
    paint.cylinder((0, 0.044, 0.1333), (0, -0.050, 0.1333), 0.041, TUBE)
    paint.decoration(paint.cylinder((0, 0, 0.178), (0, 0, 0.182), 0.037, CAP))


def _wrist_2(paint: Painter) -> None:
    paint.cylinder((0, 0, 0.053), (0, 0, 0.144), 0.041, TUBE)
    paint.cylinder((0, -0.044, 0.0997), (0, 0.048, 0.0997), 0.041, TUBE)
    paint.decoration(paint.cylinder((0, 0, 0.144), (0, 0, 0.148), 0.037, CAP))


def _wrist_3(paint: Painter) -> None:
    paint.cylinder((0, 0, 0.050), (0, 0, 0.0996), 0.0375, DARK)


_SHAPES = {
    "shoulder": _shoulder,
    "upper_arm": _upper_arm,
    "forearm": _forearm,
    "wrist_1": _wrist_1,
    "wrist_2": _wrist_2,
    "wrist_3": _wrist_3,
}
