"""The examples run as they are printed."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest


@pytest.mark.slow
def test_embedding_the_subtree(repository: Path, tmp_path: Path) -> None:
    command = [sys.executable, str(repository / "examples" / "embed.py"), "packed1"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    lines = done.stdout.splitlines()
    assert lines[0].startswith("motion 1: ")
    assert lines[-1].startswith("success {'held': True")
