"""A mission in the fake cell that goes slowly enough to be watched, and a browser to watch it with."""

from __future__ import annotations

import importlib.util
import sys
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from pg4da.mission.control import Control
from pg4da.mission.executive import Executive, MissionResult
from pg4da.mission.tree import load_mission
from pg4da.skills.skill import Context
from pg4da.stream.narrator import Narrator
from pg4da.viewing.access import Access
from pg4da.viewing.live import LiveView

WAIT = 20.0  # s


def _load(name: str) -> Any:
    """A module beside this file; tests are no package."""
    full = f"pg4da_test_{name}"
    if full not in sys.modules:
        spec = importlib.util.spec_from_file_location(full, Path(__file__).with_name(f"{name}.py"))
        assert spec is not None
        assert spec.loader is not None
        module = importlib.util.module_from_spec(spec)
        sys.modules[full] = module
        spec.loader.exec_module(module)
    return sys.modules[full]


@pytest.fixture(scope="session")
def module() -> Callable[[str], Any]:
    """A module beside this file, by its name."""
    return _load


@pytest.fixture(scope="session")
def chromium() -> Iterator[Any]:
    """One browser for all tests. Missing: a failure in CI, a skip elsewhere."""
    module = _load("browser")
    program = module.find_chromium()
    if program is None:
        message = "no Chromium: apt-get install chromium"
        if module.in_ci():
            pytest.fail(message)
        pytest.skip(message)
    browser = module.Browser(program)
    yield browser
    browser.close()


@pytest.fixture
def browser(chromium: Any) -> Iterator[Any]:
    """A blank page of the usual size, without what the last test left; nothing may go wrong in it."""
    chromium.size(1400, 900)
    chromium.dark(False)
    chromium.run("1")
    chromium.events.clear()
    yield chromium
    chromium.call("Page.navigate", url="about:blank")


@dataclass
class LiveRun:
    """A mission that runs in a thread while its view is served."""

    view: LiveView
    control: Control
    executive: Executive
    narrator: Narrator

    @property
    def link(self) -> str:
        return self.view.server.link

    @property
    def port(self) -> int:
        return self.view.server.port

    def start(self) -> LiveRun:
        self.executive.start()
        return self

    def result(self) -> MissionResult:
        return self.executive.result(WAIT)

    def finish(self) -> None:
        self.executive.cancel()
        self.executive.cancel()
        if self.executive._started[1]:
            self.executive.result(WAIT)
        self.narrator.close()


@pytest.fixture
def live(write: Callable[..., Path], cell: Any, toys: Any) -> Iterator[Callable[..., LiveRun]]:
    """`live(text, ...)`: a mission written in the test, with its view; `start` it. pace: wall seconds a tick."""
    runs: list[LiveRun] = []

    def begin(
        text: str, pace: float = 0.002, view: LiveView | None = None, access: Access | None = None, **control: Any
    ) -> LiveRun:
        advance = cell.advance

        def slowly(dt: float) -> None:
            time.sleep(pace)
            advance(dt)

        cell.advance = slowly
        steering = Control(**control)
        if view is None:
            view = LiveView(access or Access(port=0), steering)
            view.start()
        narrator = Narrator(view, about={"mission": "test"}, pictures=False)
        context = Context(cell, policy=None, rng=np.random.default_rng(0))  # type: ignore[arg-type]
        tree = load_mission(str(write(text)), context, {}, toys)
        runs.append(LiveRun(view, steering, Executive(tree, observers=(narrator,), control=steering), narrator))
        return runs[-1]

    yield begin
    for run in runs:
        run.finish()
    for view in {id(run.view): run.view for run in runs}.values():
        view.leave()
    assert not [thread for thread in threading.enumerate() if thread.name == "viewers"]


ROUNDS = """
root:
  sequence:
    - set: {wait: 0.05}
    - repeat:
        times: 2
        child:
          sequence:
            name: Round
            children:
              - say: {name: At first}
              - look: {name: Look, seconds: $wait}
              - say: {name: Afterwards}
              - set: {name: Longer, wait: 300}
"""


@pytest.fixture
def rounds() -> str:
    """A mission that goes round twice: the first time quickly, the second so slowly that it can be looked at."""
    return ROUNDS
