"""What the physics checks conclude from missions already played."""

from __future__ import annotations

from pg4da.bench.physics import launch_check, step_check
from pg4da.evaluation.episode import EpisodeResult


def played(*completed: bool) -> list[EpisodeResult]:
    return [EpisodeResult("s", "c", "s.txt", i, i, "p", "v", done) for i, done in enumerate(completed)]


def test_the_step_check_compares_trial_by_trial() -> None:
    found = step_check(played(True, True, False, False), played(True, False, True, False))
    assert found["passed"]
    assert "50.0 % at 4 ms, 50.0 % at 2 ms, 4 runs each; difference +0.0 ± 40.8" in found["measured"]


def test_the_step_check_fails_when_the_step_matters() -> None:
    assert not step_check(played(True, True), played(True, False))["passed"]


def test_a_fall_passes_the_launch_check_and_a_throw_does_not() -> None:
    assert launch_check([{"max_object_speed": 2.0, "max_launch_speed": 0.3}])["passed"]
    assert not launch_check([{"max_object_speed": 2.0, "max_launch_speed": 1.6}])["passed"]
