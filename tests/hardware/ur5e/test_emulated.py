"""The driver through the unmodified client library, against emulated controllers over real sockets."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from pg4da.emulating.process import RunningEmulator, running_emulator
from pg4da.hardware.cell import Progress
from pg4da.hardware.config import Pose
from pg4da.hardware.description.robot import ARM_BASES
from pg4da.hardware.errors import DeviceError
from pg4da.hardware.robot_cell import RobotCell
from pg4da.hardware.trajectory import Trajectory
from pg4da.hardware.ur5e.config import Ur5eConfig
from pg4da.hardware.ur5e.connect import connect_arm
from pg4da.hardware.ur5e.driver import Ur5e
from pg4da.hardware.ur5e.readiness import make_ready
from pg4da.hardware.wall_clock import WallClock
from pg4da.skills.motion.timing import Limits, parametrise

pytestmark = pytest.mark.slow
SETTLES = 1.5  # s for everything to rest; 0.5 on a machine that does nothing else
AWAY = np.array([0.5, 0.55, -0.5, 0.3, -0.4, 0.6])


@pytest.fixture(scope="module")
def emulator() -> Iterator[RunningEmulator]:
    with running_emulator(unlock_delay=0.5) as running:
        yield running


class Rig:
    """Both arms in a cell, with an empty-handed gripper each."""

    def __init__(self, emulator: RunningEmulator, gripper: Callable[[], object]) -> None:
        self.emulator, clock = emulator, WallClock()
        self.arms: dict[str, Ur5e] = {}
        for name, address in emulator.addresses.arms.items():
            config = Ur5eConfig(address=address, base=Pose.of(ARM_BASES[name]), stale_after=0.4, silent_after=1.0)
            self.arms[name] = connect_arm(name, config, gripper(), clock)
        self.cell = RobotCell("emulated", self.arms, SimpleNamespace(), clock, np.zeros(3))

    def run(self, seconds: float) -> None:
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            self.cell.advance(0.008)

    def until(self, so: Callable[[], bool], seconds: float) -> bool:
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            if so():
                return True
            self.cell.advance(0.008)
        return False

    def swing(self, slower: float = 1.0) -> dict:
        """Both arms from home or back to it, at rated speed."""
        handles = {}
        for name, arm in self.arms.items():
            k, q = arm.kinematics, arm.state.q
            goal = arm.home if np.abs(q - arm.home).max() > 0.1 else arm.home + AWAY
            times, rows = parametrise(np.array([q, (q + goal) / 2, goal]), Limits(k.max_velocity, k.max_acceleration))
            handles[name] = arm.follow(Trajectory(times, rows).slower(slower))
        return handles

    def finish(self, handles: dict, seconds: float = 20.0) -> set[Progress]:
        self.until(lambda: all(h.progress is not Progress.RUNNING for h in handles.values()), seconds)
        return {h.progress for h in handles.values()}

    def rests(self) -> bool:
        """By what the emulator's world knows."""
        arms = self.emulator.control.status()["arms"]
        return all(np.abs(arm["dq"]).max() < 0.02 for arm in arms.values())


@pytest.mark.parametrize(
    ("fault", "value", "words"),
    [
        ("local_mode", None, "not in remote control"),
        ("wrong_model", "UR10", "UR10, not a UR5e"),
        ("firmware", "5.23.0", "newer than what this driver was made for"),
        ("firmware", "3.15.0", "not an e-Series controller"),
        ("emergency_stop", None, "emergency stop"),
        ("protective_stop", None, "protective stop"),
        ("drop", None, "no controller answers"),
    ],
)
def test_what_can_not_be_used_is_refused_with_a_remedy(
    emulator: RunningEmulator, still_gripper: Callable[[], object], fault: str, value: str | None, words: str
) -> None:
    emulator.control.inject("left", fault, value)
    try:
        config = Ur5eConfig(address=emulator.left, base=Pose.of(ARM_BASES["left"]))
        with pytest.raises(DeviceError, match=words) as caught:
            connect_arm("left", config, still_gripper(), WallClock())
        assert caught.value.remedy
    finally:
        emulator.control.clear()
        if fault == "emergency_stop":
            make_run(config)


def make_run(config: Ur5eConfig) -> None:
    """Power on and release the brakes."""
    make_ready("left arm", config, unlock=True)


def test_another_tool_is_noticed(emulator: RunningEmulator, still_gripper: Callable[[], object]) -> None:
    config = Ur5eConfig(address=emulator.left, base=Pose.of(ARM_BASES["left"]))
    arm = Ur5e("left", config, still_gripper(), WallClock())
    arm.kinematics = arm.kinematics.__class__(ARM_BASES["left"], np.eye(4))
    with pytest.raises(DeviceError, match="mm from where the model of a UR5e has it"):
        arm.start()
    assert arm.pid is None


