import os
import subprocess
import sys
from pathlib import Path

import pytest

torch = pytest.importorskip("torch")

from safetensors.torch import load_file  # noqa: E402

HERE = Path(__file__).parent


def torchrun(folder, *arguments):
    command = [
        "torch.distributed.run",
        "--standalone",
        "--nproc-per-node=2",
        str(HERE / "toy_torchrun.py"),
        str(folder),
    ]
    surroundings = {**os.environ, "PYTHONPATH": str(HERE), "OMP_NUM_THREADS": "1"}
    done = subprocess.run(
        [sys.executable, "-m", *command, *arguments], env=surroundings, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr[-3000:]
    return [load_file(folder / f"end{rank}.safetensors") for rank in range(2)]


@pytest.mark.slow
def test_two_processes_resume_and_learn_what_one_learns(tmp_path, monkeypatch):
    import toy_torchrun

    torchrun(tmp_path, "1", "1")
    first, second = torchrun(tmp_path, "1", "2", "resume")
    monkeypatch.setattr(sys, "argv", ["toy", str(tmp_path), "2", "2"])
    toy_torchrun.main()
    alone = load_file(tmp_path / "end0.safetensors")
    assert all(torch.equal(first[k], second[k]) for k in first)
    for name in alone:
        assert torch.allclose(first[name], alone[name], rtol=0, atol=1e-7), name
