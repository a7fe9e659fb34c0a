"""Objects that lie inside each other beyond repair."""

from __future__ import annotations

from itertools import combinations

import numpy as np
from scipy.spatial import ConvexHull
from scipy.spatial.transform import Rotation

from pg4da.hardware.frames import Array
from pg4da.sim.objects.shape import load_shape
from pg4da.sim.scenes.scene import SceneObject

NEARLY_COINCIDENT = (
    0.003  # m; published training scenes overlap by up to 40 mm and settle well, so only this is refused
)


def hopeless_overlap(objects: tuple[SceneObject, ...]) -> tuple[int, int] | None:
    """The first pair of objects whose centres nearly coincide, or of which one lies wholly inside the other."""
    solids = [_Solid(obj) for obj in objects]
    for (i, a), (j, b) in combinations(enumerate(solids), 2):
        distance = float(np.linalg.norm(a.centre - b.centre))
        if distance < NEARLY_COINCIDENT or a.inside(b) or b.inside(a):
            return i, j
    return None


class _Solid:
    """An object's hull in `world`."""

    def __init__(self, obj: SceneObject) -> None:
        shape = load_shape(obj.shape)
        rotation = Rotation.from_quat(obj.quaternion)
        self.centre: Array = obj.position + rotation.apply(shape.centre_of_mass)
        self.points: Array = obj.position + rotation.apply(np.concatenate(shape.parts))
        self.convex = len(shape.parts) == 1
        self.low, self.high = self.points.min(axis=0), self.points.max(axis=0)

    def inside(self, other: _Solid) -> bool:
        """Whether every point lies inside the other, which must be one convex part."""
        if not other.convex or np.any(self.low < other.low) or np.any(self.high > other.high):
            return False
        planes = ConvexHull(other.points).equations
        return bool(np.all(self.points @ planes[:, :3].T + planes[:, 3] <= 1e-6))
