"""Connecting a cell: all devices or none, everything that is wrong at once, and nothing has moved."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from pg4da import books
from pg4da.cells.connect import connect
from pg4da.cells.loader import load_cell
from pg4da.cells.spec import RobotsSpec
from pg4da.commands.main import main
from pg4da.errors import BadInput
from pg4da.hardware.config import ArmConfig, CameraConfig, GripperConfig
from pg4da.hardware.drivers import ArmDriver, CameraDriver, Finding, GripperDriver
from pg4da.hardware.errors import DeviceError
from pg4da.hardware.pacer import Pacer
from pg4da.hardware.ur5e.kinematics import UR5eKinematics

HOME = [0.5985, -2.0275, 1.4854, -1.0287, -1.5708, -2.5431]
CELL = f"""\
cell: toys
kind: robots
speed_scale: 0.5
arms:
  left: {{kind: toy, base: {{xyz: [-0.55, 0.5, 0.1], rpy: [0, 0, 3.14159]}}, home: {HOME}, gripper: {{kind: toy}}}}
  right: {{kind: toy, base: {{xyz: [0.55, 0.5, 0.1]}}, home: {HOME}, gripper: {{kind: toy}}}}
camera: {{kind: toy, pose: {{xyz: [0, 0.5, 1.25], rpy: [3.14159, 0, 0]}}}}
"""


class Toys:
    """What the drivers below do and did. ill: device to finding; broken: device that can't be connected."""

    def __init__(self) -> None:
        self.events: list[str] = []
        self.ill: dict[str, Finding] = {}
        self.broken = ""

    def open(self, what: str) -> None:
        if what == self.broken:
            raise DeviceError(what, "it does not answer", "switch it on")
        self.events.append(f"open {what}")

    def examine(self, what: str) -> list[Finding]:
        self.events.append(f"look at {what}")
        return [self.ill.get(what, Finding("mode", "well"))]


class Toy:
    """Any device: closes once."""

    def __init__(self, toys: Toys, what: str) -> None:
        toys.open(what)
        self._toys, self.what = toys, what

    def close(self) -> None:
        self._toys.events.append(f"close {self.what}")


class ToyArm(Toy):
    max_acceleration = np.full(6, 5.0)

    def __init__(self, toys: Toys, name: str, config: Any, gripper: Any) -> None:
        super().__init__(toys, f"{name} arm")
        self.name, self.gripper, self.home = name, gripper, np.array(config.home)
        self.stops = 0

    def join(self, pacer: Pacer) -> None:
        pacer.add(self)

    def along(self, reading: float) -> None:
        return None

    def follow_clock(self, clock: Any) -> None:
        return None

    def ahead(self, step: float) -> Any:
        return self.home[None]

    def refuse(self, why: str) -> None:
        raise AssertionError(why)

    def stop(self) -> None:
        self.stops += 1


@pytest.fixture
def toys(monkeypatch: pytest.MonkeyPatch) -> Toys:
    """Drivers of another package."""
    toys = Toys()
    arm = ArmDriver(
        ArmConfig,
        lambda name, config, gripper, clock: ToyArm(toys, name, config, gripper),
        lambda config: UR5eKinematics(config.base.matrix, np.eye(4)),
        lambda config: toys.examine("arm"),
    )
    gripper = GripperDriver(
        GripperConfig, lambda config, clock: Toy(toys, "gripper"), lambda c: toys.examine("gripper")
    )
    camera = CameraDriver(CameraConfig, lambda config, clock: Toy(toys, "camera"), lambda c: toys.examine("camera"))
    found = {"pg4da.arms": arm, "pg4da.grippers": gripper, "pg4da.cameras": camera}

    def points(group: str) -> tuple[Any, ...]:
        if group not in found:
            return ()
        dist = SimpleNamespace(name="toys")
        return (SimpleNamespace(name="toy", value="toys:it", dist=dist, load=lambda: found[group]),)

    monkeypatch.setattr(books, "entry_points", points)
    return toys


@pytest.fixture
def spec(toys: Toys, write_cell: Callable[[str], Path]) -> RobotsSpec:
    found = load_cell(str(write_cell(CELL)))
    assert isinstance(found, RobotsSpec)
    return found


