"""Two evaluations side by side: what is paired, what is chance, what is refused."""

from __future__ import annotations

import json
from dataclasses import replace
from itertools import product
from pathlib import Path

import numpy as np
import pytest

from pg4da.commands.main import main
from pg4da.evaluation.episode import Episode, EpisodeResult, result_of
from pg4da.evaluation.journal import Journal
from pg4da.evaluation.paired import compare, pairs_of, swapped_p

CASE = "case1-clutter"


def result(scene: int, trial: int, motions: int, **more: int | bool) -> EpisodeResult:
    found = {"completed": True, "grasp_attempts": 1, "grasp_successes": 1, **more}
    episode = Episode(f"{CASE}/s{scene}", CASE, "/s.txt", trial, 10 * scene + trial)
    return result_of(episode, "toy", "0", motions=motions, **found)


def evaluation(motions: int, scenes: int = 8, trials: int = 3) -> list[EpisodeResult]:
    """Scenes with from 2 to 4 motions, and `motions` more in each."""
    return [result(s, t, 2 + s % 3 + motions) for s in range(scenes) for t in range(trials)]


def by_key(results: list[EpisodeResult]) -> dict[str, EpisodeResult]:
    return {r.key: r for r in results}


def row(a: list[EpisodeResult], b: list[EpisodeResult]):
    return compare(pairs_of(by_key(a), by_key(b)))[-1]


def write(out: Path, results: list[EpisodeResult], **settings: object) -> str:
    scenes = {r.scene: "0123" for r in results}
    with Journal(out, {"policy": "toy", "seed": 1, "scenes": scenes, **settings}) as journal:
        for each in results:
            journal.append(each)
    return str(out)


def test_a_motion_less_in_every_run_is_no_chance() -> None:
    found = row(evaluation(1), evaluation(0)).metrics["MN"]
    assert found.difference == pytest.approx(-1.0)
    assert found.error == pytest.approx(0.0)
    assert found.p_runs is not None
    assert found.p_runs < 1e-3
    assert found.p_scenes == pytest.approx(2 / 2**8)  # of eight scenes, every swapping was looked at


def test_the_same_results_differ_by_nothing() -> None:
    found = row(evaluation(0), evaluation(0))
    assert {m.difference for m in found.metrics.values()} == {0.0}
    assert {m.p_runs for m in found.metrics.values()} == {1.0}


def test_p_is_what_counting_by_hand_gives() -> None:
    a, b = np.array([3, 4, 2, 5, 4.0]), np.array([2, 4, 3, 3, 3.0])
    counts = np.stack([np.stack([v, np.ones(5)], axis=1) for v in (a, b)], axis=1)
    signs = [sum(s * d for s, d in zip(each, b - a, strict=True)) for each in product((1, -1), repeat=5)]
    expected = np.mean([abs(s) >= abs((b - a).sum()) - 1e-9 for s in signs])
    assert swapped_p(counts, np.random.default_rng(0)) == pytest.approx(expected)


def test_chance_alone_is_seldom_called_a_difference() -> None:
    rng, ps = np.random.default_rng(5), []
    for _ in range(200):
        counts = np.stack([rng.integers(1, 8, (30, 2)), np.ones((30, 2))], axis=-1).astype(float)
        ps.append(swapped_p(counts, rng))
    assert 0.005 <= np.mean(np.array(ps) < 0.05) <= 0.11


def test_motions_count_where_both_completed_and_grasps_are_pooled() -> None:
    a = [result(s, 0, 3) for s in range(4)]
    b = [result(0, 0, 9, completed=False, grasp_attempts=3, grasp_successes=0), *[result(s, 0, 2) for s in range(1, 4)]]
    found = row(a, b).metrics
    assert (found["C"].a, found["C"].b) == (100.0, 75.0)
    assert (found["MN"].a, found["MN"].b) == (3.0, 2.0)
    assert found["GS"].b == pytest.approx(50.0)  # 3 of 6
    assert found["MN"].p_scenes is None  # four scenes are too few to tell


def test_runs_of_another_seed_are_no_pairs() -> None:
    a, b = evaluation(0), [replace(r, seed=r.seed + (r.trial == 0)) for r in evaluation(0)]
    assert len(pairs_of(by_key(a), by_key(b))) == 16


def test_the_command_shows_both_and_what_differs(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    a, b = write(tmp_path / "a", evaluation(1)), write(tmp_path / "b", evaluation(0)[:-2], policy="better")
    assert main(["compare", a, b]) == 0
    shown = capsys.readouterr().out
    assert "-1.00 ± 0.00" in shown
    assert "policy toy and better" in shown
    assert "left out: 2 runs" in shown
    assert main(["compare", a, b, "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["settings"] == {"policy": ["toy", "better"]}
    assert told["rows"][-1]["pairs"] == 22
    assert told["rows"][-1]["metrics"]["MN"]["difference"] == pytest.approx(-1.0)


def test_two_looks_say_the_same(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    rng = np.random.default_rng(2)
    noisy = [replace(r, motions=int(rng.integers(2, 7))) for r in evaluation(0, scenes=20)]
    folders = write(tmp_path / "a", evaluation(0, scenes=20)), write(tmp_path / "b", noisy)
    shown = []
    for _ in range(2):
        assert main(["compare", *folders]) == 0
        shown.append(capsys.readouterr().out)
    assert shown[0] == shown[1]


def test_what_can_not_be_compared_is_refused_in_one_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    good = write(tmp_path / "good", evaluation(0))
    others = write(tmp_path / "others", [replace(r, seed=999) for r in evaluation(0)])
    changed = write(tmp_path / "changed", evaluation(0), scenes={f"{CASE}/s0": "4567"})
    broken = Path(write(tmp_path / "broken", evaluation(0)))
    (broken / "episodes.jsonl").write_text("{}\n")
    for folder, words in (
        (str(tmp_path / "nowhere"), "not a folder of `pg4da evaluate`"),
        (others, "no run of the same scene, trial and seed"),
        (changed, f"{CASE}/s0 is not the same file in both"),
        (str(broken), "episodes.jsonl:1: not an episode"),
    ):
        assert main(["compare", good, folder]) == 2
        told = capsys.readouterr().err.strip()
        assert words in told
        assert "\n" not in told
