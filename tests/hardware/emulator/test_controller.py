"""What stops a controller, and what makes it go on."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from pg4da.hardware.emulator.ur5e.controller import PAUSED, PLAYING, STOPPED, cycles_per_step
from pg4da.hardware.emulator.ur5e.dashboard import TOO_SOON, Dashboard
from pg4da.hardware.emulator.ur5e.safety import RobotMode, SafetyMode
from pg4da.hardware.ur5e.parameters import HOME

FAR = ", ".join(repr(float(v)) for v in HOME + 0.6)
GO = f"def f():\n movej([{FAR}], a=3, v=1)\nend\n"


def moving(bench: Any) -> bool:
    return bool(np.abs(bench.speeds[-1]).max() > 1e-9)


def test_a_protective_stop_brakes_and_pauses(bench: Any) -> None:
    bench.load(GO)
    bench.run(0.5)
    assert moving(bench)
    bench.controller.protective_stop("test")
    bench.run(0.1)
    assert not moving(bench)
    assert bench.controller.runtime_state == PAUSED
    assert bench.controller.safety.bits == 1 << 2 | 1 << 10


def test_it_is_unlocked_after_five_seconds_and_the_program_goes_on_where_it_was(bench: Any) -> None:
    dashboard = Dashboard(bench.controller)
    bench.load(GO)
    bench.run(0.5)
    bench.controller.protective_stop("test")
    bench.run(4.9)
    assert dashboard.answer("unlock protective stop") == TOO_SOON
    assert dashboard.answer("play") == "Failed to execute: play"
    bench.run(0.2)
    assert dashboard.answer("unlock protective stop") == "Protective stop releasing"
    assert dashboard.answer("safetystatus") == "Safetystatus: NORMAL"
    bench.run(0.2)
    assert not moving(bench)
    assert dashboard.answer("play") == "Starting program"
    bench.run(3.0)
    assert bench.controller.runtime_state == STOPPED
    assert bench.arm.q == pytest.approx(HOME + 0.6, abs=1e-9)


def test_an_emergency_stop_ends_the_program_and_needs_power_and_brakes_again(bench: Any) -> None:
    c, dashboard = bench.controller, Dashboard(bench.controller)
    bench.load(GO)
    bench.run(0.5)
    c.emergency_stop()
    bench.run(0.15)
    assert not moving(bench)
    assert (c.runtime_state, c.safety.robot_mode) == (STOPPED, RobotMode.POWER_OFF)
    assert c.safety.bits & (1 << 7)
    assert dashboard.answer("power on").startswith("Failed")
    c.safety.release_emergency_stop()
    c.load(c.compile(GO))
    assert c.program is None
    assert dashboard.answer("power on") == "Powering on"
    bench.run(1.0)
    assert dashboard.answer("robotmode") == "Robotmode: IDLE"
    assert dashboard.answer("brake release") == "Brake releasing"
    bench.run(1.0)
    assert dashboard.answer("robotmode") == "Robotmode: RUNNING"
    bench.play(GO)
    assert bench.arm.q == pytest.approx(HOME + 0.6, abs=1e-9)


def test_an_arm_that_is_held_stops_where_it_is(bench: Any) -> None:
    bench.load(GO)
    bench.run(0.3)
    bench.arm.held = True
    bench.run(1.0)
    assert bench.controller.safety.mode is SafetyMode.PROTECTIVE_STOP
    assert "something is in the way" in bench.controller.safety.reason
    assert bench.controller.drive.behind < 0.01


def test_a_force_at_the_tool_stops_it(bench: Any) -> None:
    bench.load(GO)
    bench.arm.force = 151.0
    bench.run(0.01)
    assert bench.controller.safety.reason == "151 N at the tool"


def test_the_watchdog_stops_a_program_that_nobody_feeds(bench: Any) -> None:
    c = bench.controller
    bench.load(f'def f():\n rtde_set_watchdog("input_int_register_0", 10, "stop")\n movej([{FAR}], a=3, v=0.3)\nend\n')
    for _ in range(20):
        bench.run(0.05)
        c.write_inputs(("input_int_register_0",), (1,))
    assert c.runtime_state == PLAYING
    bench.run(0.14)
    assert c.runtime_state == PLAYING
    bench.run(0.02)
    assert c.runtime_state == STOPPED
    bench.run(0.2)
    assert not moving(bench)


def test_a_new_program_takes_the_place_of_the_old(bench: Any) -> None:
    bench.load(GO)
    bench.run(0.4)
    bench.play("def g():\n stopj(5)\nend\n")
    assert not moving(bench)
    assert not np.allclose(bench.arm.q, HOME + 0.6, atol=0.05)


def test_freedrive_lets_the_arm_be_led(bench: Any) -> None:
    bench.load("def f():\n freedrive_mode()\n sleep(1)\n end_freedrive_mode()\n sleep(1)\nend\n")
    bench.run(0.5)
    bench.arm.q = HOME + 0.1
    bench.run(0.1)
    assert bench.controller.drive.q == pytest.approx(HOME + 0.1)
    assert not bench.controller.safety.stopped


@pytest.mark.parametrize(
    ("asked", "answer"),
    [
        ("PolyscopeVersion", "URSoftware 5.12.2.1101534 (Jul 06 2022)"),
        ("get robot model", "UR5"),
        ("is in remote control", "true"),
        ("robotmode", "Robotmode: RUNNING"),
        ("safetymode", "Safetymode: NORMAL"),
        ("running", "Program running: false"),
        ("programState", "STOPPED null"),
        ("get loaded program", "No program loaded"),
        ("load x.urp", "File not found: x.urp"),
        ("popup look here", "showing popup"),
        ("close popup", "closing popup"),
        ("close safety popup", "closing safety popup"),
        ("addToLog hello", "Added log message"),
        ("setUserRole locked", "Setting user role: locked"),
        ("play", "Failed to execute: play"),
        ("pause", "Failed to execute: pause"),
        ("stop", "Stopped"),
        ("power off", "Powering off"),
        ("quit", "Disconnected"),
        ("popup", "could not understand: 'popup'"),
        ("dance", "could not understand: 'dance'"),
    ],
)
def test_the_dashboard_answers(bench: Any, asked: str, answer: str) -> None:
    assert Dashboard(bench.controller).answer(asked) == answer


def test_in_local_control_it_only_tells(bench: Any) -> None:
    dashboard = Dashboard(bench.controller)
    bench.controller.remote = False
    assert dashboard.answer("is in remote control") == "false"
    assert dashboard.answer("power off") == "Failed to execute: power off"
    assert dashboard.answer("robotmode") == "Robotmode: RUNNING"


def test_a_world_of_odd_steps_is_refused() -> None:
    assert cycles_per_step(0.004) == 2
    with pytest.raises(ValueError, match="multiple"):
        cycles_per_step(0.003)
