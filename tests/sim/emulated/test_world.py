"""The MuJoCo world behind the emulator: driven from outside, seen while it runs, laid out anew."""

from __future__ import annotations

import threading
import weakref

import numpy as np
import pytest

from pg4da.hardware.ur5e.parameters import HOME
from pg4da.sim.cell import MujocoCell
from pg4da.sim.emulated.world import ArmInTheWay, EmulatedWorld
from pg4da.sim.scenes.catalogue import default_scene
from pg4da.sim.scenes.scene import Scene, SceneObject
from pg4da.sim.scenes.settle import settle

UPRIGHT = np.array([0.0, 0.0, 0.0, 1.0])


def cube(x: float, y: float) -> Scene:
    return Scene("test", "one", (SceneObject("cube", (0.0, 1.0, 0.0), np.array([x, y, 0.0225]), UPRIGHT),), 0)


@pytest.fixture
def world() -> EmulatedWorld:
    return EmulatedWorld(cube(0.0, 0.5))


def lead(world: EmulatedWorld, name: str, goal: np.ndarray, seconds: float) -> float:
    """Along half a wave to a configuration; the worst distance between set point and arm [rad]."""
    start, n, worst = world.arms[name].q, round(seconds / world.timestep), 0.0
    for i in range(1, n + 1):
        target = start + (goal - start) * (1 - np.cos(np.pi * i / n)) / 2
        world.arms[name].target(target)
        world.step()
        worst = max(worst, float(np.abs(world.arms[name].q - target).max()))
    return worst


def test_an_arm_keeps_within_5_mrad_of_its_set_point(world: EmulatedWorld) -> None:
    goal = HOME + np.array([1.2, 0.3, -0.3, 0.2, 0.3, -0.5])
    assert lead(world, "left", goal, 1.2) < 0.005
    assert world.arms["left"].q == pytest.approx(goal, abs=0.002)
    assert world.arms["right"].q == pytest.approx(HOME, abs=1e-6)
    assert world.arms["left"].force == 0.0


def test_time_is_the_simulation_s(world: EmulatedWorld) -> None:
    before = world.now()
    for _ in range(250):
        world.step()
    assert world.now() - before == pytest.approx(1.0)


def test_fingers_move_and_halt(world: EmulatedWorld) -> None:
    gripper = world.grippers["right"]
    gripper.move(gripper.max_width, 0.1, 40.0)
    assert gripper.moving
    for _ in range(100):
        world.step()
    gripper.halt()
    for _ in range(50):
        world.step()
    assert not gripper.moving
    assert 0.02 < gripper.width < 0.06


def test_the_picture_is_that_of_the_simulated_cell() -> None:
    scene = settle(default_scene())
    seen, other = EmulatedWorld(scene).picture(), MujocoCell(scene).camera.capture()
    assert np.array_equal(seen.rgb, other.rgb)
    assert np.array_equal(seen.depth, other.depth)
    assert seen.stamp == other.stamp


def test_pictures_are_taken_while_the_world_runs(world: EmulatedWorld) -> None:
    """A picture belongs to one moment, and the world goes on while it is drawn."""
    frames = []
    painter = threading.Thread(target=lambda: frames.extend(world.picture() for _ in range(3)))
    painter.start()
    steps_during = 0
    while painter.is_alive():
        world.step()
        steps_during += 1
    assert steps_during > 3
    assert np.all(np.diff([frame.stamp for frame in frames]) > 0)
    assert [frame.sequence for frame in frames] == [1, 2, 3]


def test_another_scene_is_laid_out_where_the_arms_are(world: EmulatedWorld) -> None:
    lead(world, "left", HOME + 0.1, 0.5)
    world.grippers["left"].move(0.1, 0.2, 40.0)
    for _ in range(300):
        world.step()
    q, width, time = world.arms["left"].q, world.grippers["left"].width, world.now()
    world.lay_out(cube(0.2, 0.7))
    assert world.now() == time
    world.step()
    assert world.arms["left"].q == pytest.approx(q, abs=1e-3)
    assert world.grippers["left"].width == pytest.approx(width, abs=2e-3)
    assert world.truth.target_position[:2] == pytest.approx([0.2, 0.7], abs=0.002)


def test_a_scene_is_not_laid_out_into_an_arm(world: EmulatedWorld) -> None:
    elbow = np.array([0.0, -0.3, 0.5, -1.8, -1.57, 0.0])
    lead(world, "left", elbow, 3.0)
    tool = world.picture()
    reached = world._cell.data.site("left/tool").xpos
    assert tool.sequence == 1
    before = world.truth.target_position
    with pytest.raises(ArmInTheWay, match="send the arms home"):
        world.lay_out(Scene("test", "in", (SceneObject("cube", (0.0, 1.0, 0.0), np.array(reached), UPRIGHT),), 0))
    assert world.truth.target_position == pytest.approx(before)


def test_the_old_scene_s_memory_is_given_back(world: EmulatedWorld) -> None:
    world.picture()
    old = weakref.ref(world._cell)
    world.lay_out(cube(0.1, 0.6))
    assert old() is None
