"""The examples in a folder of their own, and the commands that their guide prints."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

Done = subprocess.CompletedProcess[str]
LONG = 300  # s on the wall, for a machine with other things to do


@pytest.fixture
def folder(repository: Path, tmp_path: Path) -> Path:
    """Holds `examples/`, as it is in the repository."""
    ignored = shutil.ignore_patterns("__pycache__", "build", "*.egg-info")
    shutil.copytree(repository / "examples", tmp_path / "examples", ignore=ignored)
    return tmp_path


@pytest.fixture
def environment() -> dict[str, str]:
    """The programs beside this interpreter come first, as in an activated environment."""
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', '')}"
    return {**os.environ, "PATH": path, "PYTHONDONTWRITEBYTECODE": "1", "COLUMNS": "200"}


@pytest.fixture
def printed(repository: Path) -> Callable[[str], list[str]]:
    """The commands of the guide's section with a number."""
    text = (repository / "examples" / "README.md").read_text()
    sections = dict(re.findall(r"^## (\d\d) .*?\n(.*?)(?=^## |\Z)", text, re.DOTALL | re.MULTILINE))

    def commands(number: str) -> list[str]:
        block = re.search(r"^```\n(.*?)^```", sections[number], re.DOTALL | re.MULTILINE)
        assert block is not None
        return block[1].splitlines()

    return commands


@pytest.fixture
def run(folder: Path, environment: dict[str, str]) -> Callable[..., Done]:
    """One command as a user would type it."""

    def run_command(command: str, **more: str) -> Done:
        return subprocess.run(
            shlex.split(command),
            cwd=folder,
            env={**environment, **more},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=LONG,
        )

    return run_command
