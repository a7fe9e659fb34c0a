"""Sample points lie on their shapes, close enough together."""

from __future__ import annotations

import mujoco
import numpy as np
import pytest
from scipy.spatial import cKDTree

from pg4da.skills.motion.surface import sample


def test_box() -> None:
    size = np.array([0.01, 0.02, 0.04])
    points = sample(mujoco.mjtGeom.mjGEOM_BOX, size, 0.012)
    assert (np.abs(points) <= size + 1e-12).all()
    assert np.isclose(np.abs(points), size).any(axis=1).all()
    assert len({tuple(np.sign(p)) for p in points if np.allclose(np.abs(p), size)}) == 8


@pytest.mark.parametrize("kind", [mujoco.mjtGeom.mjGEOM_CYLINDER, mujoco.mjtGeom.mjGEOM_CAPSULE])
def test_round(kind: int) -> None:
    points = sample(kind, np.array([0.04, 0.1, 0.0]), 0.02)
    sides = points[np.hypot(points[:, 0], points[:, 1]) > 0.039]
    nearest = cKDTree(sides).query(sides, k=2)[0][:, 1]
    assert nearest.max() <= 0.0201
    assert np.abs(sides[:, 2]).max() == pytest.approx(0.1)


def test_another_shape_is_refused() -> None:
    with pytest.raises(ValueError, match="mjGEOM_MESH"):
        sample(mujoco.mjtGeom.mjGEOM_MESH, np.zeros(3), 0.01)
