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


@pytest.fixture
def config() -> IsaacGymConfig:
    """Points at this interpreter and the sidecar over MuJoCo."""
    return IsaacGymConfig(interpreter=sys.executable, program=str(PROGRAM), start_timeout=60.0, timeout=20.0)


@pytest.fixture
def make_cell(config: IsaacGymConfig, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., IsaacCell]]:
    made: list[IsaacCell] = []

    def make(fault: str = "", arms: bool = True, **settings: object) -> IsaacCell:
        monkeypatch.setenv("FAULT", fault)
        changed = config.model_copy(update=settings)
        made.append(IsaacCell(changed, lying(("cube", 0.0, 0.5), ("rect", 0.15, 0.4)), arms=arms))
        return made[-1]

    yield make
    for cell in made:
        cell.close()
