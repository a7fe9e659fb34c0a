"""The 360 gripper orientations of the angle-view network: 60 approach directions times 6 turns about them.

Source: Gou et al., "RGB Matters", ICRA 2021, and the paper's Fig. 3. Orientations are given in the frame of a camera
that looks straight down: x to the right of the picture, y towards its lower edge, z away from the camera.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from pg4da.policies.types import Array

VIEWS, ANGLES = 60, 6
CLASSES = VIEWS * ANGLES
GOLDEN = (np.sqrt(5.0) - 1.0) / 2.0
R_WORLD_CAMERA = np.diag([1.0, -1.0, -1.0])  # of a camera straight above, its x along the world's


@lru_cache(maxsize=1)
def views() -> Array:
    """Unit vectors (60, 3) from the object towards where the gripper comes from, z < 0: a Fibonacci spiral.

    Of i = 0..119, z = (2 i + 1)/120 − 1 at azimuth 2π · 0.618 · i, those with z < 0.
    """
    i = np.arange(2 * VIEWS)
    z = (2 * i + 1) / (2 * VIEWS) - 1
    azimuth = 2 * np.pi * GOLDEN * i
    ring = np.sqrt(1 - z**2)
    return np.column_stack([ring * np.cos(azimuth), ring * np.sin(azimuth), z])[z < 0]


def angles() -> Array:
    """Turns about the approach direction (6,) [rad]: π k / 6."""
    return np.pi * np.arange(ANGLES) / ANGLES


def class_of(view: int, angle: int) -> int:
    """Number of an orientation, 0..359. Raises ValueError out of range."""
    if not (0 <= view < VIEWS and 0 <= angle < ANGLES):
        raise ValueError(f"view {view} and angle {angle}: expected 0..{VIEWS - 1} and 0..{ANGLES - 1}")
    return view * ANGLES + angle


def parts_of(number: int) -> tuple[int, int]:
    """View and angle of an orientation. Raises ValueError out of range."""
    if not 0 <= number < CLASSES:
        raise ValueError(f"orientation {number}: expected 0..{CLASSES - 1}")
    return divmod(number, ANGLES)


@lru_cache(maxsize=1)
def rotations() -> Array:
    """Rotations (360, 3, 3) in the camera's frame: column 0 approaches, column 1 closes.

    x = −view, y = (−x₁, x₀, 0)/‖·‖, z = x × y, R = [x y z] · Rx(angle).
    """
    x = -views()
    y = np.column_stack([-x[:, 1], x[:, 0], np.zeros(VIEWS)])
    y /= np.linalg.norm(y, axis=1, keepdims=True)
    frames = np.stack([x, y, np.cross(x, y)], axis=2)
    turned = frames[:, None] @ _about_x(angles())[None]
    return np.asarray(turned.reshape(CLASSES, 3, 3))


def _about_x(turn: Array) -> Array:
    """Rotations (n, 3, 3) about x by `turn` (n,) [rad]."""
    out = np.zeros((len(turn), 3, 3))
    out[:, 0, 0] = 1.0
    out[:, 1, 1] = out[:, 2, 2] = np.cos(turn)
    out[:, 2, 1] = np.sin(turn)
    out[:, 1, 2] = -out[:, 2, 1]
    return out


@lru_cache(maxsize=1)
def grasp_rotations() -> Array:
    """R_world_grasp (360, 3, 3) as a Grasp has it: z approaches, x closes; up in the picture is +y in the world."""
    return np.asarray(R_WORLD_CAMERA @ rotations()[:, :, [1, 2, 0]])


@lru_cache(maxsize=1)
def tilts() -> Array:
    """Angle (360,) between each approach and straight down [rad]."""
    return np.arccos(np.clip(rotations()[:, 2, 0], -1, 1))


def nearest_class(R_world_grasp: Array) -> int:
    """The orientation with the smallest turn from R_world_grasp (3, 3); a jaw turned by half a turn is the same."""
    same = np.stack([R_world_grasp, R_world_grasp @ np.diag([-1.0, -1.0, 1.0])])
    likeness = np.einsum("nij,kij->nk", grasp_rotations(), same).max(axis=1)  # trace = 1 + 2 cos(turn)
    return int(np.argmax(likeness))
