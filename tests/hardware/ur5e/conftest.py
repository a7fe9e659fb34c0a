"""An arm whose child process talks to a controller of its own making; nothing listens on any port."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import numpy as np
import pytest

from pg4da.hardware.cell import GripperState, Handle, Progress
from pg4da.hardware.config import Pose
from pg4da.hardware.trajectory import Trajectory
from pg4da.hardware.ur5e import driver, session
from pg4da.hardware.ur5e.config import Ur5eConfig
from pg4da.hardware.ur5e.driver import Ur5e
from pg4da.hardware.ur5e.process import Child
from pg4da.hardware.wall_clock import WallClock, monotonic, sleep_until

FAKE = (sys.executable, "-P", str(Path(__file__).with_name("fake_child.py")))


class StillGripper:
    """Of a driver's tests: what is held can be set."""

    max_width = 0.14

    def __init__(self) -> None:
        self.holds = False

    @property
    def state(self) -> GripperState:
        return GripperState(0.1, False, self.holds, 0.0)

    def tip_retreat(self, width: float) -> float:
        return 0.0


def until(so: Callable[[], bool], seconds: float = 5.0) -> bool:
    """Whether it came true in time."""
    end = monotonic() + seconds
    while monotonic() < end:
        if so():
            return True
        sleep_until(monotonic() + 0.002)
    return False


def ended(handle: Handle, seconds: float = 10.0) -> Progress:
    """How a motion ended; RUNNING when it has not."""
    until(lambda: handle.progress is not Progress.RUNNING, seconds)
    return handle.progress


def move(start: np.ndarray, joint: int, distance: float, seconds: float) -> Trajectory:
    """One joint, smoothly from rest to rest."""
    t = np.linspace(0.0, seconds, round(seconds / 0.008) + 1)
    x = t / seconds
    rows = np.tile(start, (len(t), 1))
    rows[:, joint] += distance * (10 * x**3 - 15 * x**4 + 6 * x**5)
    return Trajectory(t, rows)


class Kit:
    """What tests of arms do again and again."""

    until = staticmethod(until)
    ended = staticmethod(ended)
    move = staticmethod(move)


@pytest.fixture
def kit() -> Kit:
    return Kit()


@pytest.fixture(scope="session")
def still_gripper() -> type[StillGripper]:
    return StillGripper


@pytest.fixture
def make_arm(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., Ur5e]]:
    """make_arm(fault): connected, see fake_child; closed in the end."""
    made: list[Ur5e] = []
    monkeypatch.setattr(session, "Child", partial(Child, command=FAKE))
    monkeypatch.setattr(session, "check_controller", lambda device, config: None)
    monkeypatch.setattr(session, "make_ready", lambda device, config, unlock: None)
    monkeypatch.setattr(driver.Ur5e, "_check_tool", lambda self: None)

    def make(fault: str = "none", name: str = "left", start: bool = True, **settings: object) -> Ur5e:
        config = Ur5eConfig(address=fault, base=Pose(xyz=(0.0, 0.0, 0.0)), **settings)
        made.append(Ur5e(name, config, StillGripper(), WallClock()))
        if start:
            made[-1].start()
        return made[-1]

    yield make
    for arm in made:
        arm.close()
