"""Grasps with a leaned approach, for a target whose upright grasps are blocked.

The upright grasp is leaned about the middle of its contacts. Leaning across the closing axis keeps the pads flat on the
target's faces; leaning along it does so only on a target that is itself tilted, so the score counts the angle between
the closing axis and the target's upper face.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pg4da.policies.geometric.hand import clear_of
from pg4da.policies.geometric.jaw import depth_factor
from pg4da.policies.geometric.outlines import Array
from pg4da.policies.geometric.settings import Settings
from pg4da.policies.geometric.slots import Slots
from pg4da.policies.geometric.solid import Columns
from pg4da.policies.types import Grasp, GripperShape

LEANS = np.radians([15.0, 30.0])
AZIMUTHS = np.arange(8) * np.pi / 4
DEPTHS = (0.033, 0.022)
PLAYS = (0.009, 0.0045, 0.002)  # m beside the target on each side, the roomier tried first: its corners are seen blunt
PAIRS = 12
BESIDE = 0.003  # m between the open hand and what is seen; arms and seen edges are each about 1 mm off
FLOOR = 0.005  # m between the lowest corner of a leaned fingertip and the table
LEAST_OVERLAP = 0.015
TILT_PENALTY = 0.05  # of the score, per 15 degrees
TALL = 0.045  # m along the target's normal that its side faces are taken to reach down


@dataclass(frozen=True)
class Body:
    """The target as far as it is known. points (n, 3): on its side faces; middle and normal (3,) of its upper face."""

    points: NDArray[np.float32]
    middle: Array
    normal: Array

    @property
    def top(self) -> float:
        return float(self.middle[2])


def body_of(outline: Array, face: Array) -> Body:
    """A prism under the plane through the points (n, 3) of an upper face, with the outline (m, 2), metres, `world`."""
    middle = np.median(face, axis=0)
    keep = np.abs(face[:, 2] - middle[2]) < 0.025
    for _ in range(2):
        local = face[keep] - middle
        a, b, c = np.linalg.lstsq(np.column_stack([local[:, :2], np.ones(len(local))]), local[:, 2], rcond=None)[0]
        keep = np.abs((face - middle) @ np.array([-a, -b, 1.0]) - c) < 0.004
    normal = np.array([-a, -b, 1.0]) / np.sqrt(1 + a * a + b * b)
    outline = outline[::2]
    edge = outline - middle[:2]
    rim = np.column_stack([outline, middle[2] + c + edge @ np.array([a, b])])
    levels = np.linspace(0.0, TALL, 5)
    points = (rim[None] - levels[:, None, None] * normal).reshape(-1, 3)
    return Body(points[points[:, 2] > 0.0].astype(np.float32), middle, normal)


@dataclass(frozen=True)
class Poses:
    """Leaned grasps that hold if they fit: rotation (n, 3, 3), fingertip middle (n, 3), width (n,), value (n,) 0..1."""

    rotation: Array
    origin: Array
    width: Array
    value: Array


def leaned_poses(slots: Slots, body: Body, seen: float, gripper: GripperShape, settings: Settings) -> Poses:
    """The best contact pairs leaned. seen: factor on the value for how much of the target is seen, 0..1."""
    rotation, anchor, hold = _leaned(slots, body)
    hold = hold * seen * _upright(rotation) * _antipodal(rotation, body)
    worth = hold >= settings.desperate_threshold
    rotation, origin, hold = _lowered(rotation[worth], anchor[worth], hold[worth], body)
    origin, width = _centred(rotation, origin, body, gripper)
    overlap = _overlap(rotation, origin, width, body)
    value = hold * depth_factor(overlap, body.top)
    fits = (overlap >= min(LEAST_OVERLAP, 0.5 * body.top)) & (width < gripper.max_width - 2 * PLAYS[-1])
    fits &= value >= settings.desperate_threshold
    return Poses(rotation[fits], origin[fits], width[fits], value[fits])


def free_grasps(
    poses: Poses, columns: Columns, gripper: GripperShape, settings: Settings, count: int = 4
) -> list[Grasp]:
    """Those whose open fingers, knuckles and palm are clear of `columns`, best first."""
    found: list[Grasp] = []
    for play in PLAYS:
        opening = poses.width + 2 * play
        clear = clear_of(columns, poses.rotation, poses.origin, opening, gripper, BESIDE)
        free = np.flatnonzero(clear)
        safe = 0.55 + 0.45 * np.clip((play - settings.clearance) / (settings.roomy - settings.clearance), 0, 1)
        best = free[np.argsort(-poses.value[free], kind="stable")][:count]
        found += [_grasp(poses, int(i), play, float(safe), gripper) for i in best]
    return sorted(found, key=lambda g: -g.score)[:count]


def _leaned(slots: Slots, body: Body) -> tuple[Array, Array, Array]:
    """Rotations (n, 3, 3), contact middles (n, 2) and the quality of the contacts (n,), of the best pairs leaned."""
    table = slots.quality
    order = np.argsort(-table, axis=None, kind="stable")
    rows, lanes = np.unravel_index(order, table.shape)
    chosen: list[tuple[int, int]] = []
    for a, lane in zip(rows[:200].tolist(), lanes[:200].tolist(), strict=True):
        if table[a, lane] > 0.3 and len(chosen) < PAIRS and all(abs(a - b) > 2 or abs(lane - k) > 3 for b, k in chosen):
            chosen.append((a, lane))
    rotations, anchors, holds = [], [], []
    for a, lane in chosen:
        angle = float(slots.angles[a])
        c, s = np.cos(angle), np.sin(angle)
        upright = np.array([[c, s, 0.0], [s, -c, 0.0], [0.0, 0.0, -1.0]])
        u, v = 0.5 * (slots.low[a, lane] + slots.high[a, lane]), slots.lane[lane]
        turns = _turns(angle, body)
        rotations.append(turns @ upright)
        anchors.append(np.broadcast_to(slots.centre + np.array([c * u - s * v, s * u + c * v]), (len(turns), 2)))
        holds.append(np.full(len(turns), table[a, lane]))
    if not chosen:
        return np.zeros((0, 3, 3)), np.zeros((0, 2)), np.zeros(0)
    return np.concatenate(rotations), np.concatenate(anchors), np.concatenate(holds)


def _turns(angle: float, body: Body) -> Array:
    """Rotations (k, 3, 3) that lean an upright gripper: every lean and azimuth, and the one along a tilted target."""
    lean, azimuth = np.repeat(LEANS, len(AZIMUTHS)), angle + np.tile(AZIMUTHS, len(LEANS))
    own = float(np.arccos(np.clip(body.normal[2], -1, 1)))
    if np.radians(6) < own < np.radians(40):
        lean, azimuth = np.append(lean, own), np.append(azimuth, np.arctan2(body.normal[1], body.normal[0]))
    return _turn(lean, azimuth)


def _turn(lean: Array, azimuth: Array) -> Array:
    """Rotations (k, 3, 3) that take straight up to `lean` [rad] from it towards `azimuth` [rad], each (k,)."""
    k = np.zeros((len(lean), 3, 3))
    k[:, 2, 1], k[:, 0, 2] = -np.sin(azimuth), np.cos(azimuth)
    k[:, 1, 2], k[:, 2, 0] = -k[:, 2, 1], -k[:, 0, 2]
    c, s = np.cos(lean)[:, None, None], np.sin(lean)[:, None, None]
    return np.asarray(np.eye(3) + s * k + (1 - c) * (k @ k))


def _lowered(rotation: Array, anchor: Array, hold: Array, body: Body) -> tuple[Array, Array, Array]:
    """Fingertip middles (n, 3), every grasp at each depth, such that the anchor lies halfway up the overlap."""
    origins = []
    for depth in DEPTHS:
        down = -rotation[:, 2, 2]
        tip = body.top - depth * down
        along = 0.5 * (body.top - tip) / np.maximum(down, 0.1)
        middle = np.column_stack([anchor, np.full(len(anchor), 0.5 * body.top) + 0.5 * tip])
        origins.append(middle + rotation[:, :, 2] * along[:, None])
    times = len(DEPTHS)
    return np.tile(rotation, (times, 1, 1)), np.concatenate(origins), np.tile(hold, times)


def _centred(rotation: Array, origin: Array, body: Body, gripper: GripperShape) -> tuple[Array, Array]:
    """Origins moved along the closing axis to the middle of what the pads meet, and its width (n,), inf for nothing.

    Then raised along the approach axis until the lowest corner of the open fingers is FLOOR above the table.
    """
    axes = rotation.transpose(2, 0, 1).astype(np.float32)
    across, away, deep = (a @ body.points.T - (a * origin).sum(axis=1).reshape(-1, 1) for a in axes)
    meets = (np.abs(away) < 0.5 * gripper.finger_width) & (deep < 0.0)
    high = np.where(meets, across, -np.inf).max(axis=1, initial=-np.inf)
    low = np.where(meets, across, np.inf).min(axis=1, initial=np.inf)
    width = np.where(high > low, high - low, np.inf)
    shift = np.where(np.isfinite(width), 0.5 * (np.where(np.isfinite(width), high + low, 0.0)), 0.0)
    origin = origin + rotation[:, :, 0] * shift[:, None]
    half = 0.5 * np.where(np.isfinite(width), width, 0.0) + PLAYS[0] + gripper.finger_thickness
    drop = np.abs(rotation[:, 2, 0]) * half + 0.5 * np.abs(rotation[:, 2, 1]) * gripper.finger_width
    short = np.clip(FLOOR + drop - origin[:, 2], 0.0, None)
    return origin + rotation[:, :, 2] * (short / rotation[:, 2, 2])[:, None], width


def _overlap(rotation: Array, origin: Array, width: Array, body: Body) -> Array:
    """How far the pad that reaches less deep lies below the target's upper face, along the pad [m], (n,)."""
    half = 0.5 * np.where(np.isfinite(width), width, 0.0)
    aside = rotation[:, :, 0] * half[:, None]
    depth = np.minimum((body.middle - origin - aside) @ body.normal, (body.middle - origin + aside) @ body.normal)
    return np.asarray(depth / np.maximum(-rotation[:, :, 2] @ body.normal, 0.1))


