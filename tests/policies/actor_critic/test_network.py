import pytest

torch = pytest.importorskip("torch")

from pg4da.policies.actor_critic.network import ActorCritic, ActorCriticShape  # noqa: E402


@pytest.fixture
def network():
    torch.manual_seed(0)
    return ActorCritic()


def test_both_together_are_small(network):
    assert sum(p.numel() for p in network.parameters()) == pytest.approx(0.75e6, rel=0.05)


def test_heads_of_a_window(network):
    heads = network(torch.rand(2, 360, 24, 20))
    assert heads.scores.shape == (2, 24, 20)
    assert heads.hidden.shape == (2, 360, 24, 20)
    assert heads.value.shape == (2,)


def test_before_training_all_cells_are_alike_and_orientations_are_the_avn_s(network):
    x = torch.rand(2, 360, 8, 8)
    heads = network(x)
    assert float(heads.scores.detach().abs().max()) == 0.0
    assert float(heads.value.detach().abs().max()) == 0.0
    cell = torch.tensor([9, 63])
    raw = network.orientation(x, heads.hidden, cell)
    assert raw[0].argmax() == x[0, :, 1, 1].argmax()
    assert torch.allclose(raw[1], torch.log_softmax(x[1, :, 7, 7], 0))


def test_further_maps_widen_the_input_but_not_the_opinion():
    network = ActorCritic(ActorCriticShape(maps=2))
    x = torch.rand(1, 362, 8, 8)
    heads = network(x)
    raw = network.orientation(x, heads.hidden, torch.tensor([0]))
    assert torch.allclose(raw[0], torch.log_softmax(x[0, :360, 0, 0], 0))


def test_every_weight_has_a_say(network):
    for last in (network.cells[-1], network.turns[-1], network.worth[-1]):
        torch.nn.init.normal_(last.weight)
    x = torch.rand(2, 360, 6, 6)
    heads = network(x)
    raw = network.orientation(x, heads.hidden, torch.tensor([3, 20]))
    (heads.scores.square().sum() + heads.value.square().sum() + raw.square().sum()).backward()
    assert [n for n, p in network.named_parameters() if p.grad is None or not bool(p.grad.abs().sum() > 0)] == []


def test_a_cell_is_seen_from_five_by_five_around_it_and_no_farther(network):
    torch.nn.init.normal_(network.cells[-1].weight)
    network.trunk[1] = network.trunk[5] = torch.nn.Identity()  # the norms mix the whole window
    x = torch.rand(1, 360, 11, 11, requires_grad=True)
    network(x).scores[0, 5, 5].backward()
    touched = x.grad[0].abs().sum(dim=0) > 0
    assert touched[3:8, 3:8].all()
    assert int(touched.sum()) == 25


def test_shape_survives_its_header_and_refuses_others():
    shape = ActorCriticShape(maps=2, middle=60)
    assert ActorCriticShape.from_dict(shape.to_dict()) == shape
    for wrong in ({}, {**shape.to_dict(), "depth": 3}, {**shape.to_dict(), "cells": [1]}):
        with pytest.raises(ValueError, match="actor-critic"):
            ActorCriticShape.from_dict(wrong)


def test_a_cell_with_a_sure_grasp_is_leant_to_and_one_without_away_from():
    network = ActorCritic(ActorCriticShape(trust=4.0))
    x = torch.full((1, 360, 1, 3), 0.1)
    x[0, 17, 0, :] = torch.tensor([0.9, 0.9, 0.3])
    grasp = torch.tensor([[True, False, True]])
    assert torch.allclose(network.lean(x, grasp), torch.tensor([[1.6, 0.0, -0.8]]))
    assert not ActorCritic().lean(x, grasp).any()


def test_gain_and_turning_scale_what_is_learnt_alone():
    torch.manual_seed(0)
    plain, scaled = ActorCritic(), ActorCritic(ActorCriticShape(gain=3.0, turning=0.5))
    for last in (plain.cells[-1], plain.turns[-1]):
        torch.nn.init.normal_(last.weight)
    scaled.load_state_dict(plain.state_dict())
    x, cell = torch.rand(1, 360, 4, 4), torch.tensor([5])
    one, other = plain(x), scaled(x)
    assert torch.allclose(other.scores, 3.0 * one.scores)
    opinion = torch.log_softmax(x.flatten(2)[..., 5], 1)
    learnt, half = (net.orientation(x, heads.hidden, cell) - opinion for net, heads in ((plain, one), (scaled, other)))
    assert torch.allclose(half, 0.5 * learnt, atol=1e-5)


def test_a_header_from_before_the_scales_reads_as_it_was_meant():
    old = ActorCriticShape(middle=12, sharpness=7.0).to_dict()
    for key in ("gain", "turning", "trust"):
        del old[key]
    assert ActorCriticShape.from_dict(old) == ActorCriticShape(middle=12, sharpness=7.0)


@pytest.mark.parametrize("bad", [{"trust": None}, {"gain": "fast"}, {"turning": float("nan")}, {"colour": 1}])
def test_a_misshapen_header_is_refused(bad):
    with pytest.raises(ValueError, match=r"not the shape of|could not convert"):
        ActorCriticShape.from_dict(ActorCriticShape().to_dict() | bad)
