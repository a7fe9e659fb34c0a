"""A streaming camera as the contract has it: a thread reads the stream all the time, `capture` waits for a new picture.

Cameras have clocks of their own and say nothing of the way to us, so a picture counts as taken `latency` before it
arrived: never later than it was.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass

import numpy as np

from pg4da.hardware.cameras.config import LiveConfig
from pg4da.hardware.cameras.optics import Optics, Straightener
from pg4da.hardware.cameras.source import About, CameraLost, Exposure, Source
from pg4da.hardware.cell import CameraFrame, Clock
from pg4da.hardware.errors import DeviceError
from pg4da.hardware.frames import Array
from pg4da.hardware.wall_clock import monotonic

LOOK = 0.2  # s that the reading thread waits at a time
RETRY = 1.0  # s between two tries to find a lost camera again


@dataclass(frozen=True)
class _Arrival:
    exposure: Exposure
    taken: float


class LiveCamera:
    """hardware.cell.Camera. Without a pose in its section the camera's frame counts as `world`."""

    def __init__(self, source: Source, config: LiveConfig, clock: Clock, retry: float = RETRY) -> None:
        self._source, self._config, self._clock, self._retry = source, config, clock, retry
        self._pose: Array = np.eye(4) if config.pose is None else config.pose.matrix
        self._news = threading.Condition()
        self._over = threading.Event()
        self._latest: _Arrival | None = None
        self._lost: DeviceError | None = None
        self._about: About | None = None
        self._straighten: Straightener | None = None
        self._thread = threading.Thread(target=self._run, name=source.name, daemon=True)

    def start(self) -> None:
        """Raises DeviceError when the device can't be had."""
        self._about = self._source.open()
        self._thread.start()

    @property
    def serial(self) -> str:
        return self._about.serial if self._about is not None else ""

    @property
    def problem(self) -> str:
        """Why there is no stream now, although no picture may be wanted; empty while there is."""
        lost = self._lost
        return "" if lost is None else str(lost)

    def capture(self, timeout: float = 1.0) -> CameraFrame:
        """A frame taken after the call. Raises TimeoutError; its kind CameraLost when the device is gone or frozen."""
        asked, deadline = self._clock.now(), monotonic() + timeout
        with self._news:
            while (arrival := self._latest) is None or arrival.taken < asked:
                if self._over.is_set():
                    raise CameraLost(self._source.name, "it is closed", "open the cell again")
                if self._lost is not None:
                    raise CameraLost(self._source.name, self._lost.problem, self._lost.remedy)
                if not self._news.wait(max(0.0, deadline - monotonic())) and monotonic() >= deadline:
                    raise TimeoutError(f"{self._source.name}: no new picture within {timeout:g} s")
        return self._frame(arrival)

    def close(self) -> None:
        """Idempotent."""
        self._over.set()
        with self._news:
            self._news.notify_all()
        if self._thread.is_alive() and self._thread is not threading.current_thread():
            self._thread.join(5.0)
        self._source.close()

    def _frame(self, arrival: _Arrival) -> CameraFrame:
        rgb, depth = arrival.exposure.develop()
        straight = self._straightener((rgb.shape[1], rgb.shape[0]))
        rgb, depth = straight(rgb, depth)
        depth = np.where((depth >= self._config.near) & (depth <= self._config.far), depth, np.float32(0))
        return CameraFrame(
            rgb, depth, straight.K, self._pose, arrival.taken, arrival.exposure.sequence, serial=self.serial
        )

    def _straightener(self, size: tuple[int, int]) -> Straightener:
        if self._straighten is None:
            assert self._about is not None
            lens = self._config.lens
            self._straighten = Straightener(self._about.optics if lens is None else Optics.of(lens), size)
        return self._straighten

    def _run(self) -> None:
        heard = monotonic()
        last: tuple[int, float] | None = None
        while not self._over.is_set():
            try:
                exposure = self._source.wait(LOOK)
                if (exposure.sequence, exposure.stamp) != last:
                    last, heard = (exposure.sequence, exposure.stamp), monotonic()
                    self._arrived(exposure)
            except TimeoutError:
                pass
            except DeviceError as error:
                self._lose(error)
            if monotonic() - heard > self._config.silence:
                what = f"no new picture for {self._config.silence:g} s"
                self._lose(DeviceError(self._source.name, what, "look at its cable and its power"))
            if self._lost is not None:
                self._find_again()
                heard, last = monotonic(), None

    def _arrived(self, exposure: Exposure) -> None:
        with self._news:
            self._latest = _Arrival(exposure, self._clock.now() - self._config.latency)
            self._news.notify_all()

    def _lose(self, error: DeviceError) -> None:
        with self._news:
            self._latest, self._lost = None, error
            self._news.notify_all()

    def _find_again(self) -> None:
        while not self._over.is_set():
            self._source.close()
            try:
                self._about = self._source.open()
                self._straighten = None
                with self._news:
                    self._lost = None
                return
            except DeviceError as error:
                self._lose(error)
            self._over.wait(self._retry)
