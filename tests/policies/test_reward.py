from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pg4da.policies.reward import HIGH, LOW, Standing, fuzzy_reward, push_succeeded


@pytest.mark.parametrize(
    ("isolation", "push", "failed_push", "grasp", "failed_grasp"),
    [
        (0.0, 1.0, 0.5, 0.0, 0.0),
        (0.29, 1.0, 0.5, 0.0, 0.0),
        (0.3, 1.0, 0.5, 1.0, 0.25),
        (0.4, 1.0, 0.4375, 1.0, 0.3125),
        (0.5, 1.0, 0.375, 1.0, 0.375),
        (0.6, 1.0, 0.3125, 1.0, 0.4375),
        (0.7, 1.0, 0.25, 1.0, 0.5),
        (0.71, 0.0, 0.0, 1.0, 0.5),
        (1.0, 0.0, 0.0, 1.0, 0.5),
    ],
)
def test_values_of_the_figure(isolation, push, failed_push, grasp, failed_grasp):
    found = [fuzzy_reward(m, s, isolation) for m in ("push", "grasp") for s in (True, False)]
    assert found == pytest.approx([push, failed_push, grasp, failed_grasp])


@given(st.floats(0, 1), st.sampled_from(["push", "grasp"]))
def test_success_never_earns_less_and_all_rewards_lie_in_range(isolation, motion):
    success, failure = fuzzy_reward(motion, True, isolation), fuzzy_reward(motion, False, isolation)
    assert 0.0 <= failure <= success <= 1.0


@given(st.floats(LOW, HIGH), st.floats(LOW, HIGH))
def test_between_the_limits_failed_grasps_earn_more_and_failed_pushes_less_as_the_target_gets_freer(a, b):
    low, high = min(a, b), max(a, b)
    assert fuzzy_reward("push", False, low) >= fuzzy_reward("push", False, high)
    assert fuzzy_reward("grasp", False, low) <= fuzzy_reward("grasp", False, high)


@pytest.mark.parametrize("isolation", [-0.01, 1.01, float("nan")])
def test_no_isolation_rate(isolation):
    with pytest.raises(ValueError, match="isolation rate"):
        fuzzy_reward("push", True, isolation)


def test_push_succeeds_by_more_room_or_more_to_see():
    before = Standing(0.25, 0.5)
    assert push_succeeded(before, Standing(0.375, 0.5))
    assert push_succeeded(before, Standing(0.0, 0.625))
    assert not push_succeeded(before, Standing(0.34, 0.59))
    assert not push_succeeded(before, before)
    assert not push_succeeded(before, Standing(1.0, 1.0), in_bounds=False)


def test_standing_of_an_observation(table):
    seen = table.observe([table.target(0, 0.5, 0.045, 0.045)], visible=0.75)
    assert Standing.of(seen) == Standing(1.0, 0.75)
    assert Standing.of(replace(seen, target_mask=np.zeros_like(seen.target_mask))) == Standing(0.0, 0.0)
