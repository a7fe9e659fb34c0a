"""Drivers by the word that a cell file uses: those that come with pg4da, and those of other packages."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from importlib import import_module
from typing import Any, Generic, TypeVar

from pg4da.books import Book, Plugin
from pg4da.hardware.cameras.opening import DRIVERS as CAMERAS
from pg4da.hardware.drivers import ArmDriver, CameraDriver, GripperDriver

D = TypeVar("D")


class Imported(Mapping[str, D], Generic[D]):
    """Drivers that are imported when they are looked up: `module:name` by word."""

    def __init__(self, places: Mapping[str, str]) -> None:
        self._places = places

    def __getitem__(self, word: str) -> D:
        module, _, name = self._places[word].partition(":")
        found: D = getattr(import_module(module), name)
        return found

    def __iter__(self) -> Iterator[str]:
        return iter(self._places)

    def __len__(self) -> int:
        return len(self._places)


ARMS = {"ur5e": "pg4da.hardware.ur5e.connect:DRIVER"}
GRIPPERS = {"robotiq_2f140": "pg4da.hardware.robotiq_2f140.connecting:DRIVER"}


def arms() -> Book[ArmDriver]:
    """Drivers of arms by `kind`."""
    return Book("pg4da.arms", Imported(ARMS), _checked(ArmDriver))


def grippers() -> Book[GripperDriver]:
    """Drivers of grippers by `kind`."""
    return Book("pg4da.grippers", Imported(GRIPPERS), _checked(GripperDriver))


def cameras() -> Book[CameraDriver]:
    """Drivers of cameras by `kind`."""
    return Book("pg4da.cameras", Imported(CAMERAS), _checked(CameraDriver))


def _checked(kind: type[D]) -> Callable[[Plugin, Any], D]:
    def check(plugin: Plugin, found: Any) -> D:
        if not isinstance(found, kind):
            raise plugin.refuse(f"is no pg4da.hardware.drivers.{kind.__name__}")
        return found

    return check
