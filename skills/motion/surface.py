"""Sample points on a model's geoms, in each geom's own frame."""

from __future__ import annotations

import mujoco
import numpy as np

from pg4da.hardware.frames import Array


def sample(kind: int, size: Array, spacing: float) -> Array:
    """Points (n, 3) over a box, cylinder or capsule of MuJoCo's `size`, no two neighbours further apart than `spacing`.

    Raises ValueError for another kind of geom.
    """
    if kind == mujoco.mjtGeom.mjGEOM_BOX:
        return _box(size, spacing)
    if kind == mujoco.mjtGeom.mjGEOM_CYLINDER:
        return _rings(float(size[0]), _steps(-size[1], size[1], spacing), spacing)
    if kind == mujoco.mjtGeom.mjGEOM_CAPSULE:
        radius, half = float(size[0]), float(size[1])
        ends = np.array([[0.0, 0.0, -half - radius], [0.0, 0.0, half + radius]])
        return np.concatenate([_rings(radius, _steps(-half, half, spacing), spacing), ends])
    raise ValueError(f"no surface points for geoms of kind {mujoco.mjtGeom(kind).name}")


def _steps(low: float, high: float, spacing: float) -> Array:
    return np.linspace(low, high, int(np.ceil((high - low) / spacing)) + 1)


def _box(size: Array, spacing: float) -> Array:
    axes = [_steps(-s, s, spacing) for s in size]
    grid = np.stack(np.meshgrid(*axes, indexing="ij"), axis=-1).reshape(-1, 3)
    return np.asarray(grid[(np.abs(np.abs(grid) - size) < 1e-9).any(axis=1)])


def _rings(radius: float, heights: Array, spacing: float) -> Array:
    count = max(6, int(np.ceil(2 * np.pi * radius / spacing)))
    turn = 2 * np.pi * np.arange(count) / count
    circle = radius * np.stack([np.cos(turn), np.sin(turn)], axis=1)
    return np.concatenate([np.column_stack([circle, np.full(count, z)]) for z in heights])
