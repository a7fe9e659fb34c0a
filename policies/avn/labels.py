"""Which of the 360 orientations hold an object at a place: labels to train the angle-view network with.

A grasp counts when the object's side faces between the pads oppose each other within the friction cone, the pads reach
far enough down beside them, and neither fingers nor palm touch anything else. Objects are prisms under their outline.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import cv2
import numpy as np
from numpy.typing import NDArray

from pg4da.policies.avn.orientations import CLASSES, grasp_rotations, tilts
from pg4da.policies.geometric.hand import clear_of
from pg4da.policies.geometric.solid import Columns
from pg4da.policies.types import Array, Grasp, GripperShape

Floats = NDArray[np.float32]
Flags = NDArray[np.bool_]

STEEPEST = np.radians(50.0)  # leaned further, the palm meets the table
DEPTHS = (0.033, 0.022)  # m below the object's upper face, along the approach
PLAY = 0.0045  # m beside the object on each side
CLEARANCE = 0.0015  # m round fingers and palm
FRICTION = 0.5  # tangent of the friction cone's half angle, rubber on a painted block
TOUCH = 0.002  # m from the outermost point that a pad touches
LEAST_OVERLAP = 0.012  # m of the pads beside the object
FLOOR = 0.005  # m between a fingertip's lowest corner and the table
STAIRS = 0.001  # m: an outline of pixels is this far from the edge that it means
AWAY = 0.012  # m that the jaw's middle may be from the place that a grasp is asked for, half a coarse cell and some
FEW = 11  # one in so many of the hand's points is looked at first


@dataclass(frozen=True)
class Prism:
    """points, normals (n, 3): of the side faces, outwards; top [m]: of the upper face's middle."""

    points: Floats
    normals: Floats
    top: float


def prism_of(outline: Array, top: float, normal: Array, spacing: float = 0.004, tall: float = 0.045) -> Prism:
    """Side faces under a closed outline (m, 2), in order, of an upper face with its middle at `top` [m].

    normal (3,): of the upper face; the side faces run down against it for `tall` [m] or to the table.
    """
    rim, outward = _evenly(outline, spacing)
    middle = outline.mean(axis=0)
    z = top - (rim - middle) @ normal[:2] / normal[2]
    upper = np.column_stack([rim, z])
    levels = np.linspace(0.001, tall, 6)
    points = (upper[None] - levels[:, None, None] * normal).reshape(-1, 3)
    sides = np.column_stack([outward, np.zeros(len(outward))])
    sides -= (sides @ normal)[:, None] * normal
    sides /= np.maximum(np.linalg.norm(sides, axis=1, keepdims=True), 1e-9)
    keep = points[:, 2] > 0.0
    return Prism(points[keep].astype(np.float32), np.tile(sides, (6, 1))[keep].astype(np.float32), top)


def _evenly(outline: Array, spacing: float) -> tuple[Array, Array]:
    """Points (k, 2) about `spacing` apart on the edges of a closed outline (m, 2), and the outward normals (k, 2)."""
    millimetres = (1e3 * outline).astype(np.float32)
    corners = 1e-3 * cv2.approxPolyDP(millimetres, 1e3 * STAIRS, True)[:, 0].astype(np.float64)
    edges = np.roll(corners, -1, axis=0) - corners
    lengths = np.maximum(np.linalg.norm(edges, axis=1), 1e-9)
    count = np.maximum(1, np.ceil(lengths / spacing).astype(int))
    edge = np.repeat(np.arange(len(edges)), count)
    along = (np.arange(len(edge)) - (np.cumsum(count) - count)[edge] + 0.5) / count[edge]
    x, y = corners.T
    turn = np.sign(np.sum(x * np.roll(y, -1) - np.roll(x, -1) * y)) / lengths
    normals = np.column_stack([edges[:, 1] * turn, -edges[:, 0] * turn])
    return corners[edge] + along[:, None] * edges[edge], normals[edge]


@lru_cache(maxsize=1)
def steep_classes() -> NDArray[np.intp]:
    """Orientations that a grasp from a table can have at all."""
    return np.flatnonzero(tilts() < STEEPEST)


def grasp_labels(places: Array, prism: Prism, columns: Columns, gripper: GripperShape) -> Flags:
    """Which orientations (a, 360) grasp the object at places (a, 2) on it; columns: everything but the object."""
    out = np.zeros((len(places), CLASSES), bool)
    turned = _turned(prism, steep_classes())
    for row, place in zip(out, places, strict=True):
        for depth in DEPTHS:
            left = turned.but(row)
            row[left.classes[_held(place, depth, left, prism.top, columns, gripper)]] = True
    return out


@dataclass(frozen=True)
class _Turned:
    """A prism as grasps of some classes (k,) see it: coordinates u, v, w (k, n) of its points along closing axis, pads
    and approach, from the world's origin; facing (k, n): normals' share along the closing axis."""

    classes: NDArray[np.intp]
    u: Floats
    v: Floats
    w: Floats
    facing: Floats

    def but(self, found: Flags) -> _Turned:
        """Only the classes not found yet, found (360,)."""
        k = ~found[self.classes]
        return _Turned(self.classes[k], self.u[k], self.v[k], self.w[k], self.facing[k])


