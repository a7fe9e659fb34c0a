"""The gripper as points on its outside, and whether it is clear of what stands round the target."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from pg4da.policies.geometric.outlines import Array
from pg4da.policies.geometric.solid import Columns
from pg4da.policies.types import GripperShape

FEW = 11  # one in so many of the hand's points is looked at first
PALM_ACROSS = 0.75  # of palm_radius: half width of the palm across the closing axis
INNER = 0.001  # m outside the pad's surface
PALM_LENGTH = 0.03  # m of the palm that is looked at; what is taller meets its lower rim first


def clear_of(
    columns: Columns, rotation: Array, origin: Array, opening: Array, gripper: GripperShape, margin: float
) -> NDArray[np.bool_]:
    """Which grasps (n,) have open fingers, knuckles and palm at least `margin` [m] clear of the columns.

    rotation (n, 3, 3) and origin (n, 3): T_world_grasp; opening (n,): between the pads [m].
    """
    shape = hand_points(gripper, margin)
    free = np.ones(len(opening), bool)
    for points in (shape[::FEW], shape):  # in dense clutter a few points rule most grasps out
        left = np.flatnonzero(free)
        local = opened(points, opening[left], gripper)
        world = np.matmul(local, rotation[left].astype(np.float32).transpose(0, 2, 1))
        world += origin[left, None].astype(np.float32)
        free[left] = (columns.clearance(world) > margin).all(axis=1)
    return free


def opened(points: Array, opening: Array, gripper: GripperShape) -> NDArray[np.float32]:
    """Points of the closed hand (k, 3) for each opening (n,) [m], (n, k, 3), in the grasp's frame."""
    moves = -points[:, 2] < gripper.palm_height - 1e-6
    local = np.repeat(points[None].astype(np.float32), len(opening), axis=0)
    side = np.sign(points[moves, 0]).astype(np.float32)
    local[:, moves, 0] += side * (0.5 * opening[:, None]).astype(np.float32)
    return local


@lru_cache(maxsize=4)
def hand_points(gripper: GripperShape, margin: float) -> Array:
    """Points (n, 3) on the closed fingers' and knuckles' outsides, `margin` [m] larger, and the palm's rims."""
    starts = (0.0, *(height for height, _ in gripper.knuckles), gripper.palm_height)
    reaches = (gripper.finger_thickness, *(reach for _, reach in gripper.knuckles))
    half = 0.5 * gripper.finger_width + margin
    parts, under = [], INNER
    for low, high, reach in zip(starts[:-1], starts[1:], reaches, strict=True):
        parts.append(_storey(low, high, under, reach + margin, half))
        under = reach
    side = np.concatenate(parts)
    return np.concatenate([side, side * (-1.0, 1.0, 1.0), _palm(gripper)])


def _storey(low: float, high: float, under: float, outside: float, half: float) -> Array:
    """A box from `low` to `high` above the tip: its underside from `under` outwards, and its walls."""
    ys = np.linspace(-half, half, 8)
    floor = [(x, y, -low) for x in np.linspace(under, outside, 4) for y in ys]
    ring = [(x, y) for x in np.linspace(INNER, outside, 5) for y in ys if x in (INNER, outside) or abs(y) == half]
    ups = np.linspace(low, high, 2 + int((high - low) / 0.011))[1:-1]
    return np.array(floor + [(x, y, -up) for up in ups for x, y in ring])


def _palm(gripper: GripperShape) -> Array:
    turn = np.arange(16) * np.pi / 8
    rim = gripper.palm_radius * np.column_stack([np.cos(turn), PALM_ACROSS * np.sin(turn)])
    heights = (gripper.palm_height, gripper.palm_height + PALM_LENGTH)
    return np.concatenate([np.column_stack([rim, np.full(16, -up)]) for up in heights])
