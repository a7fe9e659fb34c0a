"""Any camera that a cell file can name."""

from __future__ import annotations

from importlib import import_module
from typing import Protocol

from pg4da.hardware.cameras.config import AnyCameraConfig
from pg4da.hardware.cell import CameraFrame, Clock
from pg4da.hardware.drivers import CameraDriver

ROOM = "pg4da.hardware.cameras"
DRIVERS = {
    "xtion": f"{ROOM}.xtion:DRIVER",
    "realsense": f"{ROOM}.realsense:DRIVER",
    "orbbec": f"{ROOM}.orbbec:DRIVER",
    "folder": f"{ROOM}.folder:DRIVER",
    "socket": f"{ROOM}.over_socket:DRIVER",
}


class OpenCamera(Protocol):
    """hardware.cell.Camera that is closed once nobody needs it."""

    def capture(self, timeout: float = 1.0) -> CameraFrame: ...

    def close(self) -> None: ...


def driver(kind: str) -> CameraDriver:
    """Raises KeyError for a kind that none of these is."""
    module, _, name = DRIVERS[kind].partition(":")
    found: CameraDriver = getattr(import_module(module), name)
    return found


def open_camera(config: AnyCameraConfig, clock: Clock) -> OpenCamera:
    """Find it and start it. Raises DeviceError. Without a pose in its section the camera's frame counts as `world`."""
    camera: OpenCamera = driver(config.kind).open(config, clock)  # type: ignore[assignment]
    return camera
