"""The whole simulated cell: lockstep, repeatability, believable contact, ground truth."""

from __future__ import annotations

import numpy as np
import pytest

from pg4da.hardware.cell import Cell, Progress
from pg4da.sim.cell import MujocoCell
from pg4da.sim.scenes.reader import read_scene

ROW = (("cube", -0.1, 0.5), ("cube", -0.05, 0.5), ("rect", 0.02, 0.5), ("cylinder", 0.0, 0.58))


def push(r) -> None:
    """Closed fingers through the row, along x."""
    r.go(r.above(-0.2, 0.5, 0.15, np.pi / 2))
    r.go(r.above(-0.2, 0.5, 0.015, np.pi / 2))
    r.go(r.above(-0.02, 0.5, 0.015, np.pi / 2), scale=3.0)


def test_is_a_cell_by_the_contract(rig) -> None:
    cell: Cell = rig(*ROW).cell
    assert list(cell.arms) == ["left", "right"]
    assert not cell.workspace.contains(*cell.bin_position[:2])


@pytest.mark.parametrize("ticks", [[0.008] * 50, [0.1, 0.3], [0.001] * 400, [0.0037] * 108 + [0.0004]])
def test_advance_keeps_time_however_it_is_cut(rig, ticks) -> None:
    cell = rig().cell
    start = cell.clock.now()
    for dt in ticks:
        cell.advance(dt)
    assert cell.clock.now() - start == pytest.approx(0.4, abs=cell.model.opt.timestep * 0.51)


def test_same_scene_and_seed_give_the_same_run(rig) -> None:
    states = []
    for _ in range(2):
        r = rig(*ROW, seed=3, camera_noise=True)
        push(r)
        frame = r.cell.camera.capture()
        states.append((r.cell.data.qpos.copy(), frame.depth.copy()))
    assert np.array_equal(states[0][0], states[1][0])
    assert np.array_equal(states[0][1], states[1][1])


@pytest.mark.parametrize("arms", [True, False])
def test_a_push_moves_what_is_in_its_way_and_launches_nothing(rig, arms) -> None:
    r = rig(*ROW, arms=arms)
    before, worst = r.cell.truth.positions, 0.0
    r.go(r.above(-0.2, 0.5, 0.15, np.pi / 2))
    r.go(r.above(-0.2, 0.5, 0.015, np.pi / 2))
    handle = r.arm.follow(r.smooth(r.above(-0.02, 0.5, 0.015, np.pi / 2), 5.0))
    while handle.progress is Progress.RUNNING:
        r.cell.advance(0.008)
        worst = min([worst, *r.cell.data.contact.dist])
    moved = r.cell.truth.positions - before
    assert moved[0, 0] > 0.05
    assert moved[2, 0] > 0.05
    assert worst > -0.001
    assert r.cell.truth.max_object_speed < 1.0


def test_arms_do_not_keep_the_clutter_awake(rig) -> None:
    r = rig(*ROW)
    r.cell.advance(1.0)
    r.go(r.above(0.0, 0.3, 0.3))
    assert r.cell.data.ntree_awake == 2


def test_truth_knows_bin_lift_and_who_is_outside(rig) -> None:
    cell = rig(*ROW).cell
    assert not cell.truth.retrieved
    assert cell.truth.outside == ()
    put(cell, 0, (0.0, 0.5, 0.15))
    assert cell.truth.target_lifted
    put(cell, 0, (*cell.bin_position[:2], 0.0225))
    put(cell, 2, (0.6, 0.1, 0.0225))
    assert cell.truth.target_in_bin
    assert cell.truth.retrieved
    assert cell.truth.outside == (2,)


def put(cell: MujocoCell, i: int, position: tuple[float, ...]) -> None:
    cell.data.joint(f"object/{i}").qpos[:3] = position
    cell.advance(cell.model.opt.timestep)


def test_a_cube_dropped_over_the_bin_stays_in_it(rig) -> None:
    cell = rig(*ROW).cell
    x, y, z = cell.bin_position
    put(cell, 0, (x + 0.05, y, z + 0.1))
    cell.advance(1.0)
    assert cell.truth.target_in_bin
    fall = z + 0.1 - 0.0225
    assert cell.truth.max_object_speed == pytest.approx(np.sqrt(2 * 9.81 * fall), rel=0.06)
    assert cell.truth.max_launch_speed < 0.5
    assert cell.truth.max_overlap == 0.0


def test_a_block_that_is_thrown_counts_as_launched(rig) -> None:
    cell = rig(*ROW).cell
    cell.data.joint("object/0").qvel[:3] = (0.0, 0.0, 2.0)
    cell.advance(0.6)
    assert cell.truth.max_launch_speed == pytest.approx(2.0, rel=0.06)


def test_a_block_that_is_carried_and_put_down_was_not_launched(rig) -> None:
    r = rig(("cube", -0.1, 0.5))
    r.reach_round(-0.1, 0.5)
    r.grip(0.0)
    r.go(r.above(-0.1, 0.5, 0.25))
    assert r.cell.truth.max_object_speed > 0.3
    assert r.cell.truth.max_launch_speed < 0.1
    r.grip(0.1)
    r.cell.advance(1.0)
    assert r.cell.truth.max_object_speed > 1.5
    assert r.cell.truth.max_launch_speed < 0.5


def test_a_block_that_is_thrown_on_its_way_down_was_launched(rig) -> None:
    """The hand's descent explains nothing."""
    r = rig(("cube", -0.1, 0.5))
    r.reach_round(-0.1, 0.5)
    r.grip(0.0)
    r.go(r.above(-0.1, 0.5, 0.35))
    handle = r.arm.follow(r.smooth(r.above(-0.1, 0.5, 0.05)))
    while handle.progress is Progress.RUNNING and r.cell.truth.target_position[2] > 0.12:
        r.cell.advance(0.008)
    r.cell.data.joint("object/0").qpos[1] = 0.8
    r.cell.data.joint("object/0").qvel[:3] = (0.0, 0.0, 2.0)
    r.cell.advance(0.1)
    assert r.cell.truth.max_launch_speed == pytest.approx(2.0, rel=0.06)


def test_truth_sees_a_finger_in_an_object(rig) -> None:
    cell = rig(*ROW).cell
    tip = cell.data.body("left/tip_a").xpos
    put(cell, 0, tuple(tip))
    assert 0.005 < cell.truth.max_overlap < 0.06


def test_stop_and_close_in_any_state(rig) -> None:
    r = rig()
    r.cell.stop()
    handle = r.arm.follow(r.smooth(r.above(0.0, 0.5, 0.25)))
    r.cell.advance(0.3)
    r.cell.stop()
    r.cell.stop()
    r.wait(handle, limit=1.0)
    assert handle.progress is Progress.CANCELLED
    r.cell.close()
    r.cell.close()


def test_picture_for_people(rig) -> None:
    picture = rig(*ROW).cell.picture((160, 120))
    assert picture.shape == (120, 160, 3)
    assert picture.std() > 10


def test_nothing_moves_or_is_launched_in_the_published_structured_scenes(official_scenes) -> None:
    files = sorted(official_scenes.glob("case[1-4]*/*.txt"))
    assert files
    for file in files:
        cell = MujocoCell(read_scene(file))
        start = cell.truth.target_position
        cell.advance(1.0)
        assert cell.truth.max_object_speed < 1.5, file.name
        assert np.linalg.norm(cell.truth.target_position - start) < 0.002, file.name
