"""The stage that trains the ranking: rounds, what is kept when it goes on, what each round is given."""

import sys
from dataclasses import dataclass

import pytest

pytest.importorskip("torch")

from pg4da.commands.main import main
from pg4da.policies.ranking.weights import read_ranking
from pg4da.sim.training.push_bank import make_push_bank, push_files
from pg4da.training import pushes
from pg4da.training.config import PushesConfig, TrainingConfig
from pg4da.training.rows import read_rows

SETTINGS = """
pushes: {scenes: 2, rounds: 2}
ranking: {epochs: 1, rehearsals: 1, batch: 8}
"""


@dataclass
class Told:
    """As much of a run as the seeds depend on."""

    config: TrainingConfig


@pytest.mark.parametrize(("scenes", "rounds", "shares"), [(6, 3, [2, 2, 2]), (7, 3, [3, 2, 2]), (2, 3, [1, 1, 0])])
def test_rounds_share_the_scenes_and_none_is_in_two(scenes, rounds, shares):
    run = Told(TrainingConfig(seed=1, pushes=PushesConfig(scenes=scenes, rounds=rounds)))
    seeds = [pushes.seeds_of(run, number) for number in range(1, rounds + 1)]
    assert [len(each) for each in seeds] == shares
    every = [seed for each in seeds for seed in each]
    assert every == list(range(every[0], every[0] + scenes))


@pytest.mark.slow
def test_the_second_round_is_given_what_the_first_learnt_and_going_on_makes_only_what_is_missing(tmp_path, monkeypatch):
    given = []

    def watched(folder, seeds, workers, weights, device):
        given.append((seeds, weights))
        return make_push_bank(folder, seeds, workers, weights, device)

    monkeypatch.setattr(pushes, "make_push_bank", watched)
    (tmp_path / "settings.yaml").write_text(SETTINGS)
    out = tmp_path / "out"
    assert main(["train", "ranking", "--config", str(tmp_path / "settings.yaml"), "--out", str(out)]) == 0
    folder = out / "ranking"
    first = folder / "ranking-round-1.safetensors"
    assert [weights for _, weights in given] == [None, first]
    assert [row["done"] for row in read_rows(folder / "bank")] == [1.0, 2.0]
    kept = {file: file.read_bytes() for file in [first, *push_files(folder / "bank")]}
    whole = (folder / "ranking.safetensors").read_bytes()
    read_ranking(folder / "ranking.safetensors")

    (folder / "ranking.safetensors").unlink()
    assert main(["train", "ranking", "--resume", "--out", str(out)]) == 0
    assert {file: file.read_bytes() for file in kept} == kept
    assert (folder / "ranking.safetensors").read_bytes() == whole


def test_a_device_that_is_not_there_is_told_in_one_line_before_anything_is_written(tmp_path, capsys):
    (tmp_path / "settings.yaml").write_text("pushes: {device: 'cuda:99'}\n")
    asked = ["train", "ranking", "--config", str(tmp_path / "settings.yaml"), "--out", str(tmp_path / "out")]
    assert main(asked) == 2
    told = capsys.readouterr().err.strip()
    assert "pushes.device: mujoco-warp: there is no device 'cuda:99'" in told
    assert "Traceback" not in told
    assert not (tmp_path / "out").exists()


def test_a_package_that_is_missing_is_told_in_one_line(tmp_path, capsys, monkeypatch):
    monkeypatch.setitem(sys.modules, "warp", None)
    (tmp_path / "settings.yaml").write_text("pushes: {device: cpu}\n")
    asked = ["train", "ranking", "--config", str(tmp_path / "settings.yaml"), "--out", str(tmp_path / "out")]
    assert main(asked) == 2
    told = capsys.readouterr().err.strip().splitlines()
    assert len(told) == 1
    assert "pip install 'pg4da[warp]'" in told[0]
