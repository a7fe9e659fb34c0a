"""What all episodes of an evaluation share."""

from __future__ import annotations

import hashlib
import subprocess
from dataclasses import asdict, dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class Settings:
    """timestep [s] of the physics, None for the cell's own. target_line: 1-based, for files that name no target.

    weights: a file for the policy in place of its own, with the digest of its bytes.
    """

    policy: str
    mission: str = "trees/retrieve.yaml"
    cell: str = "sim"
    seed: int = 0
    objects_dir: str | None = None
    target_line: int | None = None
    camera_noise: bool = False
    timestep: float | None = None
    weights: str | None = None
    weights_digest: str | None = None

    def to_json(self) -> dict[str, Any]:
        """Without the weights where there are none of one's own."""
        told = asdict(self)
        return told if self.weights else {k: v for k, v in told.items() if not k.startswith("weights")}


def digest(file: Path) -> str:
    """Of a file's bytes, empty where it can't be read, which is told when it is used."""
    try:
        return hashlib.sha256(file.read_bytes()).hexdigest()[:16]
    except OSError:
        return ""


def code_version() -> str:
    """The package's version, with the commit when it runs from a checkout (and "dirty" when that was changed)."""
    package = version("pg4da")
    root = Path(__file__).resolve().parents[2]
    if not (root / ".git").exists():
        return package
    command = ["git", "-C", str(root), "describe", "--always", "--dirty=.dirty", "--exclude=*"]
    try:
        described = subprocess.run(command, capture_output=True, text=True, timeout=10)
    except (OSError, subprocess.TimeoutExpired):
        return package
    return f"{package}+{described.stdout.strip()}" if described.returncode == 0 else package
