"""The loss of the ranking on cases worked by hand."""

import numpy as np
import pytest
import torch

from pg4da.policies.ranking.numbers import OUTPUTS
from pg4da.sim.training.ranking_loss import MUCH, misplaced, misses


def figures(*left: float) -> torch.Tensor:
    out = torch.zeros((len(left), OUTPUTS))
    out[:, 1] = torch.tensor(left)
    return out


def test_the_right_differences_within_each_state_cost_nothing():
    state = torch.tensor([0, 0, 1, 1])
    cost = misplaced(figures(1.0, 2.0, 0.0, 3.0), figures(4.0, 5.0, 1.0, 4.0), state)
    assert cost.item() == pytest.approx(0.0, abs=1e-6)


def test_what_can_not_tell_two_pushes_apart_costs_their_divergence_from_halves():
    gap = MUCH * np.log(3.0)  # the better push gets three quarters
    cost = misplaced(figures(0.0, 0.0), figures(0.0, gap), torch.tensor([0, 0]))
    assert cost.item() == pytest.approx(0.75 * np.log(1.5) + 0.25 * np.log(0.5), abs=1e-6)


def test_a_state_alone_with_one_push_has_nothing_to_choose():
    cost = misplaced(figures(0.0, 7.0), figures(3.0, 1.0), torch.tensor([0, 1]))
    assert cost.item() == pytest.approx(0.0, abs=1e-6)


def test_the_gradient_moves_the_better_push_forward():
    found = figures(0.0, 0.0).requires_grad_()
    misplaced(found, figures(0.0, 2.0), torch.tensor([0, 0])).backward()
    assert found.grad is not None
    assert found.grad[0, 1] > 0 > found.grad[1, 1]
    assert not found.grad[:, [0, 2, 3, 4]].any()


def test_misses_by_hand():
    wanted = torch.tensor([[1.0, 2.0, 0.5, 0.5, 0.0]])
    found = torch.tensor([[0.0, 4.0, 0.0, 0.5, 0.0]])
    free = lost = np.log(2.0)
    assert misses(found, wanted).item() == pytest.approx(free + 0.4 * 1.5 + 0.5 * 0.125 + 0.2 * lost, abs=1e-6)
