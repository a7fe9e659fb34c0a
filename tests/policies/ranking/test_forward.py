"""The network computed with numpy is the network computed with torch."""

import numpy as np
import pytest
import torch

from pg4da.policies.ranking.crops import CHANNELS, SIDE
from pg4da.policies.ranking.forward import Forward
from pg4da.policies.ranking.network import Ranker
from pg4da.policies.ranking.numbers import AHEAD, OUTPUTS, STATE
from pg4da.policies.ranking.weights import expected_shapes

COUNT = 37  # more than one batch


@pytest.fixture
def net() -> Ranker:
    torch.manual_seed(3)
    return Ranker().eval()


def test_shapes_are_those_expected(net):
    assert {k: tuple(v.shape) for k, v in net.state_dict().items()} == expected_shapes()


def test_both_give_the_same(net):
    rng = np.random.default_rng(0)
    pictures = rng.normal(size=(COUNT, CHANNELS, SIDE, SIDE)).astype(np.float32)
    state = rng.normal(size=(COUNT, STATE)).astype(np.float32)
    ahead = rng.normal(size=(COUNT, AHEAD)).astype(np.float32)
    forward = Forward({k: v.numpy() for k, v in net.state_dict().items()})
    embedded = forward.embedded(pictures)
    with torch.no_grad():
        quick, sure = net(torch.from_numpy(pictures), torch.from_numpy(state), torch.from_numpy(ahead))
    assert quick.shape == (COUNT, OUTPUTS)
    assert np.abs(forward.quick(embedded, state) - quick.numpy()).max() < 1e-5
    assert np.abs(forward.sure(embedded, state, ahead) - sure.numpy()).max() < 1e-5


def test_the_look_ahead_counts_in_one_head_alone(net):
    rng = np.random.default_rng(1)
    pictures = torch.from_numpy(rng.normal(size=(2, CHANNELS, SIDE, SIDE)).astype(np.float32))
    state, ahead = torch.zeros(2, STATE), torch.zeros(2, AHEAD)
    with torch.no_grad():
        quick, sure = net(pictures, state, ahead)
        quick_too, sure_too = net(pictures, state, ahead + 1)
    assert torch.equal(quick, quick_too)
    assert not torch.allclose(sure, sure_too)
