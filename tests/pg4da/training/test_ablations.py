import json

import pytest

pytest.importorskip("torch")

from pg4da.policies.avn.checkpoints import save_avn
from pg4da.policies.avn.network import Avn
from pg4da.policies.avn.shape import TINY
from pg4da.policies.ppo.group import Group
from pg4da.training import ablations
from pg4da.training.config import TrainingConfig
from pg4da.training.rows import write_rows
from pg4da.training.stages import CHECKPOINT, POLICY, Run


@pytest.fixture
def run(tmp_path):
    save_avn(tmp_path / "avn.safetensors", Avn(TINY))
    return Run(TrainingConfig(weights=tmp_path / "avn.safetensors"), tmp_path / "out", Group())


@pytest.fixture
def practised(monkeypatch):
    """Stands in for hours of practice: notes each stage and leaves what a stage leaves."""
    done = []

    def practise(run, stage):
        done.append((run.out.name, stage, run.config.backbone, run.config.push_grasp.start, run.resume))
        folder = run.folder(stage)
        folder.mkdir(parents=True, exist_ok=True)
        (folder / CHECKPOINT).write_bytes(b"")
        if len(done) == 2:  # stopped in the middle of the second stage, the first time
            return False
        write_rows(folder, [{"done": 10.0, "reward": 0.2}, {"done": 20.0, "reward": 0.6}])
        (folder / POLICY).write_bytes(b"")
        return True

    monkeypatch.setattr(ablations, "practise", practise)
    return done


def test_four_ways_resumed_and_drawn(run, practised):
    assert not ablations.train_ablations(run)
    assert json.loads((run.out / "training.json").read_text())["weights"] == str(run.config.weights)
    assert ablations.train_ablations(Run(run.config, run.out, run.group, resume=True))
    assert practised == [
        ("two-stages-frozen", "grasp", "frozen", "grasp", False),
        ("two-stages-frozen", "push-grasp", "frozen", "grasp", False),
        ("two-stages-frozen", "push-grasp", "frozen", "grasp", True),
        ("two-stages-fine-tuned", "grasp", "fine-tuned", "grasp", False),
        ("two-stages-fine-tuned", "push-grasp", "fine-tuned", "grasp", False),
        ("one-stage-frozen", "push-grasp", "frozen", "nothing", False),
        ("one-stage-fine-tuned", "push-grasp", "fine-tuned", "nothing", False),
    ]
    assert (run.out / "ablations.png").stat().st_size > 5000
