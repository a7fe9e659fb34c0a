"""Drivers by the word that a cell file uses: those that come with pg4da, and those of other packages."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from importlib import import_module
from typing import Any, Generic, TypeVar

from pg4da.hardware.cell import Kinematics
from pg4da.hardware.drivers import ArmDriver, CameraDriver, GripperDriver
from pg4da.plugins import Book, Plugin

D = TypeVar("D")


class Made(Mapping[str, D], Generic[D]):
    """Drivers that are made when they are looked up, so that nothing heavy is imported for the others."""

    def __init__(self, makers: Mapping[str, Callable[[], D]]) -> None:
        self._makers = makers

    def __getitem__(self, name: str) -> D:
        return self._makers[name]()

    def __iter__(self) -> Iterator[str]:
        return iter(self._makers)

    def __len__(self) -> int:
        return len(self._makers)


def arms() -> Book[ArmDriver]:
    """Drivers of arms by `kind`."""
    return Book("pg4da.arms", Made({"ur5e": _ur5e}), _checked(ArmDriver))


def grippers() -> Book[GripperDriver]:
    """Drivers of grippers by `kind`."""
    return Book("pg4da.grippers", Made({"robotiq_2f140": _robotiq}), _checked(GripperDriver))


def cameras() -> Book[CameraDriver]:
    """Drivers of cameras by `kind`."""
    return Book("pg4da.cameras", Made(_cameras()), _checked(CameraDriver))


def _ur5e() -> ArmDriver:
    from pg4da.hardware.ur5e.config import Ur5eConfig

    room = "pg4da.hardware.ur5e"
    return ArmDriver(
        Ur5eConfig,
        later(f"{room}.arm", "connect_arm"),
        _ur5e_kinematics,
        later(f"{room}.examine", "examine"),
    )


def _ur5e_kinematics(config: Any) -> Kinematics:
    from pg4da.hardware.ur5e.kinematics import UR5eKinematics

    return UR5eKinematics(config.base.matrix, config.tcp.matrix)


def _robotiq() -> GripperDriver:
    from pg4da.hardware.robotiq_2f140.config import Robotiq2F140Config

    room = "pg4da.hardware.robotiq_2f140"
    return GripperDriver(
        Robotiq2F140Config, later(f"{room}.driver", "connect_gripper"), later(f"{room}.examine", "examine")
    )


def _cameras() -> dict[str, Callable[[], CameraDriver]]:
    return {}


def later(module: str, name: str) -> Callable[..., Any]:
    """A function that is imported when it is called."""

    def call(*args: Any, **kwargs: Any) -> Any:
        return getattr(import_module(module), name)(*args, **kwargs)

    return call


def _checked(kind: type[D]) -> Callable[[Plugin, Any], D]:
    def check(plugin: Plugin, found: Any) -> D:
        if not isinstance(found, kind):
            raise plugin.refuse(f"is no pg4da.hardware.drivers.{kind.__name__}")
        return found

    return check
