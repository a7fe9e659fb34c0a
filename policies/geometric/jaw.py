"""Score of a pair of finger slots: does the open jaw fit, and how safely does it hold."""

from __future__ import annotations

import numpy as np

from pg4da.policies.geometric.outlines import Array
from pg4da.policies.geometric.settings import Settings
from pg4da.policies.geometric.slots import Slots
from pg4da.policies.types import GripperShape

DEEP = 0.033  # m that fingertips go below a target's upper face where nothing keeps them from it
LOW = 0.36  # of the height of a flat target: its fingertips go lower than beside others


def tip_height(top: float, settings: Settings, depth: float = DEEP) -> float:
    """Height of the fingertips that grasp a target of height `top` `depth` below its upper face [m]."""
    return max(min(settings.tip_height, LOW * top), top - depth)


def spare_room(slots: Slots, gripper: GripperShape) -> Array:
    """Play of the finger on its tighter side beyond its own thickness [m], (angles, lanes); negative: does not fit."""
    spare = np.minimum(slots.room_low, slots.room_high) - gripper.finger_thickness
    return np.where(np.isfinite(slots.width), np.minimum(spare, gripper.max_width - slots.width), -1.0)


def fit_score(slots: Slots, gripper: GripperShape, settings: Settings) -> Array:
    """Estimated chance that a top-down grasp holds, 0..1, (angles, lanes); 0 where the fingers do not fit."""
    spare = spare_room(slots, gripper)
    least, most = 2 * settings.clearance, 2 * settings.roomy
    safe = 0.55 + 0.45 * np.clip((spare - least) / (most - least), 0, 1)
    return np.asarray(np.where(spare >= least, safe, 0.0) * slots.quality)


def depth_factor(overlap: Array, top: float) -> Array:
    """A thin bite holds less: 1 from 25 mm of overlap [m] or 60 % of the target's height, 0.4 with 17 mm less, (n,).

    Blocks lying flat, 22 mm tall, were held by 10 mm of overlap in each of 10 tries in simulation.
    """
    enough = min(0.025, 0.6 * top)
    return np.asarray(np.clip(1 - 0.6 * (enough - overlap) / 0.017, 0.1, 1.0))


def promise(slots: Slots, gripper: GripperShape, settings: Settings) -> float:
    """How near the best slot is to being free, 0..0.4: what a push is worth that does not free the target yet."""
    need = gripper.finger_thickness + 2 * settings.clearance
    low, high = (np.clip(room / need, 0, 1) for room in (slots.room_low, slots.room_high))
    both = 0.6 * np.minimum(low, high) + 0.4 * 0.5 * (low + high)
    fits = slots.width < gripper.max_width - 2 * settings.clearance
    return float(0.4 * np.max(np.where(fits, slots.quality * both, 0.0)))
