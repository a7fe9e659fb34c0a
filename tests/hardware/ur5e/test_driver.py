"""The arm over its child process: motions, troubles, recovery, and never a process left behind."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from pg4da.hardware.cell import Progress
from pg4da.hardware.errors import DeviceError
from pg4da.hardware.pacer import Paced, Pacer
from pg4da.hardware.supervision import Supervised
from pg4da.hardware.trajectory import Trajectory


def alive(pid: int) -> bool:
    """Whether a process runs, be it as a zombie."""
    return Path(f"/proc/{pid}").exists()


def test_it_can_be_paced_and_supervised(make_arm) -> None:
    arm = make_arm()
    assert isinstance(arm, Paced)
    assert isinstance(arm, Supervised)


def test_what_is_measured_is_fresh(make_arm, kit) -> None:
    arm = make_arm()
    first = arm.state
    assert kit.until(lambda: arm.state.stamp > first.stamp)
    assert arm.state.q.shape == arm.state.dq.shape == (6,)


def test_a_motion_ends_where_it_should(make_arm, kit) -> None:
    arm = make_arm()
    trajectory = kit.move(arm.state.q, 1, 0.3, 0.6)
    handle = arm.follow(trajectory)
    assert handle.progress is Progress.RUNNING
    assert kit.ended(handle) is Progress.DONE
    assert np.abs(arm.state.q - trajectory.positions[-1]).max() < 0.004


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda t: Trajectory(t.times, t.positions + 0.2), "starts 0.200 rad away"),
        (lambda t: Trajectory(t.times / 20, t.positions), "speed"),
        (lambda t: Trajectory(t.times, t.positions * np.nan), "finite"),
        (lambda t: Trajectory(t.times, t.positions[:, :5]), "6 joints"),
    ],
)
def test_what_it_can_not_follow_is_refused_and_nothing_moves(make_arm, kit, change, words: str) -> None:
    arm = make_arm()
    before = arm.state.q
    with pytest.raises(ValueError, match=words):
        arm.follow(change(kit.move(before, 1, 0.3, 0.6)))
    assert np.array_equal(arm.state.q, before)


def test_limits_of_the_cell_file_hold(make_arm, kit) -> None:
    home = np.array([0.5985, -2.0275, 1.4854, -1.0287, -1.5708, -2.5431])
    arm = make_arm(upper=tuple(home + 0.1))
    with pytest.raises(ValueError, match="joint 1"):
        arm.follow(kit.move(arm.state.q, 1, 0.2, 0.6))


def test_a_cancelled_motion_brakes(make_arm, kit) -> None:
    arm = make_arm()
    handle = arm.follow(kit.move(arm.state.q, 1, 0.8, 1.5))
    kit.until(lambda: np.abs(arm.state.dq).max() > 0.5)
    handle.cancel()
    assert kit.ended(handle, 1.0) is Progress.CANCELLED
    assert kit.until(lambda: np.abs(arm.state.dq).max() < 0.02, 0.5)


def test_a_motion_that_still_waits_is_cancelled_at_once(make_arm, kit) -> None:
    arm = make_arm()
    arm.join(Pacer())
    handle = arm.follow(kit.move(arm.state.q, 1, 0.3, 0.6))
    arm.stop()
    assert handle.progress is Progress.CANCELLED


def test_no_motion_starts_from_a_moving_arm(make_arm, kit) -> None:
    arm = make_arm()
    arm.follow(kit.move(arm.state.q, 1, 0.8, 1.2))
    kit.until(lambda: np.abs(arm.state.dq).max() > 0.5)
    with pytest.raises(ValueError, match="still moves"):
        arm.follow(kit.move(arm.state.q, 1, 0.3, 0.6))


def test_the_payload_follows_the_grip(make_arm, kit) -> None:
    arm = make_arm()
    sent = []
    send = arm.session.send
    arm.session.send = lambda message: (sent.append((message.kind, message.data)), send(message))
    kit.ended(arm.follow(kit.move(arm.state.q, 1, 0.05, 0.4)))
    arm.gripper.holds = True
    kit.ended(arm.follow(kit.move(arm.state.q, 1, -0.05, 0.4)))
    arm.gripper.holds = False
    kit.ended(arm.follow(kit.move(arm.state.q, 1, 0.05, 0.4)))
    masses = [data["mass"] for kind, data in sent if kind == "payload"]
    assert masses == [arm.config.payload_with_object.mass, arm.config.payload.mass]
    order = [kind for kind, _ in sent if kind in ("payload", "start")]
    assert order == ["start", "payload", "start", "payload", "start"]


TROUBLES = [
    ("protective@0.3", "protective_stop", "protective stop"),
    ("ended@0.3", "safety_stop", "control program"),
    ("stale@0.3", "safety_stop", "no measurement"),
    ("crash@0.3", "safety_stop", "SIGSEGV"),
    ("hang@0.3", "safety_stop", "did not answer"),
]


@pytest.mark.parametrize(("fault", "code", "words"), TROUBLES)
def test_a_trouble_ends_the_motion_by_name_and_is_told(make_arm, kit, fault: str, code: str, words: str) -> None:
    arm = make_arm(fault)
    told = []
    arm.on_trouble(told.append)
    handle = arm.follow(kit.move(arm.state.q, 1, 0.8, 3.0))
    assert kit.ended(handle, 3.0) is Progress.FAULT
    assert words in handle.message
    assert kit.until(lambda: bool(told))
    assert (told[0].code, told[0].device) == (code, "left arm")
    assert words in told[0].message
    assert arm.trouble == told[0]


def test_the_trouble_is_told_before_the_motion_ends(make_arm, kit) -> None:
    arm = make_arm("protective@0.3")
    handle = arm.follow(kit.move(arm.state.q, 1, 0.8, 3.0))
    found = []
    arm.on_trouble(lambda trouble: found.append(handle.progress))
    kit.ended(handle)
    assert found == [Progress.RUNNING]


def test_in_trouble_every_motion_fails_at_once(make_arm, kit) -> None:
    arm = make_arm("protective@0.1")
    assert kit.until(lambda: arm.trouble is not None)
    handle = arm.follow(kit.move(arm.state.q, 1, 0.3, 0.6))
    assert (handle.progress, handle.message) == (Progress.FAULT, "protective stop")


@pytest.mark.parametrize("fault", ["protective@0.2", "crash@0.2"])
def test_it_comes_back_with_a_new_process(make_arm, kit, fault: str) -> None:
    arm = make_arm(fault)
    assert kit.until(lambda: arm.trouble is not None)
    before = arm.pid
    arm.session.config = arm.config.model_copy(update={"address": "none"})
    arm.recover(unlock=True)
    assert arm.trouble is None
    assert arm.pid != before
    assert not alive(before)
    assert kit.ended(arm.follow(kit.move(arm.state.q, 1, 0.2, 0.6))) is Progress.DONE


def test_nothing_to_recover_is_no_reason_to_reconnect(make_arm) -> None:
    arm = make_arm()
    before = arm.pid
    arm.recover(unlock=True)
    assert arm.pid == before


def test_a_child_that_hangs_is_killed(make_arm, kit) -> None:
    arm = make_arm("hang@0.1")
    pid = arm.pid
    assert kit.until(lambda: arm.trouble is not None, 3.0)
    assert kit.until(lambda: not alive(pid), 3.0)


def test_a_controller_that_refuses_is_told_with_a_remedy(make_arm) -> None:
    arm = make_arm("refused", start=False)
    with pytest.raises(DeviceError, match="left arm: in use by another program") as caught:
        arm.start()
    assert "pendant" in caught.value.remedy


def test_close_leaves_no_process_and_may_be_called_twice(make_arm) -> None:
    arm = make_arm()
    pid = arm.pid
    arm.close()
    arm.close()
    assert not alive(pid)
    assert arm.trouble is None


def test_closing_in_the_middle_of_a_motion_is_quick(make_arm, kit) -> None:
    arm = make_arm()
    arm.follow(kit.move(arm.state.q, 1, 1.0, 3.0))
    kit.until(lambda: np.abs(arm.state.dq).max() > 0.3)
    pid = arm.pid
    arm.close()
    assert not alive(pid)


PARENT = """
import sys, time
sys.path.insert(0, {folder!r})
from conftest import FAKE, StillGripper
from functools import partial
from pg4da.hardware.config import Pose
from pg4da.hardware.ur5e import driver, session
from pg4da.hardware.ur5e.config import Ur5eConfig
from pg4da.hardware.ur5e.process import Child
from pg4da.hardware.wall_clock import WallClock
session.Child = partial(Child, command=FAKE)
session.check_controller = lambda device, config: None
driver.Ur5e._check_tool = lambda self: None
arm = driver.Ur5e("left", Ur5eConfig(address={fault!r}, base=Pose(xyz=(0, 0, 0))), StillGripper(), WallClock())
arm.start()
print(arm.pid, flush=True)
time.sleep(60)
"""


@pytest.mark.parametrize("fault", ["none", "hang@0.5"])
@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGTERM])
def test_no_child_outlives_its_parent(kit, fault: str, how: signal.Signals) -> None:
    code = PARENT.format(folder=str(Path(__file__).parent), fault=fault)
    parent = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True)
    assert parent.stdout is not None
    pid = int(parent.stdout.readline())
    parent.send_signal(how)
    parent.wait(10)
    parent.stdout.close()
    assert kit.until(lambda: not alive(pid) or _zombie(pid), 6.0)


def _zombie(pid: int) -> bool:
    """Dead, and waiting for whoever adopted it."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
    except FileNotFoundError:
        return True


