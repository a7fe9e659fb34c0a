"""Lenses: from a picture as the lens bent it to that of a pinhole camera, which is what `CameraFrame` promises.

Normalised coordinates x = (u - cx) / fx, y = (v - cy) / fy of pixel (u, v). Coefficients are k1, k2, p1, p2, k3, k4,
k5, k6 as OpenCV has them. Sources: OpenCV, "Camera Calibration and 3D Reconstruction"; librealsense, rs2_distortion.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum

import numpy as np
from numpy.typing import NDArray

from pg4da.hardware.cameras.config import Lens
from pg4da.hardware.frames import Array

COEFFICIENTS = 8
Rgb = NDArray[np.uint8]
Depth = NDArray[np.float32]


class Model(Enum):
    """brown: bends the pinhole's coordinates; its tangential part looks at the pinhole's coordinates (OpenCV).

    modified_brown: the tangential part looks at what is radially bent already.
    """

    BROWN = "brown"
    MODIFIED_BROWN = "modified_brown"


@dataclass(frozen=True)
class Optics:
    """K (3, 3) and how the lens bends."""

    K: Array
    coefficients: tuple[float, ...] = ()
    model: Model = Model.BROWN

    @property
    def straight(self) -> bool:
        return not any(self.coefficients)

    @staticmethod
    def of(lens: Lens) -> Optics:
        """A cell file's section."""
        K = np.array([[lens.fx, 0.0, lens.cx], [0.0, lens.fy, lens.cy], [0.0, 0.0, 1.0]])
        return Optics(K, tuple(lens.distortion))


def bent(optics: Optics, xy: Array) -> Array:
    """Where the lens puts the pinhole's normalised coordinates, both (n, 2)."""
    k1, k2, p1, p2, k3, k4, k5, k6 = _padded(optics.coefficients)
    x, y = xy[:, 0], xy[:, 1]
    r2 = x * x + y * y
    scale = (1 + r2 * (k1 + r2 * (k2 + r2 * k3))) / (1 + r2 * (k4 + r2 * (k5 + r2 * k6)))
    a, b = (x * scale, y * scale) if optics.model is Model.MODIFIED_BROWN else (x, y)
    dx = 2 * p1 * a * b + p2 * (r2 + 2 * a * a)
    dy = p1 * (r2 + 2 * b * b) + 2 * p2 * a * b
    return np.stack([x * scale + dx, y * scale + dy], axis=1)


def _padded(coefficients: Sequence[float]) -> tuple[float, ...]:
    return (*coefficients, *([0.0] * (COEFFICIENTS - len(coefficients))))


class Straightener:
    """Pictures of one size made straight, K unchanged. What lies outside the bent picture is black, without depth."""

    def __init__(self, optics: Optics, size: tuple[int, int]) -> None:
        """size: (width, height)."""
        self.K = optics.K
        self._maps = None if optics.straight else _maps(optics, size)

    def __call__(self, rgb: Rgb, depth: Depth) -> tuple[Rgb, Depth]:
        """Colours are blended, depths taken from the nearest pixel: the mean of two depths is on neither surface."""
        if self._maps is None:
            return rgb, depth
        import cv2

        u, v = self._maps
        near = cv2.remap(depth, u, v, cv2.INTER_NEAREST, borderMode=cv2.BORDER_CONSTANT, borderValue=0)
        mixed = cv2.remap(rgb, u, v, cv2.INTER_LINEAR, borderMode=cv2.BORDER_CONSTANT, borderValue=0)
        return np.asarray(mixed, np.uint8), np.asarray(near, np.float32)


def _maps(optics: Optics, size: tuple[int, int]) -> tuple[Depth, Depth]:
    K, (width, height) = optics.K, size
    v, u = np.mgrid[0:height, 0:width].astype(float)
    xy = np.stack([(u.ravel() - K[0, 2]) / K[0, 0], (v.ravel() - K[1, 2]) / K[1, 1]], axis=1)
    x, y = bent(optics, xy).T.reshape(2, height, width)
    return np.asarray(K[0, 0] * x + K[0, 2], np.float32), np.asarray(K[1, 1] * y + K[1, 2], np.float32)