def _turned(prism: Prism, classes: NDArray[np.intp]) -> _Turned:
    R = grasp_rotations()[classes].astype(np.float32)
    u, v, w = (R[:, :, axis] @ prism.points.T for axis in range(3))
    return _Turned(classes, u, v, w, R[:, :, 0] @ prism.normals.T)


def grasp_as_labelled(place: Array, number: int, prism: Prism, columns: Columns, gripper: GripperShape) -> Grasp | None:
    """The grasp that the label of one orientation at a place (2,) speaks of: at the depth that holds, else the deepest.

    None where nothing lies between the pads.
    """
    turned = _turned(prism, np.array([number]))
    jaws = [_jaws(place, depth, turned, prism.top, gripper) for depth in DEPTHS]
    held = [bool(_clear(jaw, columns, gripper)[0]) for jaw in jaws]
    jaw = jaws[held.index(True) if any(held) else 0]
    width = float(jaw.width[0])
    if width <= 0.0:
        return None
    pose = np.eye(4)
    pose[:3, :3], pose[:3, 3] = jaw.rotation[0], jaw.origin[0]
    return Grasp(pose, width, min(width + 2 * PLAY, gripper.max_width), 1.0)


@dataclass(frozen=True)
class _Jaws:
    """Grasps of some classes (k,) at one place and depth: rotation (k, 3, 3), origin (k, 3), width (k,) of what lies
    between the pads, good (k,): all holds but that neighbours were not looked at."""

    rotation: Array
    origin: Array
    width: Array
    good: Flags


def _held(place: Array, depth: float, turned: _Turned, top: float, columns: Columns, gripper: GripperShape) -> Flags:
    """Which of the turned classes (k,) hold at one place and depth; top [m]: of the upper face."""
    return _clear(_jaws(place, depth, turned, top, gripper), columns, gripper)


def _jaws(place: Array, depth: float, turned: _Turned, top: float, gripper: GripperShape) -> _Jaws:
    """The hand moved along the closing axis until the object is in its middle, and up until it is above the table."""
    rotation = grasp_rotations()[turned.classes]
    origin = np.append(place, top) + depth * rotation[:, :, 2]
    shift, width, good = _contacts(turned, rotation, origin, gripper)
    origin = origin + rotation[:, :, 0] * shift[:, None]
    outside = width + 2 * (PLAY + gripper.finger_thickness)
    drop = np.abs(rotation[:, 2, 0]) * 0.5 * outside + np.abs(rotation[:, 2, 1]) * 0.5 * gripper.finger_width
    short = np.clip(FLOOR + drop - origin[:, 2], 0.0, None)
    origin = origin + rotation[:, :, 2] * (short / rotation[:, 2, 2])[:, None]
    good &= (top - origin[:, 2]) / -rotation[:, 2, 2] >= min(LEAST_OVERLAP, 0.5 * top)
    good &= (width + 2 * PLAY <= gripper.max_width) & (np.abs(shift) < AWAY)
    return _Jaws(rotation, origin, width, good)


def _clear(jaws: _Jaws, columns: Columns, gripper: GripperShape) -> Flags:
    """Which of the good ones touch nothing but the object."""
    clear = jaws.good.copy()
    found = np.flatnonzero(clear)
    width = jaws.width[found] + 2 * PLAY
    clear[found] = clear_of(columns, jaws.rotation[found], jaws.origin[found], width, gripper, CLEARANCE)
    return clear


def _contacts(turned: _Turned, rotation: Array, origin: Array, gripper: GripperShape) -> tuple[Array, Array, Flags]:
    """Middle along the closing axis and width (k,) of what lies between the pads, and whether it is antipodal."""
    at = np.einsum("ki,kia->ak", origin, rotation).astype(np.float32)[..., None]
    u, v = turned.u - at[0], turned.v - at[1]
    meets = (np.abs(v) < 0.5 * gripper.finger_width) & (turned.w < at[2])
    high = np.where(meets, u, -np.inf).max(axis=1)
    low = np.where(meets, u, np.inf).min(axis=1)
    any_ = np.isfinite(high) & np.isfinite(low) & (high > low)
    high, low = np.where(any_, high, 0.0), np.where(any_, low, 0.0)
    good = any_.copy()
    middles = []
    for touching, sign in ((meets & (u > high[:, None] - TOUCH), 1.0), (meets & (u < low[:, None] + TOUCH), -1.0)):
        count = np.maximum(touching.sum(axis=1), 1)
        within = touching & (sign * turned.facing > 1.0 / np.sqrt(1.0 + FRICTION**2))
        good &= within.sum(axis=1) >= 0.5 * count  # of a corner, the larger part must face the pad
        middles.append(np.where(touching, v, 0.0).sum(axis=1) / count)
    good &= np.abs(middles[0] - middles[1]) < FRICTION * np.maximum(high - low, 1e-6)
    return 0.5 * (high + low).astype(np.float64), (high - low).astype(np.float64), good
