from math import log, pi

import pytest

torch = pytest.importorskip("torch")

from pg4da.policies.actor_critic.choice import NEVER, Masks  # noqa: E402
from pg4da.policies.actor_critic.gaussian import GaussianChoice, decoded  # noqa: E402


def test_density_worked_by_hand():
    it = GaussianChoice(torch.tensor([[0.0, 2.0]]), torch.tensor(log(2.0)))
    expected = -0.5 * (1.0 + 0.25) - 2 * log(2.0) - log(2 * pi)  # one spread off, and half of one
    assert it.log_prob(torch.tensor([[2.0, 3.0]])).item() == pytest.approx(expected)
    assert it.entropy().tolist() == pytest.approx([log(2.0) + 0.5 * log(2 * pi) + 0.5])


def test_samples_have_the_mean_and_spread():
    it = GaussianChoice(torch.full((1, 20000), 3.0), torch.tensor(log(0.5)))
    action = it.sample(torch.Generator().manual_seed(0))
    assert float(action.mean()) == pytest.approx(3.0, abs=0.02)
    assert float(action.std()) == pytest.approx(0.5, abs=0.02)


@pytest.fixture
def masks():
    grasp, push = torch.zeros(1, 6, dtype=torch.bool), torch.zeros(1, 6, dtype=torch.bool)
    grasp[0, :2], push[0, 2:5] = True, True
    return Masks(grasp, push, torch.eye(6, dtype=torch.bool))


def test_grasp_wins_a_tie_and_takes_the_orientation_that_both_like(masks):
    action = torch.zeros(1, 6 + 360)
    action[0, :6] = torch.tensor([1.0, 4.0, 4.0, 0.0, 0.0, 9.0])
    heat = torch.zeros(1, 360, 6)
    action[0, 6 + 5], heat[0, 5, 1], heat[0, 8, 1], heat[0, 9, 0] = 1.0, 1.0, 1.5, 99.0
    found = decoded(action, masks, heat, 2)
    assert (found.cells.tolist(), found.orientation.tolist()) == ([[1, NEVER]], [5])


def test_push_takes_its_best_cells(masks):
    action = torch.zeros(1, 6 + 360)
    action[0, :6] = torch.tensor([1.0, 4.0, 4.5, 0.0, 3.0, 9.0])
    found = decoded(action, masks, torch.zeros(1, 360, 6), 4)
    assert (found.cells.tolist(), found.orientation.tolist()) == ([[2, 4, 3, NEVER]], [NEVER])
