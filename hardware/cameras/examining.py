"""What `pg4da doctor` tells of a camera: whether it can be reached, and what one picture of it looks like."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from typing import Protocol

import numpy as np

from pg4da.hardware.cell import CameraFrame, Clock
from pg4da.hardware.drivers import Finding
from pg4da.hardware.errors import DeviceError
from pg4da.hardware.wall_clock import WallClock

PATIENCE = 5.0  # s for the first picture
ENOUGH_DEPTH = 0.5  # share of pixels


class Closable(Protocol):
    """A camera that can be closed."""

    def capture(self, timeout: float = 1.0) -> CameraFrame: ...

    def close(self) -> None: ...


def examine_live(open_camera: Callable[[Clock], Closable], calibrated_lens: bool = True) -> list[Finding]:
    """Opens, captures once, closes."""
    try:
        with closing(open_camera(WallClock())) as camera:
            frame = camera.capture(PATIENCE)
    except DeviceError as error:
        return [Finding("camera", error.problem, error.remedy or "look at its cable")]
    except TimeoutError as error:
        return [Finding("camera", str(error), "look at its cable and its power; unplug it and plug it in again")]
    return [*_about(frame), _depth(frame), *([] if calibrated_lens else [_lens()])]


def _about(frame: CameraFrame) -> list[Finding]:
    height, width = frame.depth.shape
    size = f"{width} by {height}, focal length {frame.K[0, 0]:.1f} px"
    dark = Finding("picture", f"{size}, black", "take off its cap; switch the light on")
    return [
        Finding("camera", frame.serial or "without a serial number"),
        Finding("picture", size) if frame.rgb.mean() > 5 else dark,
    ]


def _depth(frame: CameraFrame) -> Finding:
    valid = frame.depth > 0
    share = float(valid.mean())
    if share < ENOUGH_DEPTH:
        remedy = "keep sunlight out; the table should lie 0.5 to 2 m away"
        return Finding("depth", f"on {100 * share:.0f} % of the picture", remedy)
    return Finding("depth", f"on {100 * share:.0f} % of the picture, median {np.median(frame.depth[valid]):.3f} m")


def _lens() -> Finding:
    return Finding("lens", "as the camera itself says")
