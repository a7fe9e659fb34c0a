import numpy as np
import pytest

torch = pytest.importorskip("torch")

from pg4da.policies.actor_critic.network import ActorCritic, ActorCriticShape  # noqa: E402
from pg4da.policies.avn.checkpoints import save_avn  # noqa: E402
from pg4da.policies.avn.errors import WeightsError  # noqa: E402
from pg4da.policies.avn.files import read_weights, write_weights  # noqa: E402
from pg4da.policies.avn.network import Avn  # noqa: E402
from pg4da.policies.avn.shape import TINY  # noqa: E402
from pg4da.policies.learned.places import places  # noqa: E402
from pg4da.policies.learned.policy import learned_policy  # noqa: E402
from pg4da.policies.learned.torch_network import TorchNetwork  # noqa: E402
from pg4da.policies.learned.weights import load_policy, save_policy  # noqa: E402
from pg4da.policies.learned.window import WINDOW, Window  # noqa: E402

SMALL = ActorCriticShape(middle=12, cells=(8, 8), turns=(8, 8), worth=(8, 8))


def networks(maps=0):
    torch.manual_seed(5)
    shape = ActorCriticShape(maps, SMALL.middle, SMALL.cells, SMALL.turns, SMALL.worth)
    avn, actor = Avn(TINY), ActorCritic(shape)
    for last in (actor.cells[-1], actor.turns[-1], actor.worth[-1]):
        torch.nn.init.normal_(last.weight)
    return avn, actor


@pytest.fixture
def scene(table):
    return table.observe([table.target(0.1, 0.5, 0.03, 0.05), table.block(0.16, 0.5, 0.045, 0.045)])


@pytest.mark.parametrize("maps", [0, 2])
def test_policy_comes_back_with_the_same_opinion(tmp_path, scene, maps):
    avn, actor = networks(maps)
    save_policy(tmp_path / "p.safetensors", avn, actor, {"seed": 3})
    before = TorchNetwork(avn, actor).look(scene, places(scene))
    after = load_policy(tmp_path / "p.safetensors").look(scene, places(scene))
    assert np.array_equal(before.scores, after.scores)
    assert np.array_equal(before.chances((28, 33)), after.chances((28, 33)))
    assert before.value == after.value
    assert read_weights(tmp_path / "p.safetensors").header["training"] == '{"seed": 3}'


def test_half_precision_changes_little(tmp_path, scene):
    avn, actor = networks()
    save_policy(tmp_path / "p.safetensors", avn, actor, {}, half=True)
    whole = TorchNetwork(avn, actor).look(scene, places(scene)).scores
    half = load_policy(tmp_path / "p.safetensors").look(scene, places(scene)).scores
    seen = np.isfinite(whole)
    assert half[seen] == pytest.approx(whole[seen], abs=0.01 * float(np.ptp(whole[seen])) + 1e-3)


def test_opinion_covers_a_window_round_the_target(scene):
    found = TorchNetwork(*networks()).look(scene, places(scene))
    rows, cols = np.nonzero(np.isfinite(found.scores))
    assert (np.ptp(rows) + 1, np.ptp(cols) + 1) == (WINDOW, WINDOW)
    assert (
        places(scene).push[rows.min() : rows.max() + 1, cols.min() : cols.max() + 1].sum() == places(scene).push.sum()
    )
    assert found.chances((28, 33)).sum() == pytest.approx(1.0)
    with pytest.raises(ValueError, match="outside the window"):
        found.chances((0, 0))


def test_window_is_pushed_inwards_at_the_edge(table):
    window = Window.round(places(table.observe([table.target(0.45, 0.95, 0.045, 0.045)])))
    assert (window.top, window.left) == (0, 56 - WINDOW)


def test_decisions_are_the_same_again(tmp_path, scene):
    save_policy(tmp_path / "p.safetensors", *networks(2), {})
    policy = learned_policy(tmp_path / "p.safetensors")
    a, b = (policy.decide(scene, np.random.default_rng(k)) for k in (0, 1))
    assert [c.reason for c in a.candidates] == [c.reason for c in b.candidates]
    assert np.array_equal(a.score_map, b.score_map)


def test_other_files_are_refused(tmp_path):
    avn, actor = networks()
    save_avn(tmp_path / "a.safetensors", avn)
    with pytest.raises(WeightsError, match=r"not the weights of a whole policy .*angle-view network"):
        learned_policy(tmp_path / "a.safetensors")
    save_policy(tmp_path / "p.safetensors", avn, actor, {})
    stored = read_weights(tmp_path / "p.safetensors")
    lacking = {k: v for k, v in stored.tensors.items() if k != "actor_critic.turns.0.bias"}
    write_weights(tmp_path / "l.safetensors", lacking, stored.header)
    with pytest.raises(WeightsError, match=r"lacks turns.0.bias"):
        load_policy(tmp_path / "l.safetensors")
    write_weights(tmp_path / "m.safetensors", stored.tensors | {"planner.w": torch.zeros(1)}, stored.header)
    with pytest.raises(WeightsError, match=r"has besides planner.w"):
        load_policy(tmp_path / "m.safetensors")
    wider = stored.header | {"actor_critic": '{"maps":2,"middle":12,"cells":[8,8],"turns":[8,8],"worth":[8,8]}'}
    write_weights(tmp_path / "w.safetensors", stored.tensors, wider)
    with pytest.raises(WeightsError, match=r"trunk.0.weight has shape"):
        load_policy(tmp_path / "w.safetensors")
    write_weights(tmp_path / "h.safetensors", stored.tensors, {"format": stored.header["format"]})
    with pytest.raises(WeightsError, match="what the networks are like"):
        load_policy(tmp_path / "h.safetensors")