@pytest.fixture(scope="module")
def connected(emulator: RunningEmulator, still_gripper: Callable[[], object]) -> Iterator[Rig]:
    made = Rig(emulator, still_gripper)
    yield made
    made.cell.close()


@pytest.fixture
def rig(connected: Rig) -> Iterator[Rig]:
    """Both arms well, before and after."""
    yield connected
    connected.emulator.control.clear()
    connected.cell.recover()


def test_both_arms_arrive_together_and_on_their_paths(rig: Rig) -> None:
    passed: dict[str, list[np.ndarray]] = {name: [] for name in rig.arms}
    handles = rig.swing()
    begin = {name: arm.state.q for name, arm in rig.arms.items()}
    while any(h.progress is Progress.RUNNING for h in handles.values()):
        rig.cell.advance(0.004)
        for name, arm in rig.arms.items():
            passed[name].append(arm.state.q)
    assert {h.progress for h in handles.values()} == {Progress.DONE}
    for name, rows in passed.items():
        straight = begin[name] + np.linspace(0.0, 1.0, 2000)[:, None] * (rig.arms[name].state.q - begin[name])
        off = [np.abs(straight - q).max(axis=1).min() for q in rows]
        assert max(off) < 0.02  # 0.005 is stated, and measured by `pg4da bench --robot`


def test_hold_and_resume(rig: Rig) -> None:
    handles = rig.swing(slower=2.0)
    rig.run(0.6)
    rig.cell.hold()
    assert rig.until(lambda: rig.cell.pace == 0.0, 3.0)
    rig.run(0.5)
    assert rig.rests()
    assert {h.progress for h in handles.values()} == {Progress.RUNNING}
    rig.cell.resume()
    assert rig.finish(handles) == {Progress.DONE}


def test_stop(rig: Rig) -> None:
    handles = rig.swing(slower=2.0)
    rig.run(0.6)
    rig.cell.stop()
    assert rig.finish(handles, SETTLES) == {Progress.CANCELLED}
    assert rig.until(rig.rests, SETTLES)
    assert rig.finish(rig.swing()) == {Progress.DONE}


FAULTS = ["protective_stop", "emergency_stop", "drop", "stall"]


@pytest.mark.parametrize("fault", FAULTS)
def test_one_arm_in_trouble_stops_both_and_both_work_again(rig: Rig, fault: str) -> None:
    handles = rig.swing(slower=3.0)
    rig.run(0.8)
    rig.emulator.control.inject("left", fault, 3.0 if fault == "stall" else None)
    assert rig.until(lambda: rig.cell.trouble is not None, 2.0)
    assert rig.cell.trouble.device == "left arm"
    assert rig.cell.trouble.code == (fault if "_stop" in fault else "safety_stop")
    assert rig.until(rig.rests, SETTLES)
    assert handles["left"].progress is Progress.FAULT
    assert rig.finish(handles, 2.0) == {Progress.FAULT, Progress.CANCELLED}
    if fault != "stall":
        with pytest.raises(DeviceError, match="left arm"):
            rig.cell.prepare()
    rig.run(3.0 if fault == "stall" else 0.0)
    if fault != "protective_stop":
        rig.emulator.control.clear()
    rig.cell.recover()
    assert rig.finish(rig.swing()) == {Progress.DONE}


def test_a_stop_that_was_released_by_hand_needs_no_word(rig: Rig) -> None:
    rig.emulator.control.inject("right", "protective_stop")
    assert rig.until(lambda: rig.cell.trouble is not None, 2.0)
    rig.emulator.control.clear("right")
    rig.cell.prepare()
    assert rig.finish(rig.swing()) == {Progress.DONE}


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGSTOP])
def test_a_driver_process_that_dies_or_hangs(rig: Rig, how: signal.Signals) -> None:
    handles = rig.swing(slower=3.0)
    rig.run(0.8)
    pid = rig.arms["left"].pid
    assert pid is not None
    os.kill(pid, how)
    assert rig.until(lambda: rig.cell.trouble is not None, 3.0)
    assert rig.until(rig.rests, SETTLES)
    rig.finish(handles, 2.0)
    rig.cell.prepare()
    assert rig.arms["left"].pid != pid
    assert not Path(f"/proc/{pid}").exists()
    assert rig.finish(rig.swing()) == {Progress.DONE}
