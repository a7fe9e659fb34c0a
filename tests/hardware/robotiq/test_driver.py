"""The driver over every way to a gripper."""

from __future__ import annotations

import threading

import pytest

from pg4da.hardware.cell import Handle, Progress
from pg4da.hardware.emulator.robotiq.gripper import EmulatedGripper, GripperPorts
from pg4da.hardware.errors import DeviceError
from pg4da.hardware.robotiq_2f140 import linkage
from pg4da.hardware.robotiq_2f140.connecting import DRIVER, connect_gripper, examine_gripper
from pg4da.hardware.robotiq_2f140.registers import Activation
from pg4da.hardware.robotiq_2f140.scaling import Ends
from pg4da.hardware.wall_clock import WallClock

from .conftest import KINDS, Bench, Fingers, until

COUNT = 0.140 / 226  # m


def ended(handle: Handle) -> Progress:
    until(lambda: handle.progress is not Progress.RUNNING)
    return handle.progress


@pytest.mark.parametrize("kind", KINDS)
def test_activates_moves_and_grips(bench: Bench, kind: str) -> None:
    gripper = bench.connect(kind)
    assert gripper.problem == ""
    assert gripper.max_width == 0.140
    assert ended(gripper.move(0.05)) is Progress.DONE
    assert gripper.state.width == pytest.approx(0.05, abs=COUNT)
    assert not gripper.state.object_detected
    bench.fingers.object_width = 0.03
    assert ended(gripper.move(0.0)) is Progress.DONE
    assert gripper.state.object_detected
    assert gripper.state.width == pytest.approx(0.03, abs=COUNT)
    assert not gripper.state.moving


@pytest.mark.parametrize("kind", KINDS)
def test_states_keep_coming_and_cost_nothing(bench: Bench, kind: str) -> None:
    clock = WallClock()
    gripper = bench.connect(kind)
    first = gripper.state.stamp
    until(lambda: gripper.state.stamp > first + 0.1)
    bench.emulated.inject("stall")
    before = clock.now()
    for _ in range(1000):
        gripper.state  # noqa: B018
    assert clock.now() - before < 0.5


def test_a_gripper_that_is_active_is_not_moved_on_connecting(bench: Bench) -> None:
    ended(bench.connect().move(0.05))
    moves = len(bench.fingers.moves)
    gripper = bench.connect("urcap")
    assert gripper.state.width == pytest.approx(0.05, abs=COUNT)
    assert len(bench.fingers.moves) == moves


def test_activation_can_be_left_out(bench: Bench) -> None:
    gripper = bench.connect(activate=False)
    assert "not activated" in gripper.problem
    handle = gripper.move(0.05)
    assert handle.progress is Progress.FAULT
    assert "not activated" in handle.message
    assert bench.fingers.moves == []
    assert ended(gripper.activate()) is Progress.DONE
    assert gripper.problem == ""


def test_speed_and_force_reach_the_fingers(bench: Bench) -> None:
    gripper = bench.connect(max_speed=0.2, max_force=60.0)
    ended(gripper.move(0.05, speed=0.15, force=40.0))
    width, speed, force = bench.fingers.moves[-1]
    assert (width, speed, force) == (
        pytest.approx(0.05, abs=COUNT),
        pytest.approx(0.15, abs=0.001),
        pytest.approx(40.0, abs=0.3),
    )
    ended(gripper.move(-1.0, speed=9.0, force=900.0))
    assert bench.fingers.moves[-1] == (0.0, pytest.approx(0.2, abs=0.001), pytest.approx(60.0, abs=0.3))


def test_thin_things(bench: Bench) -> None:
    gripper = bench.connect()
    bench.fingers.object_width = 0.0005
    ended(gripper.move(0.0))
    assert not gripper.state.object_detected  # thinner than a count
    ended(gripper.move(0.1))
    bench.fingers.object_width = 0.002
    ended(gripper.move(0.0))
    assert gripper.state.object_detected


def test_a_thing_that_the_gripper_does_not_report_is_seen_by_the_width(bench: Bench) -> None:
    class Numb(Fingers):
        object_detected = False  # type: ignore[assignment]

    fingers = Numb()
    ports = GripperPorts(rtu_over_tcp=0, tcp=0, strings=0, pty=False)
    bench.emulated.close()
    bench.fingers, bench.emulated = fingers, EmulatedGripper(fingers, WallClock().now, ports=ports)
    gripper = bench.connect()
    fingers.object_width = 0.02
    ended(gripper.move(0.0))
    assert gripper.state.object_detected


def test_a_lost_object_is_seen(bench: Bench) -> None:
    gripper = bench.connect()
    bench.fingers.object_width = 0.03
    ended(gripper.move(0.0))
    bench.fingers.object_width = None
    bench.emulated.inject("object-lost")
    until(lambda: not gripper.state.object_detected and gripper.state.width < COUNT)
    assert gripper.problem == ""


