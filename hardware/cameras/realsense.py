"""Intel RealSense through pyrealsense2. Names of its interface: librealsense 2.56 to 2.59."""

from __future__ import annotations

from collections.abc import Sequence
from types import ModuleType
from typing import Any

import numpy as np

from pg4da.hardware.cameras.config import RealSenseConfig
from pg4da.hardware.cameras.examining import examine_live
from pg4da.hardware.cameras.installed import need
from pg4da.hardware.cameras.live import LiveCamera
from pg4da.hardware.cameras.optics import Model, Optics
from pg4da.hardware.cameras.source import About, Depth, Exposure, Rgb
from pg4da.hardware.cell import Clock
from pg4da.hardware.drivers import CameraDriver, Finding
from pg4da.hardware.errors import DeviceError

MODELS = {  # librealsense itself projects its "inverse" model as its modified one (rs2_project_point_to_pixel, 2.59)
    "none": Model.BROWN,
    "brown_conrady": Model.BROWN,
    "modified_brown_conrady": Model.MODIFIED_BROWN,
    "inverse_brown_conrady": Model.MODIFIED_BROWN,
}


class RealSense:
    """hardware.cameras.source.Source."""

    def __init__(self, config: RealSenseConfig) -> None:
        self._config = config
        self._pipeline: Any = None
        self._align: Any = None
        self._scale = 0.001  # m a count
        self.name = f"RealSense {config.serial}" if config.serial else "RealSense"

    def open(self) -> About:
        """Raises DeviceError."""
        rs = need("pyrealsense2", self.name, "realsense")
        serials = [str(each.get_info(rs.camera_info.serial_number)) for each in rs.context().query_devices()]
        serial = choose(self.name, self._config.serial, serials)
        pipeline = rs.pipeline()
        try:
            profile = pipeline.start(self._wishes(rs, serial))
        except RuntimeError as error:
            remedy = "use a USB 3 port and a size and rate that it has (rs-enumerate-devices lists them)"
            raise DeviceError(self.name, str(error), remedy) from error
        self._pipeline, self._align = pipeline, rs.align(rs.stream.color)
        self._scale = float(profile.get_device().first_depth_sensor().get_depth_scale())
        lens = profile.get_stream(rs.stream.color).as_video_stream_profile().get_intrinsics()
        return About(serial, optics_of(lens, self.name))

    def wait(self, timeout: float) -> Exposure:
        """Raises TimeoutError, DeviceError."""
        if self._pipeline is None:
            raise DeviceError(self.name, "it is not open", "open it first")
        try:
            came, frames = self._pipeline.try_wait_for_frames(max(1, round(1000 * timeout)))
        except RuntimeError as error:
            raise DeviceError(self.name, str(error), "look at its cable; it is searched again") from error
        if not came:
            raise TimeoutError(f"{self.name}: nothing within {timeout:g} s")
        return Exposure(frames.get_frame_number(), frames.get_timestamp() / 1000, lambda: self._develop(frames))

    def close(self) -> None:
        """Idempotent."""
        pipeline, self._pipeline = self._pipeline, None
        if pipeline is not None:
            try:
                pipeline.stop()
            except RuntimeError:
                return  # it was unplugged: nothing is left to stop

    def _wishes(self, rs: ModuleType, serial: str) -> Any:
        config, wish = rs.config(), self._config
        config.enable_device(serial)
        config.enable_stream(rs.stream.color, 0, wish.width, wish.height, rs.format.rgb8, wish.rate)
        config.enable_stream(rs.stream.depth, 0, wish.width, wish.height, rs.format.z16, wish.rate)
        return config

    def _develop(self, frames: Any) -> tuple[Rgb, Depth]:
        aligned = self._align.process(frames)
        rgb = np.array(aligned.get_color_frame().get_data(), np.uint8)
        counts = np.asarray(aligned.get_depth_frame().get_data(), np.uint16)
        return rgb, counts.astype(np.float32) * np.float32(self._scale)


def optics_of(lens: Any, name: str) -> Optics:
    """`rs.intrinsics` as ours. Raises DeviceError for a model that no depth camera of theirs has."""
    K = np.array([[lens.fx, 0.0, lens.ppx], [0.0, lens.fy, lens.ppy], [0.0, 0.0, 1.0]])
    model = str(lens.model).rsplit(".", 1)[-1]
    if model not in MODELS:
        raise DeviceError(name, f"its lens is of the kind '{model}'", "give `lens` in the camera's section")
    return Optics(K, tuple(float(c) for c in lens.coeffs), MODELS[model])


def choose(name: str, wanted: str | None, serials: Sequence[str]) -> str:
    """The serial number to open. Raises DeviceError when it isn't there or it isn't clear which."""
    if not serials:
        raise DeviceError(
            name, "no such camera is plugged in", "look at its cable, and at the rights on its USB device"
        )
    if wanted is None and len(serials) > 1:
        raise DeviceError(name, f"several are plugged in: {', '.join(serials)}", "say which with `serial`")
    if wanted is not None and wanted not in serials:
        raise DeviceError(name, f"none with serial number {wanted}", f"plugged in: {', '.join(serials)}")
    return wanted or serials[0]


def open_realsense(config: RealSenseConfig, clock: Clock) -> LiveCamera:
    """Raises DeviceError."""
    camera = LiveCamera(RealSense(config), config, clock)
    camera.start()
    return camera


def examine_realsense(config: RealSenseConfig) -> list[Finding]:
    """Opens it, takes one picture, closes it."""
    return examine_live(lambda clock: open_realsense(config, clock), config.lens is not None)


DRIVER = CameraDriver(RealSenseConfig, open_realsense, examine_realsense)
