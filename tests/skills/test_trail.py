"""Back along the way that the arms came, and up together."""

from __future__ import annotations

import numpy as np
import pytest

from pg4da.hardware.frames import looking_down
from pg4da.hardware.trajectory import Trajectory
from pg4da.sim.cell import MujocoCell
from pg4da.sim.scenes.catalogue import find
from pg4da.sim.scenes.reader import read_scene
from pg4da.skills.trail import Trail, rise

TICK = 0.008


@pytest.fixture(scope="module")
def cell() -> MujocoCell:
    return MujocoCell(read_scene(find("packed1")), seed=0)


def moved(q: np.ndarray, by: float, seconds: float) -> Trajectory:
    times = np.linspace(0.0, seconds, 60)
    share = (3 * (times / seconds) ** 2 - 2 * (times / seconds) ** 3)[:, None]
    return Trajectory(times, q + share * by)


def make(cell: MujocoCell, way: dict[str, Trajectory]) -> None:
    for name, trajectory in way.items():
        cell.arms[name].follow(trajectory)
    for _ in range(int((max(t.duration for t in way.values()) + 0.5) / TICK)):
        cell.advance(TICK)


def test_the_way_back_ends_where_it_began_through_every_point(cell: MujocoCell) -> None:
    arms, trail = cell.arms, Trail()
    start = {name: arm.state.q for name, arm in arms.items()}
    for way in ({"left": moved(start["left"], 0.1, 1.0)}, {"right": moved(start["right"], -0.1, 1.5)}):
        leg = trail.begin(way, arms)
        make(cell, way)
        leg.until = max(t.duration for t in way.values())
    back = trail.back(arms)
    assert set(back) == {"left", "right"}
    half = back["left"].sample(back["left"].duration / 3)
    assert np.allclose(half, start["left"] + 0.1, atol=0.02), "the right arm goes back first"
    make(cell, back)
    for name, arm in arms.items():
        assert np.allclose(arm.state.q, start[name], atol=0.01)


def test_a_way_back_that_broke_off_goes_on_from_there(cell: MujocoCell) -> None:
    arms, trail = cell.arms, Trail()
    q = {name: arm.state.q for name, arm in arms.items()}
    leg = trail.begin({"left": moved(q["left"] - 0.2, 0.2, 1.0)}, arms)
    leg.until = 1.0
    whole = trail.back(arms)["left"]
    again = trail.back(arms)["left"]
    assert np.allclose(again.positions[-1], whole.positions[-1])
    trail.begin({"left": moved(q["left"], 0.1, 1.0)}, arms)
    assert len(trail.legs) == 1, "home again: what came before is forgotten"


def test_nothing_to_go_back(cell: MujocoCell) -> None:
    assert Trail().back(cell.arms) == {}


def test_tools_rise_straight_and_together(cell: MujocoCell) -> None:
    arms = dict(cell.arms)
    for name, x in (("left", -0.25), ("right", 0.25)):
        goal = looking_down(np.array([x, 0.75, 0.15]))
        found = arms[name].kinematics.inverse(goal)
        q = arms[name].state.q
        found = found + 2 * np.pi * np.round((q - found) / (2 * np.pi))
        best = found[int(np.argmin(np.abs(found - q).max(axis=1)))]
        times = np.linspace(0.0, 4.0, 200)
        share = (3 * (times / 4) ** 2 - 2 * (times / 4) ** 3)[:, None]
        make(cell, {name: Trajectory(times, q + share * (best - q))})
    before = {name: arm.kinematics.forward(arm.state.q) for name, arm in arms.items()}
    way = rise(arms, 0.25)
    heights = []
    for share in (0.25, 0.5, 0.75, 1.0):
        poses = {n: arms[n].kinematics.forward(t.sample(share * t.duration)) for n, t in way.items()}
        climbed = {n: pose[2, 3] - before[n][2, 3] for n, pose in poses.items()}
        assert climbed["left"] == pytest.approx(climbed["right"], abs=2e-3)
        for name, pose in poses.items():
            assert np.allclose(pose[:2, 3], before[name][:2, 3], atol=2e-3)
        heights.append(climbed["left"])
    assert heights == sorted(heights)
    assert heights[-1] == pytest.approx(0.09, abs=0.012)
