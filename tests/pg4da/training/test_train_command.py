import json
import os
import signal
import subprocess
import sys
import time

import pytest

torch = pytest.importorskip("torch")

from pg4da.commands.main import main  # noqa: E402
from pg4da.policies.avn.checkpoints import save_avn  # noqa: E402
from pg4da.policies.avn.network import Avn  # noqa: E402
from pg4da.policies.avn.shape import TINY  # noqa: E402
from pg4da.training.rows import read_rows  # noqa: E402

SETTINGS = """
weights: {weights}
environments: 2
network: {{middle: 12}}
ppo: {{steps: 4, minibatches: 2, epochs: 1}}
grasp: {{decisions: {grasp}, scenes: strewn}}
push_grasp: {{decisions: 8, scenes: strewn}}
"""


@pytest.fixture
def settings(tmp_path):
    torch.manual_seed(1)
    save_avn(tmp_path / "avn.safetensors", Avn(TINY))

    def write(grasp=16):
        file = tmp_path / "training.yaml"
        file.write_text(SETTINGS.format(weights=tmp_path / "avn.safetensors", grasp=grasp))
        return str(file)

    return write


@pytest.mark.slow
def test_both_stages_and_what_they_leave(tmp_path, settings, capsys):
    out = tmp_path / "out"
    assert main(["train", "grasp", "--config", settings(), "--out", str(out)]) == 0
    assert main(["train", "push-grasp", "--out", str(out)]) == 0  # with the settings of the folder
    assert [row["done"] for row in read_rows(out / "grasp")] == [8.0, 16.0]
    for stage in ("grasp", "push-grasp"):
        names = {path.name for path in (out / stage).iterdir()}
        assert {"checkpoint.safetensors", "policy.safetensors", "report.html", "log.txt", "examples"} <= names
        assert list((out / stage / "examples").glob("*.png"))
        assert list((out / stage / "events").iterdir())  # TensorBoard's
    assert main(["train", "grasp", "--out", str(out)]) == 2
    assert "holds a training already; --resume goes on with it" in capsys.readouterr().err


@pytest.mark.slow
def test_ctrl_c_saves_and_resuming_gives_the_same_rows(tmp_path, settings):
    whole, part = tmp_path / "whole", tmp_path / "part"
    assert main(["train", "grasp", "--config", settings(24), "--out", str(whole)]) == 0
    command = [sys.executable, "-c", "from pg4da.commands.main import main; import sys; sys.exit(main())"]
    process = subprocess.Popen([*command, "train", "grasp", "--config", settings(24), "--out", str(part)])
    curve = part / "grasp" / "curve.jsonl"
    begun = time.monotonic()
    while not (curve.is_file() and curve.read_text()) and time.monotonic() - begun < 120:
        time.sleep(0.05)
    os.kill(process.pid, signal.SIGINT)
    assert process.wait(60) == 130
    assert len(read_rows(part / "grasp")) in (1, 2)
    assert main(["train", "grasp", "--resume", "--out", str(part)]) == 0
    assert (part / "grasp" / "curve.jsonl").read_text() == (whole / "grasp" / "curve.jsonl").read_text()


def refused(words, capsys):
    assert main(["train", *words]) == 2
    return capsys.readouterr().err


def test_bad_input_is_told_and_nothing_is_written(tmp_path, settings, capsys, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "bad.yaml").write_text("ppo:\n  stepz: 3\n")
    (tmp_path / "weights.yaml").write_text("weights: none.safetensors\n")
    (tmp_path / "foreign.yaml").write_text("weights: bad.yaml\n")
    good = settings()
    assert "bad.yaml:2:3: unknown key of ppo 'stepz'" in refused(["grasp", "--config", "bad.yaml"], capsys)
    assert "nowhere.yaml:1:1: cannot be read" in refused(["grasp", "--config", "nowhere.yaml"], capsys)
    assert "none.safetensors: no such file" in refused(["grasp", "--config", "weights.yaml"], capsys)
    assert "bad.yaml: holds more than tensors and is not unpickled" in refused(
        ["grasp", "--config", "foreign.yaml"], capsys
    )
    assert "invalid choice: 'gasp'" in refused(["gasp"], capsys)
    assert "holds no training to go on with" in refused(["grasp", "--resume"], capsys)
    assert "--seed -1" in refused(["grasp", "--seed", "-1"], capsys)
    told = refused(["push-grasp", "--config", good, "--out", "new"], capsys)
    assert "run `pg4da train grasp --out new` first" in told
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        "avn.safetensors", "bad.yaml", "foreign.yaml", "training.yaml", "weights.yaml",
    ]  # fmt: skip


def test_printed_settings_can_be_read_again(tmp_path, capsys):
    assert main(["train", "all", "--print-config"]) == 0
    file = tmp_path / "printed.yaml"
    file.write_text(capsys.readouterr().out)
    assert main(["train", "all", "--print-config", "--config", str(file)]) == 0
    assert capsys.readouterr().out == file.read_text()


def test_what_is_left_out_of_a_section_keeps_its_default(tmp_path, capsys):
    file = tmp_path / "short.yaml"
    file.write_text("grasp: {decisions: 64}\npush_grasp: {start: nothing}\n")
    assert main(["train", "all", "--print-config", "--config", str(file)]) == 0
    told = capsys.readouterr().out
    assert "grasp:\n  decisions: 64\n  scenes: strewn" in told
    assert "push_grasp:\n  decisions: 12000\n  scenes: simple-clutter\n  start: nothing" in told


def test_a_torn_checkpoint_is_refused(tmp_path, settings, capsys):
    out = tmp_path / "out"
    (out / "grasp").mkdir(parents=True)
    from pathlib import Path

    from pg4da.training.reading import read_config

    config = read_config(Path(settings()))
    (out / "training.json").write_text(json.dumps(config.model_dump(mode="json")))
    (out / "grasp" / "checkpoint.safetensors").write_bytes(b"torn")
    assert "not a whole safetensors file" in refused(["grasp", "--resume", "--out", str(out)], capsys)
    (out / "training.json").write_text("{")
    assert "training.json: can't be read" in refused(["grasp", "--resume", "--out", str(out)], capsys)
