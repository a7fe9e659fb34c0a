import pytest

torch = pytest.importorskip("torch")

from pg4da.policies.ppo.advantage import advantages, explained_variance  # noqa: E402
from pg4da.policies.ppo.loss import Judged, clipped_loss  # noqa: E402
from pg4da.policies.ppo.settings import PpoSettings  # noqa: E402


def test_without_a_discount_the_advantage_is_the_surprise():
    reward, value = torch.rand(4, 3), torch.rand(4, 3)
    found = advantages(reward, value, torch.rand(3), torch.rand(4, 3) < 0.3, 0.0, 0.95)
    assert torch.allclose(found, reward - value)


def test_advantage_worked_by_hand():
    reward, value = torch.tensor([[1.0], [2.0], [4.0]]), torch.tensor([[0.5], [1.0], [2.0]])
    goes_on = torch.zeros(3, 1, dtype=torch.bool)
    # last: 4 + 0.5·6 − 2 = 5; middle: 2 + 0.5·2 − 1 + 0.25·5 = 3.25; first: 1 + 0.5·1 − 0.5 + 0.25·3.25 = 1.8125
    found = advantages(reward, value, torch.tensor([6.0]), goes_on, 0.5, 0.5)
    assert found[:, 0].tolist() == [1.8125, 3.25, 5.0]


def test_nothing_counts_beyond_an_episode_s_end():
    reward, value = torch.tensor([[1.0], [2.0]]), torch.tensor([[0.5], [1.0]])
    ended = torch.tensor([[True], [False]])
    found = advantages(reward, value, torch.tensor([6.0]), ended, 0.5, 0.5)
    assert found[:, 0].tolist() == [0.5, 4.0]


def test_explained_variance():
    returns = torch.tensor([0.0, 1.0, 2.0, 3.0])
    assert explained_variance(returns, returns) == 1.0
    assert explained_variance(torch.full((4,), 1.5), returns) == 0.0
    assert explained_variance(returns, torch.ones(4)) == 0.0


def judged(log_prob):
    return Judged(log_prob, torch.zeros_like(log_prob), torch.zeros_like(log_prob))


def test_the_ratio_is_clipped_only_where_that_is_worse():
    settings = PpoSettings(clip=0.2, entropy=0.0, value=0.0)
    ratio = torch.tensor([1.5, 1.5, 0.5, 0.5], requires_grad=True)
    gain = torch.tensor([1.0, -1.0, 1.0, -1.0])
    loss = clipped_loss(judged(ratio.log()), torch.zeros(4), gain, torch.zeros(4), settings)
    assert loss.policy.item() == pytest.approx(-(1.2 - 1.5 + 0.5 - 0.8) / 4)
    loss.total.backward()
    assert ratio.grad.tolist() == pytest.approx([0.0, 0.25, -0.25, 0.0])
    assert loss.clipped.item() == 1.0


def test_divergence_is_nought_only_where_nothing_changed():
    same = clipped_loss(
        judged(torch.tensor([-1.0, -2.0])), torch.tensor([-1.0, -2.0]), torch.ones(2), torch.ones(2), PpoSettings()
    )
    other = clipped_loss(
        judged(torch.tensor([-1.5, -1.5])), torch.tensor([-1.0, -2.0]), torch.ones(2), torch.ones(2), PpoSettings()
    )
    assert same.divergence.item() == 0.0
    assert other.divergence.item() > 0.05


@pytest.mark.parametrize(
    ("numbers", "said"),
    [
        ({"steps": 30, "minibatches": 4}, "multiple"),
        ({"steps": 0}, "at least 1"),
        ({"discount": 1.0}, "discount"),
        ({"discount": 0.9, "lifted": 8.0}, "at least 9"),
    ],
)
def test_numbers_that_cannot_be_are_refused(numbers, said):
    with pytest.raises(ValueError, match=said):
        PpoSettings(**numbers)