def test_contact_while_opening_is_no_object_held(bench: Bench) -> None:
    gripper = bench.connect()
    ended(gripper.move(0.0))
    handle = gripper.move(0.14)
    until(lambda: bench.fingers.width > 0.01)
    bench.fingers.halt()
    assert ended(handle) is Progress.DONE
    assert not gripper.state.object_detected


@pytest.mark.parametrize("kind", KINDS)
def test_cancel_stops_the_fingers(bench: Bench, kind: str) -> None:
    gripper = bench.connect(kind)
    handle = gripper.move(0.0, speed=0.03)
    until(lambda: bench.fingers.width < 0.12)
    handle.cancel()
    assert ended(handle) is Progress.CANCELLED
    width = bench.fingers.width
    assert not bench.fingers.moving
    assert gripper.state.width == pytest.approx(width, abs=COUNT)
    assert ended(gripper.move(0.05)) is Progress.DONE


def test_a_new_command_replaces_the_old_one(bench: Bench) -> None:
    gripper = bench.connect()
    first = gripper.move(0.0, speed=0.03)
    second = gripper.move(0.1)
    assert first.progress is Progress.CANCELLED
    assert ended(second) is Progress.DONE
    assert gripper.state.width == pytest.approx(0.1, abs=COUNT)


@pytest.mark.parametrize("kind", KINDS)
def test_a_grip_outlives_the_connection(bench: Bench, kind: str) -> None:
    gripper = bench.connect(kind)
    bench.fingers.object_width = 0.03
    ended(gripper.move(0.0))
    moves = len(bench.fingers.moves)
    gripper.close()
    gripper.close()
    assert len(bench.fingers.moves) == moves
    assert bench.fingers.object_detected
    assert bench.connect(kind).state.object_detected


def test_close_stops_fingers_on_their_way_and_its_thread(bench: Bench) -> None:
    gripper = bench.connect()
    gripper.move(0.0, speed=0.03)
    until(lambda: bench.fingers.moving)
    gripper.close()
    assert not bench.fingers.moving
    assert bench.fingers.width > 0.01
    assert not [t for t in threading.enumerate() if t.name.startswith("gripper 127.0.0.1:")]


def test_the_linkage_is_the_grippers(bench: Bench) -> None:
    gripper = bench.connect()
    assert gripper.tip_retreat(0.08) == linkage.tip_retreat(0.08)


def test_other_ends(make_bench: object) -> None:
    bench: Bench = make_bench(Ends(9, 219))  # type: ignore[operator]
    gripper = bench.connect(position_open=9, position_closed=219)
    ended(gripper.move(0.07))
    assert gripper.status.gPO == 114
    assert gripper.state.width == pytest.approx(0.07, abs=0.0004)


@pytest.mark.parametrize("kind", KINDS)
def test_nobody_there(bench: Bench, kind: str) -> None:
    config = bench.config(kind)
    bench.emulated.close()
    with pytest.raises(DeviceError, match=r"can't connect|no answer") as caught:
        connect_gripper(config, WallClock())
    assert caught.value.device == "2F-140"
    assert caught.value.remedy


@pytest.mark.parametrize("kind", ["rtu", "rtu-tcp", "tcp"])
def test_wrong_unit(bench: Bench, kind: str) -> None:
    link = bench.link(kind).model_dump() | {"unit": 5}
    with pytest.raises(DeviceError, match=r"unit 5.*look") as caught:
        connect_gripper(bench.config(kind).model_validate({"link": link}), WallClock())
    assert "`unit`" in caught.value.remedy


def test_examining_moves_nothing(bench: Bench) -> None:
    findings = {f.what: f for f in examine_gripper(bench.config())}
    assert findings["2F-140"].well
    assert findings["fault"].found == "none"
    assert findings["activation"].found == "not active"
    assert findings["width"].found == "140.0 mm (3 counts)"
    assert bench.fingers.moves == []
    bench.emulated.inject("hot")
    assert not {f.what: f for f in examine_gripper(bench.config())}["fault"].well


def test_examining_what_is_not_there(bench: Bench) -> None:
    config = bench.config("urcap")
    bench.emulated.close()
    (finding,) = examine_gripper(config)
    assert not finding.well
    assert "can't connect" in finding.found
    assert DRIVER.examine is examine_gripper


def test_an_activation_that_fails_is_told(bench: Bench) -> None:
    bench.emulated.inject("activation")
    with pytest.raises(DeviceError, match="0xD, activation failed"):
        bench.connect()
    assert not [t for t in threading.enumerate() if t.name.startswith("gripper 127.0.0.1:")]
    bench.emulated.clear()
    assert bench.connect().status.gSTA is Activation.DONE
