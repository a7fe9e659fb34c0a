"""The Orbbec driver against a module with pyorbbecsdk's names; and those names against the real one, if it is here."""

from __future__ import annotations

import sys
from types import SimpleNamespace

import numpy as np
import pytest

from pg4da.hardware.cameras.config import OrbbecConfig
from pg4da.hardware.cameras.orbbec import Orbbec
from pg4da.hardware.errors import DeviceError

H, W = 48, 64
COUNTS = np.full((H, W), 900, np.uint16)
RGB = np.full((H, W, 3), 50, np.uint8)


class FakeOBError(Exception):
    """pyorbbecsdk.OBError."""


class FakeSdk:
    """pyorbbecsdk 2.1, as far as the driver uses it."""

    OBError = FakeOBError
    OBSensorType = SimpleNamespace(COLOR_SENSOR="color", DEPTH_SENSOR="depth")
    OBFormat = SimpleNamespace(RGB="rgb", Y16="y16")
    OBStreamType = SimpleNamespace(COLOR_STREAM="color stream")

    def __init__(self) -> None:
        self.plugged, self.asked, self.broken, self.frames = ["A1"], [], False, self._frames()

    def Context(self):
        devices = SimpleNamespace(
            get_count=lambda: len(self.plugged),
            get_device_serial_number_by_index=lambda i: self.plugged[i],
            get_device_by_serial_number=lambda serial: serial,
        )
        return SimpleNamespace(query_devices=lambda: devices)

    def Config(self):
        return SimpleNamespace(enable_stream=lambda profile: None)

    def Pipeline(self, device):
        return SimpleNamespace(
            get_stream_profile_list=lambda sensor: SimpleNamespace(get_video_stream_profile=self._profile(sensor)),
            enable_frame_sync=lambda: None,
            start=lambda config: self._check(),
            stop=lambda: self._check(),
            wait_for_frames=self._wait,
        )

    def AlignFilter(self, align_to_stream):
        assert align_to_stream == "color stream"
        return SimpleNamespace(process=lambda frames: SimpleNamespace(as_frame_set=lambda: frames))

    def _profile(self, sensor):
        def find(width, height, layout, rate):
            self.asked.append((sensor, width, height, layout, rate))
            lens = SimpleNamespace(fx=60.0, fy=61.0, cx=31.5, cy=23.5)
            bend = SimpleNamespace(k1=0.1, k2=0.2, p1=0.3, p2=0.4, k3=0.5, k4=0.6, k5=0.7, k6=0.8)
            return SimpleNamespace(get_intrinsic=lambda: lens, get_distortion=lambda: bend)

        return find

    def _check(self):
        if self.broken:
            raise FakeOBError("usb gone")

    def _wait(self, timeout_ms):
        assert isinstance(timeout_ms, int)
        self._check()
        return self.frames

    def _frames(self):
        color = SimpleNamespace(
            get_index=lambda: 9,
            get_timestamp_us=lambda: 2_500_000,
            get_height=lambda: H,
            get_width=lambda: W,
            get_data=lambda: RGB.ravel(),
        )
        depth = SimpleNamespace(get_data=lambda: COUNTS.view(np.uint8).ravel(), get_depth_scale=lambda: 0.5)
        return SimpleNamespace(get_color_frame=lambda: color, get_depth_frame=lambda: depth)


@pytest.fixture
def sdk(monkeypatch):
    fake = FakeSdk()
    monkeypatch.setitem(sys.modules, "pyorbbecsdk", fake)
    return fake


def test_a_picture(sdk):
    device = Orbbec(OrbbecConfig(kind="orbbec"))
    about = device.open()
    exposure = device.wait(0.2)
    rgb, depth = exposure.develop()
    assert (exposure.sequence, exposure.stamp) == (9, 2.5)
    assert np.array_equal(rgb, RGB)
    assert np.allclose(depth, 0.45), "a count is 0.5 mm"
    assert about.serial == "A1"
    assert about.optics.coefficients == (0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8)
    assert sdk.asked == [("color", 640, 480, "rgb", 30), ("depth", 640, 480, "y16", 30)]


def test_frames_without_depth_are_silence_and_a_break_is_told(sdk):
    device = Orbbec(OrbbecConfig(kind="orbbec"))
    device.open()
    whole = sdk.frames
    for frames in (None, SimpleNamespace(get_color_frame=whole.get_color_frame, get_depth_frame=lambda: None)):
        sdk.frames = frames
        with pytest.raises(TimeoutError):
            device.wait(0.01)
    sdk.broken = True
    with pytest.raises(DeviceError, match="usb gone"):
        device.wait(0.01)
    device.close()
    with pytest.raises(DeviceError, match="usb gone"):
        Orbbec(OrbbecConfig(kind="orbbec")).open()


def test_none_plugged_in_and_no_package(sdk, monkeypatch):
    sdk.plugged = []
    with pytest.raises(DeviceError, match="plugged in"):
        Orbbec(OrbbecConfig(kind="orbbec")).open()
    monkeypatch.setitem(sys.modules, "pyorbbecsdk", None)
    with pytest.raises(DeviceError, match="--no-deps"):
        Orbbec(OrbbecConfig(kind="orbbec")).open()


def test_the_real_package_has_these_names():
    ob = pytest.importorskip("pyorbbecsdk")
    for owner, names in {
        ob.Pipeline: ("get_stream_profile_list", "enable_frame_sync", "start", "stop", "wait_for_frames"),
        ob.DeviceList: ("get_count", "get_device_serial_number_by_index", "get_device_by_serial_number"),
        ob.StreamProfileList: ("get_video_stream_profile",),
        ob.VideoStreamProfile: ("get_intrinsic", "get_distortion"),
        ob.FrameSet: ("get_color_frame", "get_depth_frame", "as_frame_set"),
        ob.ColorFrame: ("get_index", "get_timestamp_us", "get_height", "get_width", "get_data"),
        ob.DepthFrame: ("get_depth_scale", "get_data"),
        ob.AlignFilter: ("process",),
        ob.Config: ("enable_stream",),
        ob.Context: ("query_devices",),
        ob.OBCameraDistortion: ("k1", "k2", "k3", "k4", "k5", "k6", "p1", "p2"),
        ob.OBCameraIntrinsic: ("fx", "fy", "cx", "cy"),
    }.items():
        assert all(hasattr(owner, name) for name in names), owner
    assert ob.OBSensorType.COLOR_SENSOR != ob.OBSensorType.DEPTH_SENSOR
    assert ob.OBFormat.RGB != ob.OBFormat.Y16
    assert ob.OBStreamType.COLOR_STREAM is not None
    assert issubclass(ob.OBError, Exception)
