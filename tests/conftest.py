"""Shared by all tests: the installed package is what is tested, and where the published scenes are."""

from __future__ import annotations

import os
import signal
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]

# The repository's folders (skills, policies, …) must not be importable under their bare names here either.
sys.path[:] = [entry for entry in sys.path if Path(entry or ".").resolve() != ROOT]

# A shell that starts the tests in the background leaves these ignored, and so would every process that a test starts.
signal.signal(signal.SIGINT, signal.default_int_handler)
signal.signal(signal.SIGHUP, signal.SIG_DFL)


def find_official_scenes() -> Path | None:
    """The published scenes, or None: PG4DA_OFFICIAL_SCENES, else beside the repository."""
    named = os.environ.get("PG4DA_OFFICIAL_SCENES")
    folder = Path(named) if named else ROOT.parent / "shared" / "scenes" / "official"
    return folder if folder.is_dir() else None


@pytest.fixture(scope="session")
def official_scenes() -> Path:
    """The published scenes; tests that ask for them are skipped where they are absent."""
    folder = find_official_scenes()
    if folder is None:
        pytest.skip("the published scenes are not here: set PG4DA_OFFICIAL_SCENES to their folder")
    return folder


@pytest.fixture(scope="session")
def repository() -> Path:
    """Root of the repository."""
    return ROOT


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Fast tests first: a mistake shows early."""
    items.sort(key=lambda item: item.get_closest_marker("slow") is not None)
