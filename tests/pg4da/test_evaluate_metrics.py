"""Metrics against cases worked by hand."""

from __future__ import annotations

import pytest

from pg4da.evaluation import metrics
from pg4da.evaluation.episode import EpisodeResult, episode_seed
from pg4da.evaluation.paper import paper_rows
from pg4da.evaluation.results import summarise


def result(scene: str, trial: int, completed: bool, motions: int, grasps: tuple[int, int], arms: int) -> EpisodeResult:
    """grasps: attempts, successes; arms: arm motions."""
    return EpisodeResult(
        scene=f"case1-clutter/{scene}",
        case="case1-clutter",
        path=f"/{scene}.txt",
        trial=trial,
        seed=0,
        policy="geometric",
        version="0",
        completed=completed,
        motions=motions,
        pushes=motions - grasps[0],
        grasp_attempts=grasps[0],
        grasp_successes=grasps[1],
        arm_motions=arms,
        cause="" if completed else "lost",
    )


RUNS = [
    result("a", 0, True, 2, (1, 1), 3),
    result("a", 1, True, 4, (2, 1), 4),
    result("b", 0, True, 3, (1, 1), 3),
    result("b", 1, False, 9, (5, 0), 9),
]


def test_share() -> None:
    assert metrics.share(3, 4) == 75.0
    assert metrics.share(0, 0) is None


def test_share_error_is_the_one_of_the_paper() -> None:
    # 99.75 ± 0.25 over four scenes of 100: one failure in one scene.
    errors = [metrics.share_error(k, 100) for k in (100, 100, 100, 99)]
    assert metrics.average(errors) == pytest.approx(0.25, abs=0.005)
    # 95.00 ± 5.00 over four scenes of ten: one failure in two of them.
    assert metrics.average([metrics.share_error(k, 10) for k in (10, 10, 9, 9)]) == pytest.approx(5.0)
    assert metrics.share_error(1, 1) is None


def test_wilson() -> None:
    low, high = metrics.wilson(8, 10) or (0, 0)
    assert (low, high) == (pytest.approx(49.02, abs=0.01), pytest.approx(94.33, abs=0.01))
    assert metrics.wilson(10, 10) == (pytest.approx(72.25, abs=0.01), pytest.approx(100.0))
    assert metrics.wilson(0, 0) is None


def test_mean_and_its_errors() -> None:
    assert metrics.mean([2, 4]) == 3
    assert metrics.mean_error([2, 4]) == pytest.approx(1.0)  # deviation √2, over √2
    low, high = metrics.mean_interval([20, 22]) or (0, 0)
    assert (low, high) == (pytest.approx(21 - 12.706, abs=1e-3), pytest.approx(21 + 12.706, abs=1e-3))
    assert (metrics.mean_interval([2, 4]) or (1,))[0] == 0  # fewer motions than none are not made
    assert metrics.mean([]) is None
    assert metrics.mean_error([1]) is None
    assert metrics.mean_interval([1]) is None


def test_summary_by_hand() -> None:
    summary = summarise("geometric", reversed(RUNS))
    assert set(summary) == {"policy", "scenes", "cases", "total"}
    a, b = summary["scenes"]
    assert (a["scene"], a["case"], a["trials"]) == ("case1-clutter/a", "case1-clutter", 2)
    assert (a["C"], b["C"]) == (100.0, 50.0)
    assert a["GS"] == pytest.approx(200 / 3)
    assert (a["MN"], b["MN"]) == (3.0, 3.0)  # of completed runs only
    assert (a["MN_error"], b["MN_error"]) == (pytest.approx(1.0), None)
    total = summary["total"]
    assert (total["trials"], total["completed"], total["C"]) == (4, 3, 75.0)
    assert total["GS"] == pytest.approx(100 * 3 / 9)  # pooled over all runs, the failed one included
    assert total["MN"] == 3.0
    assert total["pushes"] == pytest.approx((1 + 2 + 2) / 3)
    assert total["arm_motions"] == pytest.approx(10 / 3)
    assert total["C_error"] == pytest.approx(25.0)  # scene a: 0, scene b: 50
    assert total["failures"] == {"lost": 1}
    (case,) = summary["cases"]
    assert case["paper"][0] == {"method": "PG4DA", "C": 99.75, "GS": 93.08, "MN": 2.79}


def test_nothing_measured_is_none() -> None:
    total = summarise("geometric", [result("a", 0, False, 0, (0, 0), 0)])["total"]
    assert (total["C"], total["GS"], total["MN"], total["pushes"]) == (0.0, None, None, None)


def test_paper_rows_go_by_the_folders_number() -> None:
    assert paper_rows("case4-completely_occluded")[0].MN == 6.09
    assert paper_rows("case5")[0].GS == 78.49
    assert paper_rows("case12-other") == ()
    assert paper_rows("training") == ()


def test_seeds_differ_and_stay() -> None:
    assert episode_seed(1, "case1-clutter/scene07", 0) == episode_seed(1, "case1-clutter/scene07", 0)
    seeds = {episode_seed(s, name, t) for s in (0, 1) for name in ("a/x", "a/y") for t in range(50)}
    assert len(seeds) == 200
    assert all(0 <= seed < 2**31 for seed in seeds)
