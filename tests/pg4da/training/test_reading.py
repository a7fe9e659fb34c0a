import pytest

from pg4da.errors import BadInput
from pg4da.training.config import TrainingConfig
from pg4da.training.reading import read_config, stored_config


def read(tmp_path, text):
    file = tmp_path / "mine.yaml"
    file.write_text(text)
    return read_config(file)


def test_what_is_not_said_is_as_usual(tmp_path):
    config = read(tmp_path, "seed: 4\nppo: {rate: 0.001}\ngrasp: {decisions: 50, scenes: all-cases}\n")
    assert (config.seed, config.ppo.rate, config.grasp.decisions) == (4, 0.001, 50)
    assert config.push_grasp == TrainingConfig().push_grasp
    assert config.ppo.clip == TrainingConfig().ppo.clip


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("seed: -3", "mine.yaml:1:7: training.seed: should be greater than or equal to 0, got -3"),
        ("ppo:\n  stepz: 4", "mine.yaml:2:3: unknown key of ppo 'stepz'; did you mean 'steps'?"),
        ("ppo:\n  rate: fast", "mine.yaml:2:9: training.ppo.rate: should be a valid number, got 'fast'"),
        ("ppo: {discount: 0.9}", "with discount 0.9, lifted must be at least 9"),
        ("gasp: 3", "mine.yaml:1:1: unknown key 'gasp' of training; did you mean 'grasp'?"),
        ("avn: {shape: huge}", "shape 'huge': expected one of published"),
        ("push_grasp: {decisions: 9, scenes: heap}", "training.push_grasp.scenes: should be 'strewn'"),
        ("seed: 1\nseed: 2", "mine.yaml:2:1: duplicate key 'seed'"),
        ("just words", "a training file must be a mapping"),
        ("network: {middle: 100}", "should be a multiple of 6"),
    ],
)
def test_what_is_wrong_is_told_with_its_place(tmp_path, text, told):
    with pytest.raises(BadInput) as error:
        read(tmp_path, text)
    assert told in str(error.value)


def test_all_problems_at_once(tmp_path):
    with pytest.raises(BadInput) as error:
        read(tmp_path, "seed: -3\nppo:\n  stepz: 4\n  rate: fast\n")
    assert len(str(error.value).splitlines()) == 3


def test_settings_come_back_from_a_checkpoint(tmp_path):
    config = read(tmp_path, "seed: 4\nweights: a/b.safetensors\nppo: {rate: 0.001}\n")
    assert stored_config({"config": config.model_dump(mode="json")}, tmp_path) == config


def test_settings_from_before_there_were_some_mean_what_they_meant_then(tmp_path):
    config = read(tmp_path, "seed: 4\n")
    told = config.model_dump(mode="json")
    for key in ("gain", "turning", "trust"):
        del told["network"][key]
    network = stored_config({"config": told}, tmp_path).network
    assert (network.gain, network.turning, network.trust) == (1.0, 1.0, 0.0)
    assert config.network.gain != 1.0


def test_settings_of_another_version_are_refused(tmp_path):
    with pytest.raises(BadInput, match="its settings can't be used here: warp"):
        stored_config({"config": {"warp": 9}}, tmp_path)
