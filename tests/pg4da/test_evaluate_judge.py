"""The paper's rules for the end of an episode."""

from __future__ import annotations

from dataclasses import replace

import pytest

from pg4da.evaluation.judge import Ending, Motion, judge, longest_failure

PUSH = Motion("push", True, 2)
MISS = Motion("grasp", False, 1)
HIT = Motion("grasp", True, 1)
GOOD = Ending(True, "", "", "", True, (), False)
FAILED = Ending(False, "limit_reached", "execution", "50 rounds", False, (), False)


def test_completed() -> None:
    verdict = judge([PUSH, MISS, HIT], GOOD)
    assert (verdict.completed, verdict.cause) == (True, "")


@pytest.mark.parametrize(
    ("motions", "ending", "cause"),
    [
        ([HIT], replace(GOOD, retrieved=False), "false_success"),
        ([PUSH], FAILED, "limit_reached"),
        ([HIT], replace(FAILED, retrieved=True), "limit_reached"),
        ([HIT], replace(GOOD, outside=("object 3",)), "object_out_of_workspace"),
        ([PUSH], replace(FAILED, outside=("object 1",), target_lost=True), "target_out_of_workspace"),
        ([PUSH] * 50 + [HIT], GOOD, "too_many_motions"),
        ([MISS, MISS, PUSH, MISS, MISS, MISS, HIT], GOOD, "failed_grasps"),
    ],
)
def test_causes(motions: list[Motion], ending: Ending, cause: str) -> None:
    verdict = judge(motions, ending)
    assert (verdict.completed, verdict.cause) == (False, cause)


def test_fifty_motions_are_allowed() -> None:
    assert judge([PUSH] * 49 + [HIT], GOOD).completed


def test_a_push_does_not_start_the_count_again_but_a_success_does() -> None:
    assert longest_failure([MISS, MISS, PUSH, MISS]) == 3
    assert longest_failure([MISS, MISS, HIT, MISS]) == 2
    assert longest_failure([]) == 0
