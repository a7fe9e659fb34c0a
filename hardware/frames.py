"""Rigid transforms as 4x4 arrays. `T_ab` maps coordinates of frame b into frame a; metres, quaternions xyzw."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.spatial.transform import Rotation

Array = NDArray[np.float64]


def transform(rotation: Rotation | Array, translation: Array | tuple[float, float, float]) -> Array:
    """Build T, shape (4, 4), from a rotation (SciPy object or 3x3) and a translation [m]."""
    T = np.eye(4)
    T[:3, :3] = rotation.as_matrix() if isinstance(rotation, Rotation) else rotation
    T[:3, 3] = translation
    return T


def inverse(T: Array) -> Array:
    """Inverse of a rigid transform, shape (..., 4, 4)."""
    R_t = np.swapaxes(T[..., :3, :3], -1, -2)
    out = np.zeros_like(T)
    out[..., :3, :3] = R_t
    out[..., :3, 3] = -np.einsum("...ij,...j->...i", R_t, T[..., :3, 3])
    out[..., 3, 3] = 1.0
    return out


def apply(T: Array, points: Array) -> Array:
    """Map points, shape (n, 3), of frame b into frame a by T_ab."""
    return points @ T[:3, :3].T + T[:3, 3]


def looking_down(position: Array | tuple[float, float, float], yaw: float = 0.0) -> Array:
    """Tool pose in `world` whose approach axis (tool z) points straight down; tool x closes along yaw [rad]."""
    return transform(Rotation.from_euler("z", yaw) * Rotation.from_euler("x", np.pi), position)
