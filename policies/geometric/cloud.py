"""From the camera's picture to points of the table's clutter, cropped to where something stands."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from pg4da.policies.geometric.settings import Bounds
from pg4da.policies.types import CameraView, NoAction


@dataclass(frozen=True)
class Cloud:
    """xyz (h, w, 3) float32 in `world` [m], rgb (h, w, 3) uint8, above (h, w): something stands on the table there.

    pixel [m]: distance between neighbouring points at the table.
    """

    xyz: NDArray[np.float32]
    rgb: NDArray[np.uint8]
    above: NDArray[np.bool_]
    pixel: float


BASE_RADIUS = 0.14  # m round an arm's base: what stands there is the robot, and nothing could be grasped there
HIGHEST = 0.40  # m; what is higher than this is an arm over the table, not an object


def cloud_of(
    view: CameraView, bounds: Bounds, floor: float, bases: Iterable[tuple[float, float]] = (), pad: int = 4
) -> Cloud:
    """Back-project the picture and crop it to what rises more than `floor` [m] above the table inside the bounds.

    What stands within BASE_RADIUS of one of `bases` (x, y), and what is higher than HIGHEST, is left out. Raises
    NoAction when nothing is left.
    """
    depth = np.asarray(view.depth, np.float32)
    slopes = _slopes(np.asarray(view.K, float).tobytes(), np.asarray(view.T_world_camera, float).tobytes(), depth.shape)
    place = np.asarray(view.T_world_camera[:3, 3], np.float32)
    with np.errstate(invalid="ignore"):  # depths may be infinite or no numbers
        height = slopes[2] * depth + place[2]
    pixel = np.flatnonzero((height > np.float32(floor)) & (height < np.float32(HIGHEST)) & (depth > 0))
    x, y = (slopes[axis].ravel()[pixel] * depth.ravel()[pixel] + place[axis] for axis in (0, 1))
    stands = (x > bounds.x_min) & (x < bounds.x_max) & (y > bounds.y_min) & (y < bounds.y_max)
    for base_x, base_y in bases:
        stands &= (x - base_x) ** 2 + (y - base_y) ** 2 > BASE_RADIUS**2
    above = np.zeros(depth.shape, bool)
    above.ravel()[pixel[stands]] = True
    rows, cols = np.flatnonzero(above.any(axis=1)), np.flatnonzero(above.any(axis=0))
    if not rows.size:
        raise NoAction("the camera sees nothing on the table inside the workspace")
    box = (
        slice(max(0, int(rows[0]) - pad), int(rows[-1]) + pad + 1),
        slice(max(0, int(cols[0]) - pad), int(cols[-1]) + pad + 1),
    )
    known = np.where(np.isfinite(depth[box]), depth[box], np.float32(0))
    xyz = np.stack([slopes[axis][box] * known + place[axis] for axis in range(3)], axis=-1)
    distance = float(np.median(known[known > 0]))
    return Cloud(xyz, np.ascontiguousarray(view.rgb[box]), above[box], distance / float(view.K[0, 0]))


@lru_cache(maxsize=4)
def _slopes(matrix: bytes, pose: bytes, shape: tuple[int, int]) -> NDArray[np.float32]:
    """How far each pixel's ray goes in `world` for 1 m of depth, (3, H, W): linear in column and row."""
    K, T = np.frombuffer(matrix).reshape(3, 3), np.frombuffer(pose).reshape(4, 4)
    height, width = shape
    u = (np.arange(width, dtype=np.float32) - np.float32(K[0, 2])) / np.float32(K[0, 0])
    v = (np.arange(height, dtype=np.float32) - np.float32(K[1, 2])) / np.float32(K[1, 1])
    axes = T[:3, :3].astype(np.float32)
    return np.stack([r[0] * u[None, :] + r[1] * v[:, None] + r[2] for r in axes])
