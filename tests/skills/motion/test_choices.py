"""Combinations of candidates: cheapest first, a blocked hand looked at once, hands that meet left out."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import numpy as np
import pytest

from pg4da.hardware.frames import Array, looking_down
from pg4da.skills.motion import choices as module
from pg4da.skills.motion.candidates import Candidate, Group, groups
from pg4da.skills.motion.choices import Choices
from pg4da.skills.motion.errors import Blocked
from pg4da.skills.motion.lines import follow, sample_lines, solve_all
from pg4da.skills.motion.stages import Line

ARMS = ("left", "right")


def way(cost: float, tool: int) -> Candidate:
    nothing = np.zeros(0, np.intp)
    return Candidate(np.zeros((1, 6)), np.zeros(1), nothing, nothing, cost, tool)


OPTIONS = [[way(0.0, 0), way(1.0, 0), way(5.0, 1)], [way(0.0, 0), way(2.0, 1)]]


@pytest.fixture
def group() -> Group:
    return groups([Line({arm: looking_down((0.0, 0.5, 0.1))[None] for arm in ARMS}, 0.1)])[0]


@pytest.fixture
def screened(monkeypatch: pytest.MonkeyPatch) -> dict[int, Blocked]:
    """Reasons by candidate; every look at one is counted in `looks`."""
    reasons: dict[int, Blocked] = {}

    def screen(situation: Any, group: Group, arm: str, candidate: Candidate) -> Blocked | None:
        looks.append(id(candidate))
        return reasons.get(id(candidate))

    looks.clear()
    monkeypatch.setattr(module, "screen", screen)
    return reasons


looks: list[int] = []


def total(choice: dict[str, Candidate]) -> float:
    return sum(candidate.cost for candidate in choice.values())


def test_cheapest_first(group: Group, screened: dict[int, Blocked]) -> None:
    found = list(Choices(None, group, OPTIONS))  # type: ignore[arg-type]
    assert len(found) == 6
    assert all(total(a) <= total(b) for a, b in pairwise(found))
    assert len(looks) == len(set(looks)) == 5


@pytest.mark.parametrize(("hand", "seen", "left"), [(True, 4, 2), (False, 5, 4)])
def test_a_blocked_hand_is_looked_at_once(
    group: Group, screened: dict[int, Blocked], hand: bool, seen: int, left: int
) -> None:
    reason = Blocked("clutter_collision", "a tip would touch", "left", 0, 0, hand)
    screened[id(OPTIONS[0][0])] = reason
    found = Choices(None, group, OPTIONS)  # type: ignore[arg-type]
    assert len(list(found)) == left
    assert len(looks) == seen
    assert found.first is reason


def test_hands_that_meet_are_left_out(group: Group, screened: dict[int, Blocked]) -> None:
    found = Choices(None, group, OPTIONS)  # type: ignore[arg-type]
    tried = []
    for choice in found:
        tried.append(tuple(choice[arm].tool for arm in ARMS))
        found.rule_out(choice)
    assert sorted(tried) == [(0, 0), (0, 1), (1, 0), (1, 1)]


def test_solutions_of_their_own_for_every_start(cell: Any) -> None:
    kinematics = cell.arms["left"].kinematics
    ends: list[Array] = [looking_down((-0.1, 0.5, 0.1)), looking_down((-0.1, 0.4, 0.1))]
    paths = [sample_lines(looking_down((-0.2, 0.45, 0.1)), [end[None]]) for end in ends]
    count = min(len(path.poses) for path in paths)
    solutions = [solve_all(kinematics, path.poses[:count]) for path in paths]
    alone = [follow(kinematics, s, s[0][:2])[0] for s in solutions]
    own = np.stack([solutions[0], solutions[0], solutions[1], solutions[1]], axis=1)
    together, _ = follow(kinematics, own, own[0, [0, 1, 2, 3], [0, 1, 0, 1]])
    assert together == pytest.approx(np.concatenate(alone, axis=1))
