"""Stages of the choice of a push: what each is given, and that one scene repeats itself."""

from __future__ import annotations

import numpy as np
import pytest

from pg4da.bench import pushes
from pg4da.bench.push_tables import promises_table, stages_table
from pg4da.bench.pushes import STAGES, State, stages_of
from pg4da.commands.main import main
from pg4da.policies.geometric.worth import Foreseen
from pg4da.policies.ranking.numbers import OUTPUTS
from pg4da.policies.ranking.policy import FREE, LEFT, Weighed


def foreseen(value: float) -> tuple[Foreseen, ...]:
    return (Foreseen(value, 0.0, 0.0, np.zeros(2), 0.0, False),)


def weighed(quick: list[float], looked: list[int], values: list[float]) -> Weighed:
    figures = np.zeros((len(quick), OUTPUTS), np.float32)
    figures[:, LEFT] = quick
    return Weighed([], figures, looked, [foreseen(v) for v in values], figures[looked])


def test_each_stage_answers_for_its_own_choice_of_what_is_allowed() -> None:
    given = weighed([3.0, 1.0, 2.0, 0.5, 5.0], looked=[1, 2, 3], values=[0.2, 0.8, 0.9])
    given.sure[1, FREE] = 2.0
    freed = {0: True, 1: False, 2: True, 3: False, 4: False}
    found = stages_of(given, freed, drawn=[0, 4], order=[1, 2], oracles=(True, False))
    assert found == dict(zip(STAGES, (0.5, 1.0, 0.0, 0.0, 1.0, 1.0, 0.0), strict=True))


def test_tables_count_states_and_promises() -> None:
    stages = dict.fromkeys(STAGES, 1.0)
    states = [State("case1-clutter", 1, stages, [0.05, 0.95], [False, True])]
    assert [c.header for c in stages_table(states).columns][2:] == list(STAGES)
    assert promises_table(states).row_count == 2


@pytest.mark.slow
def test_a_scene_gives_the_same_twice(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pushes, "DRAWN", 2)
    monkeypatch.setattr(pushes, "DEEP", 1)
    policy = pushes.RankingPolicy(pushes.read_ranking(pushes.shipped()))
    first, again = (list(pushes._states("case2-dense_clutter", pushes.FIRST_SEED, policy)) for _ in range(2))
    assert first == again
    assert len(first) == 1
    assert len(first[0].promised) == len(first[0].freed) > 3


def test_weights_that_are_none_are_told(tmp_path, capsys) -> None:
    file = tmp_path / "mine.safetensors"
    file.write_bytes(b"none")
    assert main(["bench", "--pushes", "--weights", str(file)]) == 2
    assert str(file) in capsys.readouterr().err
