"""A cell file that is right, and devices that are not there."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any, Literal

import pytest

from pg4da import books
from pg4da.hardware.config import CameraConfig
from pg4da.hardware.drivers import CameraDriver

CELL = """\
cell: bench
kind: robots
arms:
  left:
    kind: ur5e
    address: 10.0.0.2
    base: {xyz: [-0.55, 0.5, 0.1], rpy: [0, 0, 3.14159]}
    home: [0.5985, -2.0275, 1.4854, -1.0287, -1.5708, -2.5431]
    gripper:
      kind: robotiq_2f140
      link: {kind: rtu-tcp, host: 10.0.0.2}
  right:
    kind: ur5e
    address: 10.0.0.3
    base: {xyz: [0.55, 0.5, 0.1]}
    home: [0.5985, -2.0275, 1.4854, -1.0287, -1.5708, -2.5431]
    gripper:
      kind: robotiq_2f140
      link: {kind: rtu-tcp, host: 10.0.0.3}
camera:
  kind: still
  pose: {xyz: [0, 0.5, 1.25], rpy: [3.14159, 0, 0]}
"""


class StillConfig(CameraConfig):
    kind: Literal["still"]


class Point:
    """An entry point of a package that is not installed."""

    def __init__(self, name: str, found: Any) -> None:
        self.name, self.value, self.dist = name, "still.module:thing", SimpleNamespace(name="stills")
        self._found = found

    def load(self) -> Any:
        return self._found


def absent(*args: Any) -> Any:
    raise AssertionError("nothing is connected by a check")


@pytest.fixture(autouse=True)
def still_camera(monkeypatch: pytest.MonkeyPatch) -> None:
    """A driver of another package, which nobody opens."""
    points = {"pg4da.cameras": (Point("still", CameraDriver(StillConfig, absent, absent)),)}
    monkeypatch.setattr(books, "entry_points", lambda group: points.get(group, ()))


@pytest.fixture
def text() -> str:
    return CELL


@pytest.fixture
def write_cell(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], Path]:
    """Write a cell file into the current folder."""
    monkeypatch.chdir(tmp_path)

    def write(text: str, name: str = "bench.yaml") -> Path:
        (tmp_path / name).write_text(text)
        return Path(name)

    return write
