import pytest

torch = pytest.importorskip("torch")

from safetensors.torch import save_file  # noqa: E402

from pg4da.policies.actor_critic.network import ActorCritic, ActorCriticShape  # noqa: E402
from pg4da.policies.avn.errors import WeightsError  # noqa: E402
from pg4da.policies.avn.network import Avn  # noqa: E402
from pg4da.policies.avn.shape import TINY  # noqa: E402
from pg4da.policies.learned.from_file import policy_from_file, stored_format  # noqa: E402
from pg4da.policies.learned.policy import LearnedPolicy  # noqa: E402
from pg4da.policies.learned.weights import save_policy  # noqa: E402
from pg4da.policies.ranking.policy import RankingPolicy  # noqa: E402
from pg4da.policies.ranking.weights import shipped  # noqa: E402

SMALL = ActorCriticShape(middle=12, cells=(8, 8), turns=(8, 8), worth=(8, 8), sharpness=7.0)


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "policy.safetensors"
    save_policy(path, Avn(TINY), ActorCritic(SMALL), {"seed": 1})
    return path


def test_a_policy_of_ppo_is_known_by_its_header(file):
    assert stored_format(file) == "pg4da policy 1"
    policy = policy_from_file("pg4da", file)
    assert isinstance(policy, LearnedPolicy)
    assert (policy.name, policy_from_file("pg4da-single-arm", file).name) == ("pg4da", "pg4da-single-arm")
    assert policy.network.actor_critic.shape.sharpness == 7.0


def test_a_ranking_is_known_by_its_header():
    policy = policy_from_file("pg4da-single-arm", shipped())
    assert isinstance(policy, RankingPolicy)
    assert (policy.name, policy.arms) == ("pg4da-single-arm", 1)


def test_a_ranking_of_another_version_is_refused(tmp_path):
    older = tmp_path / "ranking.safetensors"
    save_file({"a": torch.zeros(2)}, older, {"format": "pg4da ranking 1"})
    with pytest.raises(WeightsError, match=r"holds 'pg4da ranking 1', this version reads '.*': train it anew"):
        policy_from_file("pg4da", older)


def test_what_is_no_policy_is_refused(file, tmp_path):
    with pytest.raises(WeightsError, match="'geometric' has no weights; those that have: pg4da, pg4da-single-arm"):
        policy_from_file("geometric", file)
    foreign = tmp_path / "foreign.safetensors"
    save_file({"a": torch.zeros(2)}, foreign, {"format": "something else"})
    with pytest.raises(WeightsError, match="its header says: something else"):
        policy_from_file("pg4da", foreign)
    save_file({"a": torch.zeros(2)}, foreign)
    with pytest.raises(WeightsError, match="no format of ours"):
        policy_from_file("pg4da", foreign)
    with pytest.raises(WeightsError, match="cannot be read"):
        policy_from_file("pg4da", tmp_path / "none.safetensors")


@pytest.mark.parametrize("keep", [0, 4, 100, -1000])
def test_files_cut_short_are_refused(file, keep):
    content = file.read_bytes()
    file.write_bytes(content[:keep])
    with pytest.raises(WeightsError, match="not a whole safetensors file"):
        policy_from_file("pg4da", file)
