"""The cell of real devices: one stops, so does the other; nothing starts that must not; it comes back."""

from __future__ import annotations

import gc
import threading
from collections.abc import Callable
from types import SimpleNamespace

import numpy as np
import pytest

from pg4da.hardware.arm_handle import ArmHandle
from pg4da.hardware.cell import ArmState, GripperState, Progress
from pg4da.hardware.description.robot import ARM_BASES
from pg4da.hardware.errors import DeviceError
from pg4da.hardware.robot_cell import RobotCell
from pg4da.hardware.robotiq_2f140.parameters import T_FLANGE_TOOL
from pg4da.hardware.safety.config import SafetyConfig
from pg4da.hardware.supervision import Safe, Trouble
from pg4da.hardware.ur5e.kinematics import UR5eKinematics
from pg4da.hardware.ur5e.parameters import HOME
from pg4da.hardware.wall_clock import WallClock, monotonic


class PaperGripper:
    """A gripper that can break."""

    def __init__(self) -> None:
        self.problem = ""
        self.closed = 0
        self.activated = 0

    @property
    def state(self) -> GripperState:
        return GripperState(0.05, False, False, 0.0)

    def tip_retreat(self, width: float) -> float:
        return 0.0

    def activate(self) -> ArmHandle:
        self.activated += 1
        self.problem = ""
        handle = ArmHandle(0, lambda handle: None)
        handle.end(Progress.DONE)
        return handle

    def close(self) -> None:
        self.closed += 1


class PaperArm:
    """Commands are noted, nothing moves."""

    def __init__(self, name: str) -> None:
        self.name, self.gripper = name, PaperGripper()
        self.kinematics = UR5eKinematics(ARM_BASES[name], T_FLANGE_TOOL)
        self.max_acceleration = self.kinematics.max_acceleration
        self.stops = self.closed = 0
        self.breaks = False
        self.moments: list[float] = []
        self.recovered: list[bool] = []
        self.trouble: Trouble | None = None
        self.stands: DeviceError | None = None
        self._rows = HOME[None]
        self._handle: ArmHandle | None = None
        self._tell: Callable[[Trouble], None] = lambda trouble: None

    @property
    def state(self) -> ArmState:
        return ArmState(HOME, np.zeros(6), 0.0)

    def command(self, rows: np.ndarray) -> ArmHandle:
        self._rows, self._handle = rows, ArmHandle(1, lambda handle: None)
        self._pacer.stage(self._start)
        return self._handle

    def _start(self, moment: float) -> None:
        if self._handle is not None and self._handle.progress is Progress.RUNNING:
            self.moments.append(moment)

    def stop(self) -> None:
        if self.breaks:
            raise OSError("no route to the robot")
        self.stops += 1

    def fail(self, code: str = "protective_stop", message: str = "protective stop") -> None:
        self.trouble = Trouble(code, f"{self.name} arm", message, 1.0)
        self._tell(self.trouble)

    def join(self, pacer) -> None:
        self._pacer = pacer
        pacer.add(self)

    def along(self, reading: float) -> None:
        return None

    def follow_clock(self, clock) -> None:
        return

    def ahead(self, step: float) -> np.ndarray:
        return self._rows

    def refuse(self, why: str) -> None:
        if self._handle is not None:
            self._handle.end(Progress.FAULT, why)

    def on_trouble(self, tell: Callable[[Trouble], None]) -> None:
        self._tell = tell

    def recover(self, unlock: bool) -> None:
        if self.stands is not None:
            raise self.stands
        self.recovered.append(unlock)
        self.trouble = None

    def close(self) -> None:
        self.closed += 1


@pytest.fixture
def rig() -> SimpleNamespace:
    arms = {name: PaperArm(name) for name in ("left", "right")}
    camera = SimpleNamespace(closed=0, problem="")
    cell = RobotCell("paper", arms, camera, WallClock(), np.zeros(3), safety=SafetyConfig())
    return SimpleNamespace(cell=cell, camera=camera, left=arms["left"], right=arms["right"])


