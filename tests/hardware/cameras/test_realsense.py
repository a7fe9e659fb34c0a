"""The RealSense driver against a module with librealsense's names; those names against the real one, if it is here."""

from __future__ import annotations

import sys
from types import SimpleNamespace

import numpy as np
import pytest

from pg4da.hardware.cameras.config import RealSenseConfig
from pg4da.hardware.cameras.optics import Model
from pg4da.hardware.cameras.realsense import MODELS, RealSense, examine_realsense, optics_of
from pg4da.hardware.errors import DeviceError

COUNTS = np.full((48, 64), 1250, np.uint16)
RGB = np.full((48, 64, 3), 77, np.uint8)


class FakeSdk:
    """pyrealsense2 2.59, as far as the driver uses it. plugged: serial numbers."""

    def __init__(self, plugged: list[str]) -> None:
        self.plugged, self.started, self.stopped = plugged, [], 0
        self.broken = self.silent = False
        self.stream = SimpleNamespace(color="color", depth="depth")
        self.format = SimpleNamespace(rgb8="rgb8", z16="z16")
        self.camera_info = SimpleNamespace(serial_number="serial_number")
        self.lens = SimpleNamespace(fx=60.0, fy=61.0, ppx=31.5, ppy=23.5, coeffs=[0.1, 0, 0, 0, 0], model="none")

    def context(self):
        devices = [SimpleNamespace(get_info=lambda what, serial=serial: serial) for serial in self.plugged]
        return SimpleNamespace(query_devices=lambda: devices)

    def config(self):
        wishes = SimpleNamespace(serial="", streams=[])
        wishes.enable_device = lambda serial: setattr(wishes, "serial", serial)
        wishes.enable_stream = lambda *wish: wishes.streams.append(wish)
        return wishes

    def align(self, stream):
        frame = SimpleNamespace(
            get_color_frame=lambda: SimpleNamespace(get_data=lambda: RGB),
            get_depth_frame=lambda: SimpleNamespace(get_data=lambda: COUNTS),
        )
        return SimpleNamespace(process=lambda frames: frame, stream=stream)

    def pipeline(self):
        return SimpleNamespace(start=self._start, stop=self._stop, try_wait_for_frames=self._wait)

    def _start(self, wishes):
        if self.broken:
            raise RuntimeError("Couldn't resolve requests")
        self.started.append(wishes)
        video = SimpleNamespace(get_intrinsics=lambda: self.lens)
        sensor = SimpleNamespace(get_depth_scale=lambda: 0.0005)
        return SimpleNamespace(
            get_device=lambda: SimpleNamespace(first_depth_sensor=lambda: sensor),
            get_stream=lambda stream: SimpleNamespace(as_video_stream_profile=lambda: video),
        )

    def _stop(self):
        self.stopped += 1
        if self.broken:
            raise RuntimeError("device disconnected")

    def _wait(self, timeout_ms):
        assert isinstance(timeout_ms, int)
        if self.broken:
            raise RuntimeError("device disconnected")
        return not self.silent, SimpleNamespace(get_frame_number=lambda: 5, get_timestamp=lambda: 1500.0)


@pytest.fixture
def sdk(monkeypatch):
    fake = FakeSdk(["111", "222"])
    monkeypatch.setitem(sys.modules, "pyrealsense2", fake)
    return fake


def opened(**wishes):
    device = RealSense(RealSenseConfig(kind="realsense", **wishes))
    return device, device.open()


def test_a_picture(sdk):
    device, about = opened(serial="222")
    exposure = device.wait(0.2)
    rgb, depth = exposure.develop()
    assert (exposure.sequence, exposure.stamp) == (5, 1.5)
    assert np.array_equal(rgb, RGB)
    assert np.allclose(depth, 0.625), "counts by the sensor's own scale"
    assert depth.dtype == np.float32
    assert about.serial == "222"
    assert about.optics.K[1, 1] == 61.0


def test_what_is_asked_for(sdk):
    opened(serial="111", width=848, rate=15)
    wishes = sdk.started[0]
    assert wishes.serial == "111"
    assert wishes.streams == [("color", 0, 848, 480, "rgb8", 15), ("depth", 0, 848, 480, "z16", 15)]


@pytest.mark.parametrize(
    ("plugged", "serial", "said"),
    [([], None, "plugged in"), (["1", "2"], None, "say which"), (["1", "2"], "3", "none with serial number 3")],
)
def test_which_camera(sdk, plugged, serial, said):
    sdk.plugged = plugged
    with pytest.raises(DeviceError, match=said):
        opened(serial=serial)


def test_a_wish_it_does_not_have_and_a_lens_unknown(sdk):
    sdk.lens.model = "ftheta"
    with pytest.raises(DeviceError, match="ftheta"):
        opened(serial="111")
    sdk.broken = True
    with pytest.raises(DeviceError, match="resolve"):
        opened(serial="111")


def test_silence_and_loss(sdk):
    device, _ = opened(serial="111")
    sdk.silent = True
    with pytest.raises(TimeoutError):
        device.wait(0.01)
    sdk.broken = True
    with pytest.raises(DeviceError, match="disconnected"):
        device.wait(0.01)
    device.close()
    device.close()
    assert sdk.stopped == 1
    with pytest.raises(DeviceError, match="not open"):
        device.wait(0.01)


def test_without_the_package(monkeypatch):
    monkeypatch.setitem(sys.modules, "pyrealsense2", None)
    with pytest.raises(DeviceError, match=r"pg4da\[realsense\]"):
        opened()
    assert not examine_realsense(RealSenseConfig(kind="realsense"))[0].well


def test_models():
    lens = SimpleNamespace(fx=1.0, fy=1.0, ppx=0.0, ppy=0.0, coeffs=[0.0] * 5, model="distortion.inverse_brown_conrady")
    assert optics_of(lens, "x").model is Model.MODIFIED_BROWN


def test_the_real_package_has_these_names():
    rs = pytest.importorskip("pyrealsense2")
    for name in MODELS:
        assert hasattr(rs.distortion, name)
    for owner, names in {
        rs.pipeline: ("start", "stop", "try_wait_for_frames"),
        rs.config: ("enable_device", "enable_stream"),
        rs.align: ("process",),
        rs.pipeline_profile: ("get_device", "get_stream"),
        rs.device: ("first_depth_sensor", "get_info"),
        rs.depth_sensor: ("get_depth_scale",),
        rs.stream_profile: ("as_video_stream_profile",),
        rs.video_stream_profile: ("get_intrinsics",),
        rs.composite_frame: ("get_color_frame", "get_depth_frame", "get_frame_number", "get_timestamp"),
    }.items():
        assert all(hasattr(owner, name) for name in names), owner
    assert rs.format.rgb8 != rs.format.z16
    assert rs.stream.color != rs.stream.depth
    assert rs.camera_info.serial_number is not None
