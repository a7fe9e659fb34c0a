"""The toy is imported by worker processes too, so its folder is on the path while these tests run."""

import sys
from pathlib import Path

import pytest

FOLDER = str(Path(__file__).parent)


@pytest.fixture(autouse=True)
def toys_on_path(monkeypatch):
    pytest.importorskip("torch")
    monkeypatch.syspath_prepend(FOLDER)
    yield
    for name in ("toy_practice", "toy_agent"):
        sys.modules.pop(name, None)
