"""What a driver of a streaming camera has to do; `LiveCamera` makes a `hardware.cell.Camera` out of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from pg4da.hardware.cameras.optics import Optics
from pg4da.hardware.errors import DeviceError

Rgb = NDArray[np.uint8]
Depth = NDArray[np.float32]


class CameraLost(DeviceError, TimeoutError):
    """A camera gives nothing any more; to a skill, a picture that did not come in time."""


@dataclass(frozen=True)
class Exposure:
    """One picture of a stream. stamp: on the device's own clock [s]; 0 where it has none.

    develop: rgb (H, W, 3) uint8 and depth (H, W) float32 [m] aligned to it, both as the lens bent them; called once.
    """

    sequence: int
    stamp: float
    develop: Callable[[], tuple[Rgb, Depth]]


@dataclass(frozen=True)
class About:
    """What an open device says of itself."""

    serial: str
    optics: Optics


class Source(Protocol):
    """One device. Used by one thread at a time, `develop` of its exposures by another."""

    @property
    def name(self) -> str:
        """For messages."""
        ...

    def open(self) -> About:
        """Find it and start its streams. Raises DeviceError."""
        ...

    def wait(self, timeout: float) -> Exposure:
        """The next picture. Raises TimeoutError; DeviceError when the device is gone."""
        ...

    def close(self) -> None:
        """Idempotent; a lost device is let go without complaint."""
        ...
