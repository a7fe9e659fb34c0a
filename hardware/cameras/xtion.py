"""Asus Xtion through OpenNI2 and its Python package `openni`. Names of its interface: version 2.3."""

from __future__ import annotations

from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np

from pg4da.hardware.cameras.config import XtionConfig
from pg4da.hardware.cameras.examining import examine_live
from pg4da.hardware.cameras.installed import need
from pg4da.hardware.cameras.live import LiveCamera
from pg4da.hardware.cameras.optics import Optics
from pg4da.hardware.cameras.source import About, Depth, Exposure, Rgb
from pg4da.hardware.cell import Clock
from pg4da.hardware.drivers import CameraDriver, Finding
from pg4da.hardware.errors import DeviceError

FOLDERS = ("/usr/lib/x86_64-linux-gnu", "/usr/lib/aarch64-linux-gnu", "/usr/lib", "/usr/local/lib")
INSTALL = "install libopenni2-0 and libopenni2-dev, or say with `library` where libOpenNI2.so lies"


class Xtion:
    """hardware.cameras.source.Source."""

    def __init__(self, config: XtionConfig) -> None:
        self._config = config
        self._streams: list[Any] = []  # colour, depth
        self._device: Any = None
        self.name = "Xtion"

    def open(self) -> About:
        """Raises DeviceError."""
        ni = need("openni.openni2", self.name, "xtion")
        self._load(ni)
        try:
            self._device = self._find(ni)
            self._start(ni)
            return About(self._serial(), self._optics())
        except ni.OpenNIError as error:
            self.close()
            remedy = "look at its cable (a USB 2 port suits it best) and at the rights on its USB device"
            raise DeviceError(self.name, _told(error), remedy) from error

    def wait(self, timeout: float) -> Exposure:
        """Raises TimeoutError, DeviceError. Colour and depth come in step: both are read."""
        if len(self._streams) < 2:
            raise DeviceError(self.name, "it is not open", "open it first")
        ni = need("openni.openni2", self.name, "xtion")
        try:
            color, depth = (self._next(ni, stream, timeout) for stream in self._streams)
        except ni.OpenNIError as error:
            raise DeviceError(self.name, _told(error), "look at its cable; it is searched again") from error
        rgb = _array(color, np.uint8).reshape(color.height, color.width, 3)
        counts = _array(depth, np.uint16).reshape(depth.height, depth.width)
        exposure = Exposure(color.frameIndex, color.timestamp / 1e6, lambda: _developed(rgb, counts))
        for frame in (color, depth):
            frame.close()
        return exposure

    def close(self) -> None:
        """Idempotent."""
        streams, device = self._streams, self._device
        self._streams, self._device = [], None
        for each in (*streams, *([device] if device is not None else [])):
            try:
                each.close()
            except need("openni.openni2", self.name, "xtion").OpenNIError:
                continue  # it was unplugged: nothing is left to stop

    def _load(self, ni: ModuleType) -> None:
        wanted = self._config.library
        folders = [wanted] if wanted is not None else [folder for folder in FOLDERS if Path(folder).is_dir()]
        try:
            ni.initialize(folders)
        except (ni.InitializationError, ni.OpenNIError) as error:
            raise DeviceError(self.name, "the library OpenNI2 can't be loaded", INSTALL) from error

    def _find(self, ni: ModuleType) -> Any:
        uris = ni.Device.enumerate_uris()
        if not uris:
            raise DeviceError(self.name, "no such camera is plugged in", "look at its cable and at the rights on it")
        devices = [ni.Device(uri) for uri in uris]
        wanted = self._config.serial
        fits = [each for each in devices if wanted is None or wanted in _names(each)]
        for each in devices:
            if len(fits) != 1 or each is not fits[0]:
                each.close()
        if len(fits) != 1:
            known = ", ".join(str(uri) for uri in uris)
            what = f"none is called {wanted}" if wanted else "several are plugged in"
            raise DeviceError(self.name, what, f"say which with `serial`; plugged in: {known}")
        return fits[0]

    def _start(self, ni: ModuleType) -> None:
        wish, device = self._config, self._device
        color, depth = device.create_color_stream(), device.create_depth_stream()
        if color is None or depth is None:
            raise DeviceError(self.name, "it has no colour or no depth", "an Xtion Pro Live is needed")
        self._streams = [color, depth]
        color.configure_mode(wish.width, wish.height, wish.rate, ni.PIXEL_FORMAT_RGB888)
        depth.configure_mode(wish.width, wish.height, wish.rate, ni.PIXEL_FORMAT_DEPTH_1_MM)
        for stream in self._streams:
            stream.set_mirroring_enabled(False)
        if not device.is_image_registration_mode_supported(ni.IMAGE_REGISTRATION_DEPTH_TO_COLOR):
            raise DeviceError(self.name, "it can't align depth to colour", "take another camera")
        device.set_image_registration_mode(ni.IMAGE_REGISTRATION_DEPTH_TO_COLOR)
        device.set_depth_color_sync_enabled(True)
        for stream in self._streams:
            stream.start()

    def _next(self, ni: ModuleType, stream: Any, timeout: float) -> Any:
        if ni.wait_for_any_stream([stream], timeout) is None:
            raise TimeoutError(f"{self.name}: nothing within {timeout:g} s")
        return stream.read_frame()

    def _serial(self) -> str:
        return _names(self._device)[0]

    def _optics(self) -> Optics:
        wish, color = self._config, self._streams[0]
        if wish.lens is not None:
            return Optics.of(wish.lens)
        fx = wish.width / 2 / np.tan(color.get_horizontal_fov() / 2)
        fy = wish.height / 2 / np.tan(color.get_vertical_fov() / 2)
        return Optics(np.array([[fx, 0.0, (wish.width - 1) / 2], [0.0, fy, (wish.height - 1) / 2], [0.0, 0.0, 1.0]]))


def _names(device: Any) -> list[str]:
    return [part.decode(errors="replace") for part in (device.device_info.uri, device.device_info.name)]


def _array(frame: Any, kind: type[np.generic]) -> Any:
    buffer = frame.get_buffer_as_uint8() if kind is np.uint8 else frame.get_buffer_as_uint16()
    return np.array(np.frombuffer(buffer, kind))  # the device takes its buffer back


def _developed(rgb: Rgb, counts: Any) -> tuple[Rgb, Depth]:
    return rgb, counts.astype(np.float32) / np.float32(1000)


def _told(error: BaseException) -> str:
    text = " ".join(str(part) for part in error.args if part)
    return text.strip() or type(error).__name__


def open_xtion(config: XtionConfig, clock: Clock) -> LiveCamera:
    """Raises DeviceError."""
    camera = LiveCamera(Xtion(config), config, clock)
    camera.start()
    return camera


def examine_xtion(config: XtionConfig) -> list[Finding]:
    """Opens it, takes one picture, closes it."""
    found = examine_live(lambda clock: open_xtion(config, clock))
    if config.lens is None and all(each.well for each in found):
        found.append(Finding("lens", "distortion unknown; taken as none", "calibrate it and give `lens`"))
    return found


DRIVER = CameraDriver(XtionConfig, open_xtion, examine_xtion)