def towards(joint: int, distance: float) -> np.ndarray:
    rows = np.tile(HOME, (20, 1))
    rows[:, joint] += np.linspace(0.0, distance, 20)
    return rows


def test_motions_of_one_tick_start_at_one_moment(rig) -> None:
    rig.left.command(towards(4, 0.2))
    rig.right.command(towards(4, 0.2))
    assert rig.left.moments == []
    rig.cell.advance(0.008)
    assert rig.left.moments == rig.right.moments
    assert len(rig.left.moments) == 1


def test_advance_waits_for_its_period_and_makes_up_for_none(rig) -> None:
    rig.cell.advance(0.008)
    begin = monotonic()
    for _ in range(10):
        rig.cell.advance(0.008)
    assert 0.07 < monotonic() - begin < 1.0
    threading.Event().wait(0.2)
    rig.cell.advance(0.008)
    begin = monotonic()
    for _ in range(10):
        rig.cell.advance(0.008)
    assert monotonic() - begin > 0.07


@pytest.mark.parametrize(("one", "other"), [("left", "right"), ("right", "left")])
def test_one_arm_in_trouble_stops_the_other_at_once(rig, one: str, other: str) -> None:
    getattr(rig, one).fail()
    assert getattr(rig, other).stops == 1
    assert rig.cell.trouble.device == f"{one} arm"
    assert isinstance(rig.cell, Safe)


def test_a_trouble_ends_the_wait(rig) -> None:
    threading.Timer(0.05, rig.left.fail).start()
    begin = monotonic()
    rig.cell.advance(5.0)
    assert monotonic() - begin < 3.0


def test_the_first_trouble_is_told_unless_it_only_foretold_a_stop(rig) -> None:
    rig.left.fail("safety_stop", "the control program has ended")
    rig.left.fail("emergency_stop", "emergency stop")
    rig.right.fail("protective_stop", "protective stop")
    assert rig.cell.trouble.message == "emergency stop"


def test_a_gripper_that_is_lost_stops_both_arms(rig) -> None:
    rig.right.gripper.problem = "no answer; look at the cable"
    rig.cell.advance(0.001)
    assert (rig.left.stops, rig.right.stops) == (1, 1)
    assert str(rig.cell.trouble) == "right gripper: no answer; look at the cable"


def test_a_lost_gripper_is_a_trouble_as_soon_as_it_is_asked_for(rig) -> None:
    """A skill that fails because of it must not be taken for a failed skill alone."""
    rig.left.gripper.problem = "no answer"
    assert rig.cell.trouble.device == "left gripper"
    assert rig.right.stops == 1


def test_a_camera_that_is_lost_stops_both_arms_though_no_picture_is_wanted(rig) -> None:
    rig.camera.problem = "the connection broke; look at its cable"
    rig.cell.advance(0.001)
    assert (rig.left.stops, rig.right.stops) == (1, 1)
    assert str(rig.cell.trouble) == "camera: the connection broke; look at its cable"


def test_a_camera_that_answers_again_ends_its_trouble(rig) -> None:
    rig.camera.problem = "the connection broke"

    def gone() -> None:
        raise DeviceError("camera", "nobody answers", "start it")

    rig.camera.capture = gone
    with pytest.raises(DeviceError, match="nobody answers"):
        rig.cell.prepare()
    assert rig.cell.trouble is not None
    rig.camera.capture = lambda: setattr(rig.camera, "problem", "")
    rig.cell.prepare()
    assert rig.cell.trouble is None


def test_nothing_starts_while_there_is_a_trouble(rig) -> None:
    rig.left.fail()
    handle = rig.right.command(towards(4, 0.2))
    rig.cell.advance(0.001)
    assert rig.right.moments == []
    assert (handle.progress, handle.message) == (Progress.FAULT, "left arm: protective stop")


