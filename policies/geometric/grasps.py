"""6-DoF grasps of the target from what the camera sees, each with an honest score."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from pg4da.policies.geometric.cloud import Cloud
from pg4da.policies.geometric.jaw import DEEP, depth_factor, fit_score, spare_room, tip_height
from pg4da.policies.geometric.outlines import Array
from pg4da.policies.geometric.segmentation import HEIGHT_STEP, Segments, Thing
from pg4da.policies.geometric.settings import Settings
from pg4da.policies.geometric.slots import Slots, find_slots
from pg4da.policies.geometric.solid import columns_of
from pg4da.policies.geometric.tilted import body_of, free_grasps, leaned_poses
from pg4da.policies.types import Grasp, GripperShape

HARDLY_COVERED = 0.75
SHALLOW = 0.020
SIDE = 0.0035
NEAR = 0.17
ALIKE = 0.08  # of each share of the colour


def grasp_candidates(
    cloud: Cloud, segments: Segments, visible: float, gripper: GripperShape, settings: Settings, count: int = 6
) -> tuple[Grasp, ...]:
    """Best grasps first, different in angle or lane; empty where no pair of fingers fits."""
    target = segments.target
    if target is None:
        return ()
    found: list[Grasp] = []
    for depth in (DEEP, SHALLOW):
        tip = tip_height(target.top, settings, depth)
        slots = slots_now(cloud, segments, target, tip, gripper, settings)
        certainty = depth_factor(np.array(target.top - tip), target.top) * trust(visible)
        score = fit_score(slots, gripper, settings) * certainty
        found += _pick(slots, score, tip, cloud, gripper, settings, count)
        if found or tip > target.top - depth:
            break
    return tuple(sorted(found, key=lambda g: -g.score)[:count])


def trust(visible: float) -> float:
    """Factor on a score for the share of the target that is seen: what covers it would be lifted along with it."""
    return 0.3 + 0.7 * visible if visible > HARDLY_COVERED else 0.55 * visible


def leaned_candidates(
    cloud: Cloud, segments: Segments, visible: float, gripper: GripperShape, settings: Settings
) -> list[Grasp]:
    """Grasps with a leaned approach, best first; they cost more time than upright ones."""
    target = segments.target
    if target is None:
        return []
    body = body_of(target.outline, cloud.xyz[segments.target_pixels].astype(float))
    angles = np.arange(settings.grasp_angles) * np.pi / settings.grasp_angles
    slots = find_slots(target.outline, np.zeros((0, 2)), target.centre, angles, gripper.finger_width)
    poses = leaned_poses(slots, body, trust(visible), gripper, settings)
    if not len(poses.value):
        return []
    clutter = clutter_pixels(cloud, segments, target, settings.floor)
    return free_grasps(poses, columns_of(cloud.xyz, clutter, target.centre), gripper, settings)


def slots_now(
    cloud: Cloud, segments: Segments, target: Thing, tip: float, gripper: GripperShape, settings: Settings
) -> Slots:
    """Finger slots beside the target among everything seen above the fingertips."""
    taken = clutter_pixels(cloud, segments, target, tip - 0.003)
    angles = np.arange(settings.grasp_angles) * np.pi / settings.grasp_angles
    storeys = ((more, taken & (cloud.xyz[..., 2] > tip + height - 0.003)) for height, more in gripper.wider)
    higher = [(more, _edges(cloud, tall)) for more, tall in storeys if tall.any()]
    return find_slots(target.outline, _edges(cloud, taken), target.centre, angles, gripper.finger_width, higher)


def _edges(cloud: Cloud, taken: NDArray[np.bool_]) -> Array:
    """Points (n, 2) round what is taken."""
    return cloud.xyz[taken & _rim(taken)][:, :2].astype(float)


def clutter_pixels(cloud: Cloud, segments: Segments, target: Thing, height: float) -> NDArray[np.bool_]:
    """Pixels (h, w) round the target that are higher than `height` [m] and not its own, not even its side faces."""
    taken = cloud.above & ~segments.target_pixels & (cloud.xyz[..., 2] > height)
    for axis in (0, 1):
        taken &= np.abs(cloud.xyz[..., axis] - np.float32(target.centre[axis])) < NEAR
    taken[taken] = ~_own_side(cloud.xyz[taken].astype(float), _alike(cloud, segments, taken), target)
    return np.asarray(taken)


def _alike(cloud: Cloud, segments: Segments, taken: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Which of the taken pixels have the target's colour, (n,)."""
    own_color = np.median(cloud.rgb[segments.target_pixels], axis=0)
    return np.asarray(np.abs(_hue(cloud.rgb[taken]) - _hue(own_color)).max(axis=1, initial=0) < ALIKE)


