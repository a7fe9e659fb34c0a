"""A camera in simulation by ray casting: colour, depth and object ids in one pass, without OpenGL.

Depth agrees with hardware.cell.CameraFrame: metres along the optical axis, 0 where nothing was hit.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

import mujoco
import numpy as np
from numpy.typing import NDArray

from pg4da.hardware.cell import CameraFrame, Clock
from pg4da.hardware.frames import Array, transform
from pg4da.sim.camera_noise import XTION, NoiseModel, with_noise
from pg4da.sim.raycast import Lens, backdrop, cast, darken, gather, pixels_of, shade, split

SIZE = (640, 480)
K_XTION: Array = np.array([[570.3, 0.0, 319.5], [0.0, 570.3, 239.5], [0.0, 0.0, 1.0]])
FINE = 3  # rays along a side of a pixel: a camera pose from stepped edges is 0.6 mm off, from these 0.05 mm
T_WORLD_CAMERA: Array = transform(np.diag([1.0, -1.0, -1.0]), (0.0, 0.5, 1.25))


@dataclass(frozen=True)
class Rendering:
    """rgb (H, W, 3); depth (H, W) [m] along the optical axis, 0 where nothing was hit; body_id (H, W), -1 there."""

    rgb: NDArray[np.uint8]
    depth: NDArray[np.float32]
    body_id: NDArray[np.int32]


def look_at(eye: Array | tuple[float, float, float], target: Array | tuple[float, float, float]) -> Array:
    """T_world_camera (4, 4) of a camera at `eye` [m] that looks at `target`, its picture upright against gravity."""
    z = np.asarray(target, float) - np.asarray(eye, float)
    if np.linalg.norm(z) == 0:
        raise ValueError("eye and target are the same point")
    z /= np.linalg.norm(z)
    x = np.cross(z, [0.0, 0.0, 1.0])
    x = np.array([1.0, 0.0, 0.0]) if np.linalg.norm(x) < 1e-6 else x / np.linalg.norm(x)
    return transform(np.stack([x, np.cross(z, x), z], axis=1), tuple(np.asarray(eye, float)))


def intrinsics(size: tuple[int, int], vertical_view: float) -> Array:
    """K (3, 3) of a picture of `size` (width, height) that spans `vertical_view` [rad] from top to bottom."""
    f = size[1] / 2 / np.tan(vertical_view / 2)
    return np.array([[f, 0.0, (size[0] - 1) / 2], [0.0, f, (size[1] - 1) / 2], [0.0, 0.0, 1.0]])


def render(
    model: mujoco.MjModel,
    data: mujoco.MjData,
    T_world_camera: Array,
    K: Array,
    size: tuple[int, int] = SIZE,
    *,
    skip_bodies: Collection[int] = (),
    shadows: bool = False,
) -> Rendering:
    """What a pinhole camera at T_world_camera (optical frame) with intrinsics K sees; size is (width, height).

    Poses are those of the last mj_forward, mj_kinematics or mj_step. Geoms in groups 0 to 2 are shown unless their
    alpha is 0 or their body's id is in skip_bodies.
    """
    lens = Lens.of(K, T_world_camera, size)
    still, moving = split(model, skip_bodies)
    back = backdrop(model, data, still, lens)
    world = gather(model, data, moving[lens.sees(data.geom_xpos[moving], model.geom_rbound[moving])])
    rgb, depth, body_id = back.rgb.copy(), back.depth.copy(), back.body_id.copy()
    pixel, found = cast(world, lens, pixels_of(world, lens))
    nearer = (back.depth[pixel] == 0) | (found.depth < back.depth[pixel])
    pixel, prim = pixel[nearer], found.prim[nearer]
    rgb[pixel] = shade(world, lens.eye).take(prim, axis=0)
    depth[pixel], body_id[pixel] = found.depth[nearer], model.geom_bodyid[world.geom[prim]]
    if shadows:
        everything = gather(model, data, np.concatenate([still, moving]))
        darken(rgb, depth, everything, lens)
    shape = (size[1], size[0])
    return Rendering(rgb.reshape(*shape, 3), depth.reshape(shape), body_id.reshape(shape))


class RayCamera:
    """hardware.cell.Camera over a MuJoCo model. With `noise`, pictures look like an Xtion's; the rng repeats them."""

    def __init__(
        self,
        model: mujoco.MjModel,
        data: mujoco.MjData,
        clock: Clock,
        *,
        noise: bool | NoiseModel = False,
        rng: np.random.Generator | None = None,
        T_world_camera: Array = T_WORLD_CAMERA,
        K: Array = K_XTION,
        size: tuple[int, int] = SIZE,
        sharp: int | None = None,
    ) -> None:
        """sharp: a body whose edges are smooth, as behind a lens, so that its corners are found to parts of a pixel."""
        self._model, self._data, self._clock, self._sharp = model, data, clock, sharp
        self._noise = (XTION if noise is True else noise) or None
        self._rng = np.random.default_rng(0) if rng is None else rng
        self._T, self._K, self._size = np.array(T_world_camera, float), np.array(K, float), size
        self._sequence = 0

    def capture(self, timeout: float = 1.0) -> CameraFrame:
        """A frame of the present state; never waits."""
        picture = render(self._model, self._data, self._T, self._K, self._size)
        rgb, depth = picture.rgb, picture.depth
        if self._sharp is not None:
            self._sharpen(rgb, self._sharp)
        if self._noise is not None:
            rgb, depth = with_noise(rgb, depth, self._K, self._rng, self._noise)
        self._sequence += 1
        return CameraFrame(rgb, depth, self._K, self._T, self._clock.now(), self._sequence, "simulated")

    def _sharpen(self, rgb: NDArray[np.uint8], body: int) -> None:
        """Draw what is round a body anew, in place, with the mean of FINE by FINE rays a pixel."""
        geoms = np.flatnonzero(self._model.geom_bodyid == body)
        lens = Lens.of(self._K, self._T, self._size)
        middle = lens.in_camera(self._data.geom_xpos[geoms].mean(axis=0)[None])[0]
        reach = float(self._model.geom_rbound[geoms].max())
        if middle[2] <= reach:
            return
        u, v = (self._K @ (middle / middle[2]))[:2]
        half = self._K[0, 0] * reach / (middle[2] - reach)
        (left, top), (right, bottom) = np.clip([[u - half, v - half], [u + half, v + half]], 0, self._size).astype(int)
        if right <= left or bottom <= top:
            return
        K = self._K.copy()
        K[:2, 2] -= (left, top)
        rgb[top:bottom, left:right] = self._fine(K, (int(right - left), int(bottom - top)))

    def _fine(self, K: Array, size: tuple[int, int]) -> NDArray[np.uint8]:
        width, height = size
        finer = np.diag([FINE, FINE, 1.0]) @ K
        finer[:2, 2] += (FINE - 1) / 2
        rgb = render(self._model, self._data, self._T, finer, (FINE * width, FINE * height)).rgb
        return np.asarray(rgb.reshape(height, FINE, width, FINE, 3).mean((1, 3)).round(), np.uint8)
