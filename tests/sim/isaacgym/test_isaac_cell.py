"""The cell over the sidecar, MuJoCo behind it: motions, grips, pictures, repeatability, whole missions."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from pg4da.hardware.cell import Arm, Cell, Handle, Progress
from pg4da.hardware.frames import Array, looking_down
from pg4da.hardware.trajectory import Trajectory
from pg4da.sim.cell import MujocoCell
from pg4da.sim.isaacgym import floating
from pg4da.sim.isaacgym.cell import IsaacCell, connect_isaacgym
from pg4da.sim.isaacgym.config import IsaacGymConfig
from pg4da.sim.isaacgym.devices import RemoteCamera
from pg4da.sim.isaacgym.worlds import GripperWorlds
from pg4da.sim.world import BIN_CENTRE

from .conftest import TWO_BLOCKS, lying

TICK = 0.008


def smooth(arm: Arm, goal: Array) -> Trajectory:
    """At rest at both ends, within the limits."""
    start, limits = arm.state.q, arm.kinematics
    way = np.abs(goal - start)
    least = max(np.max(1.875 * way / limits.max_velocity), np.max(np.sqrt(5.78 * way / limits.max_acceleration)))
    times = np.arange(0.0, 1.1 * max(least, 0.1) + TICK, TICK)
    s = times / times[-1]
    return Trajectory(times, start + (goal - start) * (10 * s**3 - 15 * s**4 + 6 * s**5)[:, None])


def wait(advance: Callable[[float], None], *handles: Handle) -> None:
    for _ in range(1500):
        if all(handle.progress is not Progress.RUNNING for handle in handles):
            break
        advance(TICK)
    assert [handle.progress for handle in handles] == [Progress.DONE] * len(handles), [h.message for h in handles]


def go(cell: Cell, name: str, T_world_tool: Array) -> None:
    arm = cell.arms[name]
    choices = arm.kinematics.inverse(T_world_tool)
    goal = choices[np.abs(choices - arm.state.q).max(axis=1).argmin()]
    wait(cell.advance, arm.follow(smooth(arm, goal)))


def test_an_arm_goes_where_it_is_sent(either: IsaacCell) -> None:
    cell = either
    arm = cell.arms["left"]
    assert np.allclose(arm.state.q, arm.home, atol=2e-3)
    target = looking_down((-0.1, 0.45, 0.2), 0.3)
    go(cell, "left", target)
    reached = arm.kinematics.forward(arm.state.q)
    assert np.allclose(reached, target, atol=5e-3)
    assert np.abs(arm.state.dq).max() < 0.05
    assert np.allclose(cell.arms["right"].state.q, cell.arms["right"].home, atol=2e-3)


def test_a_block_is_gripped_and_lifted(either: IsaacCell) -> None:
    cell = either
    gripper = cell.arms["left"].gripper
    wait(cell.advance, gripper.move(0.1))
    go(cell, "left", looking_down((0.0, 0.5, 0.15)))
    go(cell, "left", looking_down((0.0, 0.5, 0.03 - gripper.tip_retreat(0.045))))
    wait(cell.advance, gripper.move(0.0))
    assert gripper.state.object_detected
    assert gripper.state.width == pytest.approx(0.045, abs=0.002)
    go(cell, "left", looking_down((0.0, 0.5, 0.2)))
    assert cell.objects[0, 2] > 0.1
    assert gripper.state.object_detected


def test_stop_and_hold(cell: IsaacCell) -> None:
    arm = cell.arms["right"]
    goal = arm.home + np.array([0.5, 0.0, 0.0, 0.0, 0.0, 0.0])
    handle = arm.follow(smooth(arm, goal))
    for _ in range(30):
        cell.advance(TICK)
    cell.hold()
    for _ in range(60):
        cell.advance(TICK)
    assert cell.pace == 0.0
    assert np.abs(arm.state.dq).max() < 0.01
    assert handle.progress is Progress.RUNNING
    cell.resume()
    for _ in range(20):
        cell.advance(TICK)
    assert np.abs(arm.state.dq).max() > 0.05
    cell.stop()
    for _ in range(60):
        cell.advance(TICK)
    assert handle.progress is Progress.CANCELLED
    assert np.abs(arm.state.dq).max() < 0.01


def test_the_picture_is_that_of_the_simulation(cell: IsaacCell) -> None:
    twin = MujocoCell(TWO_BLOCKS)
    here, there = cell.camera.capture(), twin.camera.capture()
    assert here.sequence == 1
    assert here.stamp == cell.clock.now()
    assert np.allclose(here.K, there.K)
    assert np.array_equal(here.T_world_camera, there.T_world_camera)
    assert np.mean(np.abs(here.depth - there.depth) < 1e-3) > 0.999
    assert np.mean(here.rgb == there.rgb) > 0.999


def test_noise_comes_from_the_seed(cell: IsaacCell) -> None:
    remote = cell._remote
    assert remote is not None
    cameras = [RemoteCamera(remote, True, np.random.default_rng(seed)) for seed in (1, 1, 2)]
    first, again, other = (camera.capture().depth for camera in cameras)
    assert np.array_equal(first, again)
    assert not np.array_equal(first, other)


def test_what_happens_is_the_same_again(cell: IsaacCell) -> None:
    ends = []
    for _ in range(2):
        cell.reset()
        go(cell, "right", looking_down((0.1, 0.4, 0.03)))
        ends.append((cell.objects.tobytes(), cell.arms["right"].state.q.tobytes()))
    assert ends[0] == ends[1]


def test_time_is_owed_to_the_next_call(cell: IsaacCell) -> None:
    before = cell.clock.now()
    for _ in range(10):
        cell.advance(0.003)
    assert cell.clock.now() - before == pytest.approx(0.028)


@pytest.mark.parametrize("yaw", [-3.0, 0.0, 1.5, 3.1])
def test_the_chain_of_joints_has_the_tool_where_it_should(yaw: float) -> None:
    T = looking_down((0.1, 0.4, 0.3), yaw)
    tilted = T.copy()
    tilted[:3, :3] = T[:3, :3] @ np.array([[1, 0, 0], [0, 0.96, -0.28], [0, 0.28, 0.96]])
    for pose in (T, tilted):
        near = np.array([0, 0, 0, 2 * np.pi, 0, 0])
        joints = floating.joints_of(pose, near)
        assert np.allclose(floating.tool_pose(joints), pose, atol=1e-9)
        assert abs(joints[3] - near[3]) <= np.pi + 1e-9


def test_many_worlds_step_together(config: IsaacGymConfig) -> None:
    scenes = [lying(("cube", 0.1 * i, 0.5), ("rect", -0.2, 0.3)) for i in range(3)]
    worlds = GripperWorlds(config, scenes)
    try:
        assert np.allclose(worlds.objects()[:, 0, 0], [0.0, 0.1, 0.2], atol=2e-3)
        goals = [looking_down((-0.3, 0.3 + 0.1 * i, 0.25)) for i in range(3)]
        moved = []
        for world, goal in zip(worlds.worlds, goals, strict=True):
            arm = world.arms["left"]
            moved.append(arm.follow(smooth(arm, arm.kinematics.inverse(goal)[0])))
        wait(worlds.advance, *moved)
        for world, goal in zip(worlds.worlds, goals, strict=True):
            assert np.allclose(world.arms["left"].kinematics.forward(world.arms["left"].state.q), goal, atol=5e-3)
        pictures = [world.camera.capture() for world in worlds.worlds]
        assert not np.array_equal(pictures[0].rgb, pictures[2].rgb)
        worlds.worlds[1].place(lying(("cube", -0.3, 0.7), ("rect", 0.2, 0.3)))
        worlds.advance(0.04)
        assert worlds.worlds[1].objects[0, :2] == pytest.approx([-0.3, 0.7], abs=2e-3)
        assert worlds.worlds[0].objects[0, :2] == pytest.approx([0.0, 0.5], abs=2e-3)
        home = worlds.worlds[1].arms["left"]
        assert np.allclose(home.state.q[:3], home.home[:3], atol=5e-3)
        with pytest.raises(ValueError, match="no whole number"):
            worlds.advance(0.005)
    finally:
        worlds.close()


def test_worlds_hold_the_same_objects(config: IsaacGymConfig) -> None:
    with pytest.raises(ValueError, match="hold the same objects"):
        GripperWorlds(config, [lying(("cube", 0.0, 0.5)), lying(("rect", 0.0, 0.5))])
    with pytest.raises(ValueError, match="no scenes"):
        GripperWorlds(config, [])


@pytest.mark.slow
def test_a_whole_mission(config: IsaacGymConfig) -> None:
    from pg4da import Context, load_mission
    from pg4da.mission.executive import Executive
    from pg4da.run import RunRequest, find_policy, find_scene

    scene = find_scene(RunRequest(scene="case1-clutter/packed3"))
    cell = connect_isaacgym(config, scene, 0)
    try:
        tree = load_mission("retrieve", Context(cell, find_policy("geometric"), np.random.default_rng(0)))
        result = Executive(tree).run()
        target = cell.objects[scene.target]
    finally:
        cell.close()
    assert (result.outcome, result.failure) == ("success", None)
    assert np.allclose(target[:2], BIN_CENTRE, atol=0.1)


@pytest.mark.slow
def test_a_mission_whose_sidecar_dies_ends_and_tells_why(
    config: IsaacGymConfig, monkeypatch: pytest.MonkeyPatch
) -> None:
    from pg4da import Context, load_mission
    from pg4da.mission.executive import Executive
    from pg4da.run import RunRequest, find_policy, find_scene

    monkeypatch.setenv("FAULT", "crash:600")
    cell = connect_isaacgym(config, find_scene(RunRequest(scene="case1-clutter/packed3")), 0)
    try:
        tree = load_mission("retrieve", Context(cell, find_policy("geometric"), np.random.default_rng(0)))
        result = Executive(tree).run()
    finally:
        cell.close()
    assert result.outcome == "safety_stop"
    assert result.failure is not None
    assert "it ended with -11" in result.failure.message
