"""The Xtion driver against a module with OpenNI2's names; and those names against the real one, if it is here."""

from __future__ import annotations

import ctypes
import sys
from types import ModuleType, SimpleNamespace

import numpy as np
import pytest

from pg4da.hardware.cameras.config import Lens, XtionConfig
from pg4da.hardware.cameras.xtion import Xtion, examine_xtion
from pg4da.hardware.errors import DeviceError

H, W = 24, 32


class FakeOpenNIError(Exception):
    """openni2.OpenNIError."""


class FakeStream:
    def __init__(self, ni, kind) -> None:
        self.ni, self.kind, self.mode, self.mirrored, self.running, self.closed = ni, kind, None, True, False, False

    def configure_mode(self, width, height, fps, pixel_format):
        self.mode = (width, height, fps, pixel_format)

    def set_mirroring_enabled(self, enabled):
        self.mirrored = enabled

    def start(self):
        self.running = True

    def close(self):
        self.closed = True

    def get_horizontal_fov(self):
        return 1.0

    def get_vertical_fov(self):
        return 0.8

    def read_frame(self):
        self.ni.check()
        colour = self.kind == "colour"
        buffer = (
            (ctypes.c_uint8 * (H * W * 3))(*[90] * (H * W * 3))
            if colour
            else (ctypes.c_uint16 * (H * W))(*[1250] * (H * W))
        )
        frame = SimpleNamespace(frameIndex=4, timestamp=2_000_000, height=H, width=W, released=False)
        frame.get_buffer_as_uint8 = frame.get_buffer_as_uint16 = lambda: buffer

        def close():  # the device takes its buffer back
            ctypes.memset(buffer, 0, ctypes.sizeof(buffer))

        frame.close = close
        return frame


class FakeDevice:
    def __init__(self, ni, uri) -> None:
        self.ni, self.closed, self.aligned, self.synced = ni, False, None, False
        self.device_info = SimpleNamespace(uri=uri, name=b"Xtion")
        self.streams = []

    def create_color_stream(self):
        return self._make("colour")

    def create_depth_stream(self):
        return self._make("depth")

    def _make(self, kind):
        self.streams.append(FakeStream(self.ni, kind))
        return self.streams[-1]

    def is_image_registration_mode_supported(self, mode):
        return self.ni.can_align

    def set_image_registration_mode(self, mode):
        self.aligned = mode

    def set_depth_color_sync_enabled(self, on):
        self.synced = on

    def close(self):
        self.closed = True


class FakeOpenNi(ModuleType):
    """openni.openni2 2.3, as far as the driver uses it."""

    OpenNIError = FakeOpenNIError
    InitializationError = type("InitializationError", (Exception,), {})
    PIXEL_FORMAT_RGB888, PIXEL_FORMAT_DEPTH_1_MM, IMAGE_REGISTRATION_DEPTH_TO_COLOR = 200, 100, 1

    def __init__(self) -> None:
        super().__init__("openni.openni2")
        self.uris, self.made, self.broken, self.can_align, self.silent = [b"usb/1"], [], False, True, False
        self.missing = False
        owner = self

        class Device(FakeDevice):
            def __init__(self, uri) -> None:
                super().__init__(owner, uri)
                owner.made.append(self)

            @staticmethod
            def enumerate_uris():
                return owner.uris

        self.Device = Device

    def initialize(self, folders):
        if self.missing:
            raise self.InitializationError("not found")

    def wait_for_any_stream(self, streams, timeout):
        return None if self.silent else streams[0]

    def check(self):
        if self.broken:
            raise FakeOpenNIError("ONI_STATUS_ERROR", b"gone", None)


@pytest.fixture
def ni(monkeypatch):
    fake = FakeOpenNi()
    monkeypatch.setitem(sys.modules, "openni", ModuleType("openni"))
    monkeypatch.setitem(sys.modules, "openni.openni2", fake)
    return fake


def opened(**wishes):
    device = Xtion(XtionConfig(kind="xtion", **wishes))
    return device, device.open()


def test_a_picture_outlives_the_devices_buffer(ni):
    device, about = opened()
    exposure = device.wait(0.2)
    rgb, depth = exposure.develop()
    assert (exposure.sequence, exposure.stamp) == (4, 2.0)
    assert rgb.shape == (H, W, 3)
    assert np.all(rgb == 90)
    assert np.allclose(depth, 1.25)
    assert abs(about.optics.K[0, 0] - 320 / np.tan(0.5)) < 1e-9
    assert about.serial == "usb/1"


def test_not_mirrored_aligned_in_step(ni):
    opened(rate=15)
    device = ni.made[0]
    assert [stream.mode for stream in device.streams] == [(640, 480, 15, 200), (640, 480, 15, 100)]
    assert not any(stream.mirrored for stream in device.streams)
    assert all(stream.running for stream in device.streams)
    assert device.aligned == 1
    assert device.synced


def test_the_files_lens_is_taken(ni):
    lens = Lens(fx=530.0, fy=531.0, cx=320.0, cy=240.0, distortion=(0.05,))
    _, about = opened(lens=lens)
    assert about.optics.K[0, 0] == 530.0
    assert about.optics.coefficients == (0.05,)


def test_what_can_be_wrong(ni):
    ni.can_align = False
    with pytest.raises(DeviceError, match="align"):
        opened()
    ni.uris = [b"usb/1", b"usb/2"]
    with pytest.raises(DeviceError, match="several"):
        opened()
    with pytest.raises(DeviceError, match="none is called usb/9"):
        opened(serial="usb/9")
    assert all(device.closed for device in ni.made[1:])
    ni.uris = []
    with pytest.raises(DeviceError, match="plugged in"):
        opened()
    ni.missing = True
    with pytest.raises(DeviceError, match="libopenni2-0"):
        opened()


def test_silence_and_loss(ni):
    device, _ = opened(serial="usb/1")
    ni.silent = True
    with pytest.raises(TimeoutError):
        device.wait(0.01)
    ni.silent, ni.broken = False, True
    with pytest.raises(DeviceError, match="gone"):
        device.wait(0.01)
    device.close()
    device.close()
    assert all(stream.closed for stream in ni.made[0].streams)


def test_without_the_package(monkeypatch):
    monkeypatch.setitem(sys.modules, "openni", None)
    assert "xtion" in examine_xtion(XtionConfig(kind="xtion"))[0].remedy


def test_the_real_package_has_these_names():
    ni = pytest.importorskip("openni.openni2")
    for name in vars(FakeOpenNi):
        if name[0].isupper() or name in ("initialize", "wait_for_any_stream"):
            assert hasattr(ni, name), name
    assert all(hasattr(ni.Device, name) for name in vars(FakeDevice) if not name.startswith("_"))
    assert all(hasattr(ni.VideoStream, name) for name in vars(FakeStream) if not name.startswith("_"))
    assert all(hasattr(ni.VideoFrame, name) for name in ("get_buffer_as_uint8", "get_buffer_as_uint16", "close"))
