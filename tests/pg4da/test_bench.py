"""The arithmetic of the benchmarks; their timings are nobody's test."""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import asdict

import numpy as np
import pytest

from pg4da.bench import suite
from pg4da.bench.grid import PITCH, grid_scene
from pg4da.bench.rows import row, rows_table
from pg4da.bench.spread import spread
from pg4da.bench.stopwatch import timed, timed_steps
from pg4da.bench.tables import figures_table, physics_table, sizes_table


def test_spread() -> None:
    found = spread([5.0, 1.0, 3.0, 2.0, 4.0])
    assert found is not None
    assert (found.n, found.median, found.lowest, found.highest) == (5, 3.0, 1.0, 5.0)
    assert found.p5 == pytest.approx(1.2)
    assert spread([]) is None


@pytest.mark.parametrize("count", [1, 10, 20, 40, 80])
def test_grid_scenes_never_overlap(count: int) -> None:
    scene = grid_scene(count)
    assert len(scene.objects) == count
    centres = np.array([o.position[:2] for o in scene.objects])
    apart = np.abs(centres[:, None] - centres[None]).max(axis=2) + 10 * np.eye(count)
    assert count == 1 or apart.min() >= PITCH - 1e-9
    assert [o.color for o in scene.objects].count((0.0, 1.0, 0.0)) == 1
    assert np.abs(centres - [0.0, 0.5]).max() < 0.3


def test_timed_counts_calls_that_raise_too() -> None:
    times: list[float] = []

    def half(value: int) -> float:
        return 1 / value

    measured = timed(half, times.append)
    assert measured(2) == 0.5
    with pytest.raises(ZeroDivisionError):
        measured(0)
    assert len(times) == 2


def test_timed_steps_keeps_steps_and_result() -> None:
    times: list[float] = []

    def steps() -> Generator[None, None, str]:
        yield
        yield
        return "end"

    def outer() -> Generator[None, None, str]:
        return (yield from timed_steps(steps, times)())

    generator = outer()
    assert [next(generator), next(generator)] == [None, None]
    with pytest.raises(StopIteration) as end:
        next(generator)
    assert end.value.value == "end"
    assert len(times) == 1


def run(objects: int, motions: int, wall: float, memory: float) -> suite.Run:
    times = {"plan": [0.1, 0.3], "observe": [0.05]}
    return {
        "objects": objects,
        "outcome": "success",
        "motions": motions,
        "sim_time": 30.0,
        "wall_time": wall,
        "cpu_time": wall,
        "whole_time": 2 * wall,
        "peak_memory": memory,
        "times": times,
    }


RUNS = [run(10, 2, 4.0, 300.0), run(10, 4, 4.0, 310.0), run(20, 0, 3.0, 400.0)]


def test_rows_of_the_size_table() -> None:
    small, large = suite.size_rows(RUNS)
    assert (small["objects"], small["motions"], small["peak_memory_mib"]) == (10, 6, 310.0)
    assert small["motion_s"]["median"] == 1.5
    assert small["parts_ms"]["plan"] == pytest.approx(200.0)
    assert small["parts_ms"]["decide"] is None
    assert large["motion_s"] is None


def test_speeds() -> None:
    assert suite.speed(RUNS[0]) == 7.5
    assert suite.speed_of_core(RUNS[0]) == 15.0


def test_a_part_that_was_never_run_has_no_figure() -> None:
    assert suite.part_times(RUNS)["capture"] is None


def test_tables_take_missing_figures() -> None:
    from pg4da.bench.tables import FIGURES

    results = {"machine": "none", "figures": {name: None for name, *_ in FIGURES}, "sizes": suite.size_rows(RUNS)}
    assert figures_table(results).row_count == len(FIGURES)
    assert sizes_table(results).row_count == 2
    assert physics_table([{"name": "a", "measured": "1", "wanted": "2", "passed": False}]).row_count == 1


def test_rows_of_the_executive_keep_their_bounds() -> None:
    slow, fast = row("a tick", "µs", [9.0, 11.0, 40.0], at_most=10.0), row("faster", "", [3.0, 5.0], at_least=3.0)
    assert (slow.wanted, slow.met) == ("at most 10", False)
    assert (fast.wanted, fast.met) == ("at least 3", True)
    assert row("a sweep", "µs", [1.0]).met is None
    rows = [{"part": part, **asdict(each)} for part, each in (("a", slow), ("a", fast), ("b", slow))]
    table = rows_table(rows, "Figures")
    assert [each.end_section for each in table.rows] == [False, True, True]