def test_the_guard_refuses_all_of_a_start(rig) -> None:
    rig.cell._guard.config = SafetyConfig(z_max=0.5)
    first, second = rig.left.command(towards(1, 1.2)), rig.right.command(towards(4, 0.2))
    rig.cell.advance(0.001)
    assert first.progress is second.progress is Progress.FAULT
    assert "bounds of the cell" in first.message
    assert rig.left.moments == rig.right.moments == []


def test_before_a_mission_it_connects_but_never_unlocks(rig) -> None:
    rig.left.fail()
    rig.cell.prepare()
    assert rig.left.recovered == rig.right.recovered == [False]
    assert rig.cell.trouble is None
    rig.left.command(towards(4, 0.2))
    rig.cell.advance(0.001)
    assert len(rig.left.moments) == 1


def test_what_still_stands_keeps_the_trouble(rig) -> None:
    rig.left.fail()
    rig.left.stands = DeviceError("left arm", "protective stop", "release it")
    with pytest.raises(DeviceError, match="release it"):
        rig.cell.prepare()
    assert rig.cell.trouble is not None


def test_a_trouble_that_comes_while_another_is_mended_is_kept(rig) -> None:
    rig.right.fail()
    mend = rig.right.recover
    rig.right.recover = lambda unlock: (mend(unlock), rig.left.fail("emergency_stop", "emergency stop"))
    rig.cell.recover()
    assert rig.cell.trouble.device == "left arm"


def test_after_a_trouble_in_a_hold_the_pace_is_full_again(rig) -> None:
    rig.cell.hold()
    rig.left.fail()
    rig.cell.recover()
    threading.Event().wait(0.1)
    assert rig.cell.pace == 1.0


def test_an_operators_word_unlocks_and_resets_grippers(rig) -> None:
    rig.left.gripper.problem = "overcurrent"
    rig.cell.advance(0.001)
    with pytest.raises(DeviceError, match="left gripper: overcurrent"):
        rig.cell.prepare()
    assert rig.left.gripper.activated == 0
    rig.cell.recover()
    assert rig.left.recovered[-1] is True
    assert rig.left.gripper.activated == 1
    assert rig.cell.trouble is None


def test_stop_reaches_the_other_arm_although_one_breaks(rig) -> None:
    rig.left.breaks = True
    with pytest.raises(OSError, match="no route"):
        rig.cell.stop()
    assert rig.right.stops == 1


def test_close_releases_everything_once(rig) -> None:
    rig.cell.close()
    rig.cell.close()
    assert (rig.left.closed, rig.right.closed) == (1, 1)
    assert (rig.left.gripper.closed, rig.right.gripper.closed) == (1, 1)
    assert rig.left.stops == 1


def test_hold_and_resume_are_told_to_both(rig) -> None:
    assert rig.cell.pace == 1.0
    rig.cell.hold()
    threading.Event().wait(0.1)
    assert rig.cell.pace == 0.0
    rig.cell.resume()
    threading.Event().wait(0.1)
    assert rig.cell.pace == 1.0


def test_an_arm_that_can_not_be_paced_is_refused() -> None:
    with pytest.raises(DeviceError, match=r"left arm: a SimpleNamespace can't follow the pace"):
        RobotCell("paper", {"left": SimpleNamespace()}, SimpleNamespace(), WallClock(), np.zeros(3))


def test_collections_pass_over_what_was_there_before_until_the_last_cell_is_closed(rig) -> None:
    """Going through all of it would hold up the threads that listen to grippers and cameras."""
    arms = {name: PaperArm(name) for name in ("left", "right")}
    other = RobotCell("paper", arms, SimpleNamespace(problem=""), WallClock(), np.zeros(3))
    before = gc.get_freeze_count()
    assert before > 10_000
    rig.cell.close()
    rig.cell.close()
    assert gc.get_freeze_count() == before
    other.close()
