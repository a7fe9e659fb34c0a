"""What the bench of decisions counts; the figures themselves are the bench's."""

from __future__ import annotations

import pytest

from pg4da.bench.decisions import AT_MOST, Clock, policy_rows, timing
from pg4da.run import RunRequest, run_mission
from pg4da.sim.scenes.catalogue import default_scene
from pg4da.skills import observe


def test_a_part_called_twice_counts_its_sum_and_each_decision_starts_anew() -> None:
    clock = Clock()
    clock.look(0.010)
    clock.add("look-ahead", 0.004)
    clock.add("look-ahead", 0.005)
    clock.decided(0.050)
    clock.look(0.020)
    clock.decided(0.030)
    assert clock.decisions[0] == pytest.approx({"see": 10.0, "look-ahead": 9.0, "choose": 50.0})
    assert clock.decisions[1] == pytest.approx({"see": 20.0, "choose": 30.0})


def test_a_decision_without_a_look_is_none() -> None:
    clock = Clock()
    clock.decided(0.1)
    assert not clock.decisions


@pytest.mark.parametrize(("slow", "met"), [(10.0, True), (200.0, False)])
def test_the_whole_is_held_against_its_bound(slow: float, met: bool) -> None:
    first, *parts = policy_rows("pg4da", [{"see": slow, "choose": slow / 2, "grasps": 1.0}])
    assert (first.values.median, first.met) == (1.5 * slow, met)
    assert f"{AT_MOST:g}" in first.wanted
    assert [p.words for p in parts] == ["pg4da: maps and target", "pg4da: decide", "pg4da: grasps"]


def test_a_mission_is_timed_and_nothing_stays_replaced() -> None:
    before = vars(observe)["make_observation"]
    with timing("pg4da") as clock:
        run = run_mission(RunRequest(scene=default_scene(), policy="pg4da", seed=1, settings={"max_motions": 1}))
    assert run.motions == 1
    assert vars(observe)["make_observation"] is before
    (first, *_), parts = clock.decisions, {"see", "choose", "surroundings", "grasps", "proposals", "network"}
    assert parts <= first.keys()
    assert first["choose"] > first["proposals"] + first["network"]
