"""LiveCamera: pictures after the call only, frozen and lost streams, coming back."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager

import numpy as np
import pytest

from pg4da.hardware.cameras.config import RealSenseConfig
from pg4da.hardware.cameras.live import LiveCamera
from pg4da.hardware.cameras.source import CameraLost
from pg4da.hardware.errors import DeviceError
from pg4da.hardware.wall_clock import WallClock


@contextmanager
def started(source, config) -> Iterator[LiveCamera]:
    camera = LiveCamera(source, config, WallClock(), retry=0.02)
    camera.start()
    with closing(camera):
        yield camera


@contextmanager
def streaming(source, period: float = 0.01) -> Iterator[None]:
    over = threading.Event()

    def stream() -> None:
        number = 0
        while not over.wait(period):
            number += 1
            source.coming.put(number)

    thread = threading.Thread(target=stream)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()


def test_a_picture_that_came_before_the_call_is_not_shown(source, config):
    with started(source, config) as camera:
        source.coming.put(1)
        time.sleep(0.05)
        with pytest.raises(TimeoutError):
            camera.capture(timeout=0.05)
        threading.Timer(0.05, source.coming.put, [2]).start()
        frame = camera.capture(timeout=1.0)
    assert frame.sequence == 2
    assert frame.rgb[0, 0, 0] == 2


def test_a_picture_counts_as_taken_its_latency_before_it_came(source):
    config = RealSenseConfig(kind="realsense", latency=0.2, silence=1.0)
    with started(source, config) as camera, streaming(source):
        asked = camera._clock.now()
        frame = camera.capture(timeout=1.0)
        assert asked <= frame.stamp <= camera._clock.now() - 0.2


def test_what_is_too_near_or_too_far_is_no_depth(source, config):
    with started(source, config) as camera, streaming(source):
        depth = camera.capture().depth
    assert depth[0, 0] == 0.0
    assert depth[0, 1] == 0.0
    assert np.all(depth[1:] == 1.0)
    assert depth.dtype == np.float32


def test_the_same_picture_again_and_again_is_a_frozen_stream(source, config):
    source.stamp = 5.0
    with started(source, config) as camera:
        source.absent = True
        for _ in range(60):
            source.coming.put(7)
        time.sleep(0.8)
        with pytest.raises(CameraLost):
            camera.capture(timeout=0.5)


def test_a_silent_device_is_named_with_what_to_do(source, config):
    with started(source, config) as camera:
        source.absent = True
        with pytest.raises(CameraLost, match="scripted") as caught:
            camera.capture(timeout=2.0)
    assert caught.value.remedy
    assert isinstance(caught.value, DeviceError)


def test_a_lost_device_comes_back_by_itself(source, config):
    with started(source, config) as camera:
        source.absent = True
        source.coming.put(DeviceError("scripted", "unplugged", "plug it in"))
        deadline = time.monotonic() + 2
        while source.closed == 0 and time.monotonic() < deadline:
            time.sleep(0.01)
        with pytest.raises(CameraLost):
            camera.capture(timeout=0.2)
        source.absent = False
        with streaming(source):
            while time.monotonic() < deadline:
                try:
                    assert camera.capture(timeout=0.5).serial == "S1"
                    break
                except CameraLost:
                    time.sleep(0.02)
    assert source.opened >= 2


def test_closing_ends_a_capture_that_waits(source, config):
    config = RealSenseConfig(kind="realsense", silence=10.0)
    with started(source, config) as camera:
        threading.Timer(0.05, camera.close).start()
        with pytest.raises(CameraLost, match="closed"):
            camera.capture(timeout=5.0)


def test_an_absent_device_is_told_at_the_start(source, config):
    source.absent = True
    with pytest.raises(DeviceError, match="plug it in"):
        LiveCamera(source, config, WallClock()).start()