def test_a_driver_that_falls_silent_stops_its_arm(make_arm, kit) -> None:
    """The process of the driver is stopped as a debugger would; its child brakes by itself."""
    arm = make_arm()
    handle = arm.follow(kit.move(arm.state.q, 1, 1.0, 4.0))
    kit.until(lambda: np.abs(arm.state.dq).max() > 0.2)
    child = arm.session._child
    beat, child.send = child.send, lambda message: None
    assert kit.ended(handle, 3.0) is Progress.FAULT
    assert "no sign of life" in handle.message
    child.send = beat
    assert kit.ended(arm.follow(kit.move(arm.state.q, 1, 0.2, 0.6))) is Progress.DONE


def test_ctrl_c_at_the_terminal_does_not_reach_the_child(make_arm, kit) -> None:
    arm = make_arm()
    assert os.getsid(arm.pid) != os.getsid(0)
    os.kill(arm.pid, signal.SIGINT)
    assert kit.ended(arm.follow(kit.move(arm.state.q, 1, 0.2, 0.6))) is Progress.DONE


def test_set_points_go_before_other_work_where_that_is_allowed(make_arm) -> None:
    arm = make_arm()
    allowed = subprocess.run(["nice", "-n", "-10", "nice"], capture_output=True, text=True).stdout.strip()
    assert os.getpriority(os.PRIO_PROCESS, arm.pid) == int(allowed)
