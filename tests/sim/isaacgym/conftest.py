"""Sidecars over MuJoCo, and scenes for them."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest

from pg4da.sim.isaacgym.cell import IsaacCell
from pg4da.sim.isaacgym.config import IsaacGymConfig
from pg4da.sim.scenes.scene import Scene, SceneObject

PROGRAM = Path(__file__).with_name("mujoco_sidecar.py")


def lying(*places: tuple[str, float, float]) -> Scene:
    """Blocks on the table, the first one the target."""
    turn = np.array([0.0, 0.0, 0.0, 1.0])
    objects = tuple(SceneObject(shape, (0.0, 1.0, 0.0), np.array([x, y, 0.0225]), turn) for shape, x, y in places)
    return Scene("test", "test", objects, 0)


@pytest.fixture(scope="session")
def config() -> IsaacGymConfig:
    """Points at this interpreter and the sidecar over MuJoCo."""
    return IsaacGymConfig(interpreter=sys.executable, program=str(PROGRAM), start_timeout=60.0, timeout=20.0)


TWO_BLOCKS = lying(("cube", 0.0, 0.5), ("rect", 0.15, 0.4))


@pytest.fixture
def make_cell(config: IsaacGymConfig, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., IsaacCell]]:
    """A cell with a sidecar of its own, that may be faulty."""
    made: list[IsaacCell] = []

    def make(fault: str = "", **settings: object) -> IsaacCell:
        monkeypatch.setenv("FAULT", fault)
        made.append(IsaacCell(config.model_copy(update=settings), TWO_BLOCKS))
        return made[-1]

    yield make
    for cell in made:
        cell.close()


@pytest.fixture(scope="session")
def shared(config: IsaacGymConfig) -> Iterator[Callable[[bool], IsaacCell]]:
    made: dict[bool, IsaacCell] = {}

    def get(arms: bool) -> IsaacCell:
        if arms not in made:
            made[arms] = IsaacCell(config, TWO_BLOCKS, arms=arms)
        return made[arms]

    yield get
    for cell in made.values():
        cell.close()


@pytest.fixture(params=[True, False], ids=["arms", "grippers"])
def either(shared: Callable[[bool], IsaacCell], request: pytest.FixtureRequest) -> IsaacCell:
    """With arms, then without, as at first."""
    cell = shared(request.param)
    cell.reset()
    return cell


@pytest.fixture
def cell(shared: Callable[[bool], IsaacCell]) -> IsaacCell:
    """With arms, as at first."""
    found = shared(True)
    found.reset()
    return found
