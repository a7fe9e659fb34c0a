"""Orbbec cameras through pyorbbecsdk (package pyorbbecsdk2). Names of its interface: version 2.1."""

from __future__ import annotations

from types import ModuleType
from typing import Any

import numpy as np

from pg4da.hardware.cameras.config import OrbbecConfig
from pg4da.hardware.cameras.examining import examine_live
from pg4da.hardware.cameras.installed import need
from pg4da.hardware.cameras.live import LiveCamera
from pg4da.hardware.cameras.optics import Optics
from pg4da.hardware.cameras.realsense import choose
from pg4da.hardware.cameras.source import About, Depth, Exposure, Rgb
from pg4da.hardware.cell import Clock
from pg4da.hardware.drivers import CameraDriver, Finding
from pg4da.hardware.errors import DeviceError

# pip refuses to install it beside NumPy 2, which its own metadata excludes and its code does not mind
INSTALL = "pip install --no-deps 'pyorbbecsdk2>=2.1'"


class Orbbec:
    """hardware.cameras.source.Source."""

    def __init__(self, config: OrbbecConfig) -> None:
        self._config = config
        self._pipeline: Any = None
        self._align: Any = None
        self.name = f"Orbbec {config.serial}" if config.serial else "Orbbec"

    def open(self) -> About:
        """Raises DeviceError."""
        ob = need("pyorbbecsdk", self.name, "orbbec", INSTALL)
        try:
            return self._open(ob)
        except ob.OBError as error:
            remedy = "use a USB 3 port and a size and rate that it has; its udev rules must be installed"
            raise DeviceError(self.name, str(error), remedy) from error

    def _open(self, ob: ModuleType) -> About:
        devices = ob.Context().query_devices()
        serials = [str(devices.get_device_serial_number_by_index(i)) for i in range(devices.get_count())]
        serial = choose(self.name, self._config.serial, serials)
        pipeline = ob.Pipeline(devices.get_device_by_serial_number(serial))
        config = ob.Config()
        kinds = ((ob.OBSensorType.COLOR_SENSOR, ob.OBFormat.RGB), (ob.OBSensorType.DEPTH_SENSOR, ob.OBFormat.Y16))
        profiles = [self._profile(pipeline, sensor, layout) for sensor, layout in kinds]
        for profile in profiles:
            config.enable_stream(profile)
        pipeline.enable_frame_sync()
        pipeline.start(config)
        self._pipeline, self._align = pipeline, ob.AlignFilter(align_to_stream=ob.OBStreamType.COLOR_STREAM)
        return About(serial, optics_of(profiles[0]))

    def wait(self, timeout: float) -> Exposure:
        """Raises TimeoutError, DeviceError."""
        if self._pipeline is None:
            raise DeviceError(self.name, "it is not open", "open it first")
        try:
            frames = self._pipeline.wait_for_frames(max(1, round(1000 * timeout)))
            both = frames is not None and frames.get_color_frame() and frames.get_depth_frame()
        except need("pyorbbecsdk", self.name, "orbbec", INSTALL).OBError as error:
            raise DeviceError(self.name, str(error), "look at its cable; it is searched again") from error
        if not both:
            raise TimeoutError(f"{self.name}: nothing within {timeout:g} s")
        color = frames.get_color_frame()
        return Exposure(color.get_index(), color.get_timestamp_us() / 1e6, lambda: self._develop(frames))

    def close(self) -> None:
        """Idempotent."""
        pipeline, self._pipeline = self._pipeline, None
        if pipeline is not None:
            try:
                pipeline.stop()
            except need("pyorbbecsdk", self.name, "orbbec", INSTALL).OBError:
                return  # it was unplugged: nothing is left to stop

    def _profile(self, pipeline: Any, sensor: Any, layout: Any) -> Any:
        profiles, wish = pipeline.get_stream_profile_list(sensor), self._config
        return profiles.get_video_stream_profile(wish.width, wish.height, layout, wish.rate)

    def _develop(self, frames: Any) -> tuple[Rgb, Depth]:
        aligned = self._align.process(frames)
        if not aligned:
            raise TimeoutError(f"{self.name}: depth and colour could not be brought together")
        color, depth = aligned.as_frame_set().get_color_frame(), aligned.as_frame_set().get_depth_frame()
        shape = (color.get_height(), color.get_width())
        rgb = np.array(color.get_data(), np.uint8).reshape(*shape, 3)
        counts = np.frombuffer(np.ascontiguousarray(depth.get_data()).tobytes(), np.uint16).reshape(shape)
        return rgb, counts.astype(np.float32) * np.float32(depth.get_depth_scale() / 1000)


def optics_of(profile: Any) -> Optics:
    """Of the colour stream; its distortion is OpenCV's rational one."""
    lens, bend = profile.get_intrinsic(), profile.get_distortion()
    K = np.array([[lens.fx, 0.0, lens.cx], [0.0, lens.fy, lens.cy], [0.0, 0.0, 1.0]])
    names = ("k1", "k2", "p1", "p2", "k3", "k4", "k5", "k6")
    return Optics(K, tuple(float(getattr(bend, name)) for name in names))


def open_orbbec(config: OrbbecConfig, clock: Clock) -> LiveCamera:
    """Raises DeviceError."""
    camera = LiveCamera(Orbbec(config), config, clock)
    camera.start()
    return camera


def examine_orbbec(config: OrbbecConfig) -> list[Finding]:
    """Opens it, takes one picture, closes it."""
    return examine_live(lambda clock: open_orbbec(config, clock), config.lens is not None)


DRIVER = CameraDriver(OrbbecConfig, open_orbbec, examine_orbbec)