def _upright(rotation: Array) -> Array:
    lean = np.degrees(np.arccos(np.clip(-rotation[:, 2, 2], -1, 1)))
    return np.asarray(1 - TILT_PENALTY * lean / 15)


def _antipodal(rotation: Array, body: Body) -> Array:
    """1 where the closing axis lies in the plane of the target's upper face, 0.83 at 15 degrees from it, 0 at 30.

    At 15 degrees a lone block was held in each of 12 simulated tries, it turns to lie flat against the pads; at 30 one
    grasp in four succeeded, the others pressed so hard on the clutter that the arm stopped.
    """
    off = np.degrees(np.arcsin(np.clip(np.abs(rotation[:, :, 0] @ body.normal), 0, 1)))
    return np.asarray(np.clip(np.minimum(1 - off / 90, (30 - off) / 12), 0, 1))


def _grasp(poses: Poses, i: int, play: float, safe: float, gripper: GripperShape) -> Grasp:
    pose = np.eye(4)
    pose[:3, :3], pose[:3, 3] = poses.rotation[i], poses.origin[i]
    lean = np.degrees(np.arccos(np.clip(-pose[2, 2], -1, 1)))
    way = "along" if abs(pose[2, 0]) > abs(pose[2, 1]) else "across"
    width, score = float(poses.width[i]), float(poses.value[i]) * safe
    reason = f"leaned {lean:.0f} degrees {way} the jaw, {1e3 * play:.1f} mm of room for each finger"
    return Grasp(pose, width, min(gripper.max_width, width + 2 * play), score, reason=reason)
