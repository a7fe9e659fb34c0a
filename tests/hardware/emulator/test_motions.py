"""Motions of a script: where they lead, how fast, and how they stop. Cycle by cycle, without physics."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from pg4da.hardware.emulator.ur5e.drive import CYCLE
from pg4da.hardware.emulator.ur5e.geometry import chain, matrix, pose_of, rotation_vector, turn
from pg4da.hardware.ur5e.kinematics import UR5eKinematics
from pg4da.hardware.ur5e.parameters import HOME

GOAL = HOME + np.array([0.5, -0.2, 0.3, 0.1, 0.0, -0.4])


def program(*lines: str) -> str:
    return "\n".join(["def f():", *lines, "end", ""])


def numbers(values: Any) -> str:
    return ", ".join(repr(float(v)) for v in values)


def test_the_geometry_is_that_of_the_driver() -> None:
    rng = np.random.default_rng(1)
    driver = UR5eKinematics(np.eye(4), np.eye(4))
    for q in rng.uniform(-np.pi, np.pi, (50, 6)):
        links = chain(q)
        assert links.flange == pytest.approx(driver.forward(q), abs=1e-12)
        step = rng.normal(0.0, 1e-6, 6)
        moved = chain(q + step).flange[:3, 3] - links.flange[:3, 3]
        assert links.jacobian(links.flange[:3, 3])[:3] @ step == pytest.approx(moved, abs=1e-10)


@pytest.mark.parametrize("angle", [0.0, 1e-9, 1e-4, 1.0, 3.0, np.pi - 1e-8, np.pi])
def test_rotation_vectors_there_and_back(angle: float) -> None:
    axis = np.array([1.0, -2.0, 0.5]) / np.linalg.norm([1.0, -2.0, 0.5])
    R = turn(axis, angle)
    T = np.eye(4)
    T[:3, :3] = R
    assert matrix(pose_of(T))[:3, :3] == pytest.approx(R, abs=1e-7)
    assert np.linalg.norm(rotation_vector(R)) == pytest.approx(angle, abs=1e-6)


def test_movej_arrives_within_its_speed_and_acceleration(bench: Any) -> None:
    bench.play(program(f"movej([{numbers(GOAL)}], a=2.0, v=0.8)"))
    assert bench.arm.q == pytest.approx(GOAL, abs=1e-9)
    speeds = bench.speeds
    assert np.abs(speeds).max() == pytest.approx(0.8, rel=0.01)
    assert np.abs(np.diff(speeds, axis=0)).max() / CYCLE <= 2.0 * 1.01
    assert bench.time == pytest.approx(0.5 / 0.8 + 0.8 / 2.0, abs=0.02)


def test_movej_takes_a_pose_too(bench: Any) -> None:
    pose = pose_of(chain(GOAL).flange)
    bench.play(program(f"movej(p[{numbers(pose)}])"))
    assert pose_of(chain(bench.arm.q).flange) == pytest.approx(pose, abs=1e-6)


def test_movel_keeps_to_the_line_and_to_its_speed(bench: Any) -> None:
    start = chain(HOME).flange
    goal = start.copy()
    goal[:3, 3] += [0.05, 0.08, -0.06]
    bench.play(program("set_tcp(p[0, 0, 0, 0, 0, 0])", f"movel(p[{numbers(pose_of(goal))}], a=0.8, v=0.2)"))
    points = np.array([chain(q).flange[:3, 3] for q in bench.arm.path])
    way = (goal - start)[:3, 3] / np.linalg.norm((goal - start)[:3, 3])
    off = points - start[:3, 3] - ((points - start[:3, 3]) @ way)[:, None] * way
    assert np.abs(off).max() < 1e-6
    assert points[-1] == pytest.approx(goal[:3, 3], abs=1e-6)
    assert np.linalg.norm(np.diff(points, axis=0), axis=1).max() / CYCLE <= 0.2 * 1.01


def test_movel_through_a_singularity_is_a_protective_stop(bench: Any) -> None:
    goal = chain(HOME).flange.copy()
    goal[:3, 3] *= 4.0
    bench.load(program(f"movel(p[{numbers(pose_of(goal))}], a=2, v=1)"))
    bench.run(4.0)
    assert bench.controller.safety.stopped
    assert np.abs(bench.speeds[-1]).max() == 0.0


def test_servoj_trails_a_stream_by_its_lookahead(bench: Any) -> None:
    """A ramp of 0.5 rad/s in steps of 8 ms: the set point follows 0.05 s behind."""
    bench.load(
        program(
            "global q = get_actual_joint_positions()",
            "while True:",
            "q[0] = q[0] + 0.004",
            "servoj(q, t=0.008, lookahead_time=0.05, gain=300)",
            "end",
        )
    )
    bench.run(2.0)
    steady = bench.speeds[500:, 0]
    assert steady.mean() == pytest.approx(0.5, rel=0.02)
    behind = bench.controller.program.variables["q"][0] - bench.arm.q[0]
    assert behind == pytest.approx(0.05 * 0.5, abs=0.006 * 0.5 + 1e-3)


def test_servoj_never_leaps(bench: Any) -> None:
    """A goal a radian away is approached within the joints' limits."""
    far = HOME + np.array([1.0, 0, 0, 0, 0, 0])
    bench.load(program("while True:", f"servoj([{numbers(far)}], t=0.008, lookahead_time=0.03)", "end"))
    bench.run(1.5)
    assert np.abs(bench.speeds).max() <= np.pi + 1e-9
    assert np.abs(np.diff(bench.speeds, axis=0)).max() / CYCLE <= 40.0 + 1e-6
    assert bench.arm.q == pytest.approx(far, abs=0.01)


@pytest.mark.parametrize("stop", ["stopj(2.0)", "stopl(5.0)"])
def test_a_motion_is_stopped_along_its_way(bench: Any, stop: str) -> None:
    text = program(
        "thread go():", f"movej([{numbers(GOAL)}], a=3, v=1)", "end", "t = run go()", "sleep(0.3)", "kill t", stop
    )
    bench.play(text)
    assert np.abs(bench.speeds[-1]).max() < 1e-9
    assert not np.allclose(bench.arm.q, GOAL, atol=0.05)


def test_speedl_moves_the_tool_as_told(bench: Any) -> None:
    before = chain(HOME).flange[:3, 3]
    bench.play(program("speedl([0, 0, 0.05, 0, 0, 0], a=0.5, t=1.0)", "stopl(1)"))
    moved = chain(bench.arm.q).flange[:3, 3] - before
    assert moved == pytest.approx([0, 0, 0.05 - 0.0025 + 0.00125], abs=2e-3)


def test_the_speed_slider_slows_a_motion_down(bench: Any) -> None:
    bench.controller.write_inputs(("speed_slider_mask", "speed_slider_fraction"), (1, 0.25))
    bench.play(program(f"movej([{numbers(GOAL)}], a=2.0, v=0.8)"))
    assert np.abs(bench.speeds).max() == pytest.approx(0.2, rel=0.02)
    assert bench.arm.q == pytest.approx(GOAL, abs=1e-9)


def test_an_arm_whose_program_ends_in_a_motion_comes_to_rest(bench: Any) -> None:
    bench.play(program("speedj([1, 0, 0, 0, 0, 0], a=5, t=0.5)"))
    bench.run(0.5)
    assert np.abs(bench.speeds[-1]).max() == 0.0
    assert np.abs(np.diff(bench.speeds, axis=0)).max() / CYCLE < 11.0
