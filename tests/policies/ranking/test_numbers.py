"""The numbers beside a crop."""

import numpy as np
import pytest

from pg4da.policies.ranking.foresight import EACH, GRIPS, SIZE
from pg4da.policies.ranking.numbers import FARTHEST, ahead_numbers, mirrored

SHIFTED = np.tile([0.5, 0.2, 0.1, 1.0, 0.0, 0.3, 0.0], len(GRIPS))


def test_shifts_are_turned_along_and_across_the_travel():
    row = ahead_numbers(SHIFTED[None], np.array([[0.0, 1.0]]))[0]
    assert row[3:5].tolist() == [0.0, -1.0]
    assert row[-1] == 1.0


def test_nothing_foreseen_is_told_by_the_last_number():
    assert not ahead_numbers(np.zeros((2, SIZE)), np.eye(2)).any()


def test_a_value_without_bound_is_cut():
    """A sweep that hides more of what hardly hides the target is worth minus thousands."""
    sweep = SHIFTED.copy()
    sweep[::EACH] = -10_229.0
    row = ahead_numbers(sweep[None], np.array([[1.0, 0.0]]))[0]
    assert row[0] == -FARTHEST
    assert np.abs(row).max() <= FARTHEST
    assert row[1] == pytest.approx(0.2)


def test_a_mirror_changes_what_is_across():
    row = ahead_numbers(SHIFTED[None], np.array([[0.0, 1.0]]))
    assert mirrored(row)[0, 4] == -row[0, 4]
    assert mirrored(row)[0, 5] == -row[0, 5]
    assert mirrored(row)[0, 3] == row[0, 3]
