"""What is loaded is left out of collections while somebody needs it, and what an application left out stays so."""

from __future__ import annotations

import gc
from collections.abc import Iterator

import pytest

from pg4da.hardware import set_aside as module
from pg4da.hardware.set_aside import set_aside, take_back


@pytest.fixture(autouse=True)
def alone(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """As in a process without a cell."""
    before = gc.get_freeze_count()
    gc.unfreeze()
    monkeypatch.setattr(module, "_holders", 0)
    monkeypatch.setattr(module, "_ours", False)
    yield
    gc.unfreeze()
    if before:
        gc.freeze()


def test_the_last_one_takes_it_back() -> None:
    set_aside()
    set_aside()
    take_back()
    assert gc.get_freeze_count() > 1000
    take_back()
    assert gc.get_freeze_count() == 0


def test_what_an_application_left_out_stays_so() -> None:
    gc.freeze()
    count = gc.get_freeze_count()
    set_aside()
    take_back()
    assert gc.get_freeze_count() == count
