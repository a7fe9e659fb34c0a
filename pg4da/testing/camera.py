"""A camera in memory: the same picture again and again."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from pg4da.hardware.cell import CameraFrame
from pg4da.testing.clock import VirtualClock

HEIGHT = 1.25  # m above the table


class VirtualCamera:
    """hardware.cell.Camera over an empty grey table. Set `rgb` (H, W, 3) and `depth` (H, W) [m] for another picture.

    Set `late` and the next capture raises TimeoutError.
    """

    def __init__(self, clock: VirtualClock, width: int = 160, height: int = 120) -> None:
        self.rgb: NDArray[np.uint8] = np.full((height, width, 3), 110, np.uint8)
        self.depth: NDArray[np.float32] = np.full((height, width), HEIGHT, np.float32)
        self.late = False
        self.captures = 0
        self._clock = clock

    def capture(self, timeout: float = 1.0) -> CameraFrame:
        """Raises TimeoutError when `late`."""
        if self.late:
            raise TimeoutError(f"no frame within {timeout:g} s")
        self.captures += 1
        height, width = self.depth.shape
        K = np.array([[0.9 * width, 0.0, width / 2], [0.0, 0.9 * width, height / 2], [0.0, 0.0, 1.0]])
        T_world_camera = np.diag([1.0, -1.0, -1.0, 1.0])
        T_world_camera[:3, 3] = 0.0, 0.5, HEIGHT
        return CameraFrame(self.rgb, self.depth, K, T_world_camera, self._clock.now(), self.captures, "virtual")
