"""A gripper without physics behind the emulator's servers, and ways to it."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator

import pytest

from pg4da.hardware.emulator.robotiq.gripper import EmulatedGripper, GripperPorts
from pg4da.hardware.robotiq_2f140.config import (
    Link,
    Robotiq2F140Config,
    RtuOverTcpLink,
    SerialLink,
    TcpLink,
    UrcapLink,
)
from pg4da.hardware.robotiq_2f140.connecting import connect_gripper
from pg4da.hardware.robotiq_2f140.driver import Robotiq2F140
from pg4da.hardware.robotiq_2f140.scaling import Ends
from pg4da.hardware.wall_clock import WallClock

KINDS = ("rtu", "rtu-tcp", "tcp", "urcap")
FASTER, AT_ONCE = 8.0, 100.0  # the fingers of these tests, so that they are short; while they are activated


class Fingers:
    """emulator.world.WorldGripper: moves at its speed, stops at what is in between. Times by the wall."""

    max_width = 0.140

    def __init__(self) -> None:
        self._clock = WallClock()
        self._lock = threading.Lock()
        self._from = self._to = self.max_width
        self._speed, self._since = 0.1, 0.0
        self.faster = FASTER
        self.object_width: float | None = None
        self.moves: list[tuple[float, float, float]] = []

    @property
    def width(self) -> float:
        with self._lock:
            way = (self._clock.now() - self._since) * self._speed * self.faster
            gone = min(way, abs(self._to - self._from))
            return self._from + (gone if self._to > self._from else -gone)

    @property
    def moving(self) -> bool:
        return abs(self.width - self._to) > 1e-6

    @property
    def object_detected(self) -> bool:
        thing = self.object_width
        return thing is not None and self._to == thing and self._to < self._from and not self.moving

    def move(self, width: float, speed: float, force: float) -> None:
        self.moves.append((width, speed, force))
        start, thing = self.width, self.object_width
        blocked = thing is not None and start >= thing > width
        self._set(start, thing if blocked and thing is not None else width, speed)

    def halt(self) -> None:
        self._set(self.width, self.width, self._speed)

    def _set(self, start: float, end: float, speed: float) -> None:
        with self._lock:
            self._from, self._to, self._speed, self._since = start, end, speed, self._clock.now()


class Bench:
    """One emulated gripper, and drivers for it."""

    def __init__(self, ends: Ends) -> None:
        self.fingers = Fingers()
        self.emulated = EmulatedGripper(
            self.fingers, WallClock().now, ports=GripperPorts(rtu_over_tcp=0, tcp=0, strings=0), ends=ends
        )
        self._drivers: list[Robotiq2F140] = []

    def link(self, kind: str) -> Link:
        host, ports = "127.0.0.1", self.emulated.ports
        if kind == "rtu":
            return SerialLink(port=self.emulated.path)
        if kind == "rtu-tcp":
            return RtuOverTcpLink(host=host, port=ports[kind])
        return TcpLink(host=host, port=ports[kind]) if kind == "tcp" else UrcapLink(host=host, port=ports[kind])

    def config(self, kind: str = "rtu-tcp", **fields: object) -> Robotiq2F140Config:
        return Robotiq2F140Config.model_validate({"link": self.link(kind).model_dump()} | fields)

    def connect(self, kind: str = "rtu-tcp", **fields: object) -> Robotiq2F140:
        self.fingers.faster = AT_ONCE
        driver = connect_gripper(self.config(kind, **fields), WallClock())
        self.fingers.faster = FASTER
        self._drivers.append(driver)
        return driver

    def close(self) -> None:
        for driver in self._drivers:
            driver.close()
        self.emulated.close()


@pytest.fixture
def make_bench() -> Iterator[Callable[..., Bench]]:
    made: list[Bench] = []

    def make(ends: Ends | None = None) -> Bench:
        made.append(Bench(ends or Ends()))
        return made[-1]

    yield make
    for bench in made:
        bench.close()


@pytest.fixture
def bench(make_bench: Callable[..., Bench]) -> Bench:
    return make_bench()


def until(met: Callable[[], bool], limit: float = 5.0) -> None:
    """Wait for something; an AssertionError when it does not come."""
    pause = threading.Event()
    clock = WallClock()
    while not met():
        assert clock.now() < limit, "it did not come"
        pause.wait(0.005)
