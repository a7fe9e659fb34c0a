"""Grasps from the feature map's best cells and the sorted orientations there (paper, section III-C 2, Fig. 5)."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from pg4da.policies.avn.orientations import grasp_rotations
from pg4da.policies.geometric.grasps import clutter_pixels
from pg4da.policies.geometric.solid import columns_of
from pg4da.policies.geometric.tilted import FLOOR, PLAYS, Body, Poses, body_of, free_grasps
from pg4da.policies.learned.places import Places
from pg4da.policies.learned.surroundings import Surroundings
from pg4da.policies.types import Array, Grasp

DEPTHS = (0.033, 0.022)  # m below the target's upper face, along the approach
LOOKED = 90  # best orientations of a cell that are tried
LEAST_OVERLAP = 0.012  # m of the pads beside the target


def grasp_point(scores: NDArray[np.floating], cell: tuple[int, int], places: Places, around: Surroundings) -> Array:
    """Where in a coarse cell to grasp, (2,) in `world`: the best of the upsampled map on the target, or its middle.

    scores (n, n) of the coarse map. Equal scores are told apart by how far inside the target's outline they lie.
    """
    observation = around.observation
    fine = observation.grid
    size = (fine.cells, fine.cells)
    smooth = cv2.resize(np.asarray(scores, np.float32), size, interpolation=cv2.INTER_LINEAR)
    inside = cv2.distanceTransform(observation.target_mask.astype(np.uint8), cv2.DIST_L2, 3)
    ratio = fine.cells // places.grid.cells
    window = np.zeros(size, bool)
    window[cell[0] * ratio : (cell[0] + 1) * ratio, cell[1] * ratio : (cell[1] + 1) * ratio] = True
    window &= observation.target_mask
    if not window.any():
        return places.grid.to_world(np.asarray(cell[0]), np.asarray(cell[1]))
    ranked = np.where(window, smooth + 1e-3 * inside, -np.inf)
    row, col = np.unravel_index(int(np.argmax(ranked)), size)
    return fine.to_world(np.asarray(row), np.asarray(col))


def grasp_candidates(point: Array, chances: Array, around: Surroundings, count: int = 4) -> list[Grasp]:
    """Grasps at a point (2,) whose open fingers are clear of everything, best first.

    chances (360,): of each orientation, only their order and ratios count; a grasp's score is its chance over the
    best one's, less for a tight fit. Empty where none fits, or the target is not seen.
    """
    target = around.segments.target
    if target is None:
        return []
    face = around.cloud.xyz[around.segments.target_pixels].astype(float)
    body = body_of(target.outline, face)
    order = np.argsort(-chances, kind="stable")[:LOOKED]
    order = order[chances[order] > 0]
    poses = _poses(point, order, chances / max(float(chances.max()), 1e-12), body, around)
    if not len(poses.value):
        return []
    clutter = clutter_pixels(around.cloud, around.segments, target, around.reach.settings.floor)
    columns = columns_of(around.cloud.xyz, clutter, target.centre)
    return free_grasps(poses, columns, around.reach.gripper, around.reach.settings, count)


def _poses(point: Array, order: NDArray[np.intp], share: Array, body: Body, around: Surroundings) -> Poses:
    """The orientations at every depth, moved along the closing axis until the target is in the middle of the jaw."""
    gripper, workspace = around.reach.gripper, around.reach.workspace
    rotation = np.tile(grasp_rotations()[order], (len(DEPTHS), 1, 1))
    value = np.tile(share[order], len(DEPTHS))
    depth = np.repeat(DEPTHS, len(order))
    anchor = np.append(point, body.top)
    origin = anchor + depth[:, None] * rotation[:, :, 2]
    shift, width = _met(rotation, origin, body, gripper.finger_width)
    origin = origin + rotation[:, :, 0] * shift[:, None]
    outside = np.where(np.isfinite(width), width, 0.0) + 2 * (PLAYS[0] + gripper.finger_thickness)
    origin = _above_table(rotation, origin, outside, gripper.finger_width)
    overlap = (body.top - origin[:, 2]) / np.maximum(-rotation[:, 2, 2], 0.1)
    fits = np.isfinite(width) & (width < gripper.max_width - 2 * PLAYS[-1])
    fits &= overlap >= min(LEAST_OVERLAP, 0.5 * body.top)
    fits &= workspace.contain(origin[:, :2])
    return Poses(rotation[fits], origin[fits], width[fits], value[fits])


def _above_table(rotation: Array, origin: Array, outside: Array, finger_width: float) -> Array:
    """Origins (n, 3) raised along the approach until the lowest corner of the open fingertips is FLOOR above z = 0.

    outside (n,): between the outsides of the open fingers [m].
    """
    drop = np.abs(rotation[:, 2, 0]) * 0.5 * outside + np.abs(rotation[:, 2, 1]) * 0.5 * finger_width
    short = np.clip(FLOOR + drop - origin[:, 2], 0.0, None)
    return np.asarray(origin + rotation[:, :, 2] * (short / np.minimum(rotation[:, 2, 2], -0.1))[:, None])


def _met(rotation: Array, origin: Array, body: Body, finger_width: float) -> tuple[Array, Array]:
    """Middle along the closing axis and width (n,) of what lies between the pads; infinite width for nothing."""
    local = np.matmul(body.points[None] - origin[:, None], rotation)  # coordinates in each grasp's frame
    meets = (np.abs(local[..., 1]) < 0.5 * finger_width) & (local[..., 2] < 0.0)
    high = np.where(meets, local[..., 0], -np.inf).max(axis=1, initial=-np.inf)
    low = np.where(meets, local[..., 0], np.inf).min(axis=1, initial=np.inf)
    with np.errstate(invalid="ignore"):
        width = np.where(high > low, high - low, np.inf)
        return np.where(np.isfinite(width), 0.5 * (high + low), 0.0), width
