"""Streaming cameras without a device: a source that tests drive by hand."""

from __future__ import annotations

import queue

import numpy as np
import pytest

from pg4da.hardware.cameras.config import RealSenseConfig
from pg4da.hardware.cameras.optics import Optics
from pg4da.hardware.cameras.source import About, Exposure
from pg4da.hardware.errors import DeviceError

K = np.array([[100.0, 0.0, 15.5], [0.0, 100.0, 11.5], [0.0, 0.0, 1.0]])
SHAPE = (24, 32)


class ScriptedSource:
    """hardware.cameras.source.Source: `give` a number of a picture, or an error to raise."""

    name = "scripted"

    def __init__(self) -> None:
        self.coming: queue.Queue[int | Exception] = queue.Queue()
        self.opened = self.closed = 0
        self.absent = False
        self.stamp: float | None = None

    def open(self) -> About:
        if self.absent:
            raise DeviceError(self.name, "not there", "plug it in")
        self.opened += 1
        return About("S1", Optics(K))

    def wait(self, timeout: float) -> Exposure:
        try:
            item = self.coming.get(timeout=timeout)
        except queue.Empty:
            raise TimeoutError("nothing") from None
        if isinstance(item, Exception):
            raise item
        rgb = np.full((*SHAPE, 3), item, np.uint8)
        depth = np.full(SHAPE, 1.0, np.float32)
        depth[0, :2] = (0.1, 9.0)
        return Exposure(item, item / 30 if self.stamp is None else self.stamp, lambda: (rgb, depth))

    def close(self) -> None:
        self.closed += 1


@pytest.fixture
def source() -> ScriptedSource:
    return ScriptedSource()


@pytest.fixture
def config() -> RealSenseConfig:
    return RealSenseConfig(kind="realsense", latency=0.0, silence=0.3)