def test_everything_is_looked_at_before_anything_is_taken_over(spec: RobotsSpec, toys: Toys) -> None:
    cell = connect(spec, slow=0.1)
    looks = [event for event in toys.events if event.startswith("look")]
    assert toys.events[: len(looks)] == looks
    assert sorted(looks) == ["look at arm"] * 2 + ["look at camera"] + ["look at gripper"] * 2
    assert cell.name == "toys"
    assert cell.pace == pytest.approx(0.05)
    assert cell.workspace.centre == (0.0, 0.5)
    cell.close()
    assert sorted(event for event in toys.events if event.startswith("close")) == [
        "close camera",
        "close gripper",
        "close gripper",
        "close left arm",
        "close right arm",
    ]


def test_all_that_is_wrong_is_told_at_once_and_nothing_is_opened(spec: RobotsSpec, toys: Toys) -> None:
    toys.ill["arm"] = Finding("control", "not in remote control", "switch the pendant to remote control")
    toys.ill["camera"] = Finding("camera", "not plugged in", "plug it in")
    with pytest.raises(BadInput) as caught:
        connect(spec)
    lines = str(caught.value).splitlines()
    assert [line.partition(": ")[0] for line in lines] == ["bench.yaml:5:9", "bench.yaml:6:10", "bench.yaml:7:9"]
    assert lines[0].endswith("arms.left: not in remote control; switch the pendant to remote control")
    assert not any(event.startswith("open") for event in toys.events)


@pytest.mark.parametrize("broken", ["camera", "gripper", "left arm", "right arm"])
def test_one_that_fails_lets_go_of_the_others(spec: RobotsSpec, toys: Toys, broken: str) -> None:
    toys.broken = broken
    with pytest.raises(BadInput, match=r"bench.yaml:.*: it does not answer; switch it on"):
        connect(spec)
    opened = sorted(event.removeprefix("open ") for event in toys.events if event.startswith("open"))
    assert sorted(event.removeprefix("close ") for event in toys.events if event.startswith("close")) == opened


def test_real_robots_move_only_when_somebody_says_so(spec: RobotsSpec, toys: Toys, capsys: Any) -> None:
    assert main(["run", "retrieve", "--cell", "bench.yaml"]) == 2
    assert "nobody can be asked here; look at the cell, then give --yes" in capsys.readouterr().err
    assert toys.events == []


@pytest.mark.parametrize(("typed", "goes_on"), [("yes", True), ("YES ", True), ("no", False), ("", False)])
def test_the_question_before_it_moves(
    spec: RobotsSpec, toys: Toys, capsys: Any, monkeypatch: pytest.MonkeyPatch, typed: str, goes_on: bool
) -> None:
    toys.broken = "camera"  # so that it ends there
    keyboard, terminal = os.openpty()
    with open(terminal) as stdin:
        monkeypatch.setattr("sys.stdin", stdin)
        monkeypatch.setattr("builtins.input", lambda prompt: typed)
        assert main(["run", "retrieve", "--cell", "bench.yaml", "--first-run"]) == 2
    os.close(keyboard)
    told = capsys.readouterr()
    assert "about to move: left (toy), right (toy)" in told.out
    assert "at 5 % of the planned speed" in told.out
    assert ("it does not answer" in told.err) is goes_on
    assert ("not confirmed; nothing was moved" in told.err) is not goes_on


def test_doctor_tells_of_each_device(spec: RobotsSpec, toys: Toys, capsys: Any) -> None:
    assert main(["doctor", "--cell", "bench.yaml"]) == 0
    assert "arms.left (toy)\n  ok     mode: well\narms.left.gripper (toy)" in capsys.readouterr().out
    toys.ill["gripper"] = Finding("fault", "too hot", "let it cool down")
    assert main(["doctor", "--cell", "bench.yaml"]) == 1
    out = capsys.readouterr().out
    assert "  WRONG  fault: too hot\n         do this: let it cool down" in out
    assert out.endswith("something is wrong, see above\n")
    assert not any(event.startswith("open") for event in toys.events)
    Path("bench.yaml").write_text(CELL.replace("kind: robots", "kind: robot"))
    assert main(["doctor", "--cell", "bench.yaml"]) == 2