def _hue(color: NDArray[np.generic]) -> Array:
    """Colour without its brightness, (..., 3): a side face is a darker shade of the same paint."""
    rgb = np.asarray(color, np.float64) + 4.0
    return np.asarray(rgb / rgb.sum(axis=-1, keepdims=True))


def _own_side(points: Array, alike: NDArray[np.bool_], target: Thing) -> NDArray[np.bool_]:
    """Which points (n, 3) are the target's own: of its colour or below its top, and straight below its outline."""
    low = alike | (points[:, 2] < target.top - HEIGHT_STEP)
    low &= np.linalg.norm(points[:, :2] - target.centre, axis=1) < target.radius + SIDE
    apart = np.linalg.norm(points[low, None, :2] - target.outline[None, ::2], axis=-1).min(axis=1, initial=np.inf)
    own = np.zeros(len(points), bool)
    own[low] = apart < SIDE
    return own


def _rim(taken: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Cells with a neighbour that is free."""
    inner = np.zeros_like(taken)
    inner[1:-1, 1:-1] = taken[:-2, 1:-1] & taken[2:, 1:-1] & taken[1:-1, :-2] & taken[1:-1, 2:]
    return taken & ~inner


def _pick(
    slots: Slots, score: Array, tip: float, cloud: Cloud, gripper: GripperShape, settings: Settings, count: int
) -> list[Grasp]:
    """The best slots, skipping near-copies and those whose palm would hit something tall."""
    grasps: list[Grasp] = []
    taken: list[tuple[int, int]] = []
    tall = cloud.xyz[cloud.above & (cloud.xyz[..., 2] > tip + gripper.palm_height)][:, :2]
    spare = spare_room(slots, gripper)
    turns = len(slots.angles)
    for flat in np.argsort(-score, axis=None, kind="stable")[:400]:
        a, lane = divmod(int(flat), score.shape[1])
        if score[a, lane] <= 0 or len(grasps) == count:
            break
        if any(min(abs(a - b), turns - abs(a - b)) < 3 and abs(lane - k) < 3 for b, k in taken):
            continue
        grasp = grasp_at(slots, a, lane, float(score[a, lane]), float(spare[a, lane]), tip, gripper, settings)
        if len(tall) and np.linalg.norm(tall - grasp.pose[:2, 3], axis=1).min() < gripper.palm_radius:
            continue
        taken.append((a, lane))
        grasps.append(grasp)
    return grasps


def grasp_at(
    slots: Slots, a: int, lane: int, score: float, spare: float, tip: float, gripper: GripperShape, settings: Settings
) -> Grasp:
    """The upright grasp in a slot. spare [m]: play that it leaves; tip [m]: height of the fingertips."""
    angle, width = float(slots.angles[a]), float(slots.width[a, lane])
    play = float(np.clip(0.5 * spare, settings.clearance, 0.010))
    opening = min(gripper.max_width, width + 2 * play)
    u, v = 0.5 * (slots.low[a, lane] + slots.high[a, lane]), slots.lane[lane]
    c, s = np.cos(angle), np.sin(angle)
    pose = np.eye(4)
    pose[:3, :3] = np.array([[c, s, 0.0], [s, -c, 0.0], [0.0, 0.0, -1.0]])
    pose[:3, 3] = (slots.centre[0] + c * u - s * v, slots.centre[1] + s * u + c * v, tip)
    return Grasp(pose, width, opening, score, reason=f"{1e3 * play:.0f} mm of room for each finger")
