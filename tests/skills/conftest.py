"""Small observations made by hand, and skills driven on a simulated cell without a tree."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from pg4da.policies.types import MapGrid, Observation
from pg4da.sim.cell import MujocoCell
from pg4da.sim.scenes.scene import Scene, SceneObject
from pg4da.skills.motion.stages import Clutter
from pg4da.skills.skill import Context, Skill

GRID = MapGrid()
GREEN, RED = (0.0, 1.0, 0.0), (0.8, 0.1, 0.1)


def heights(blocks: Sequence[tuple[float, float]]) -> NDArray[np.float32]:
    """A height map with a 45 mm cube at each position."""
    height = np.zeros((GRID.cells, GRID.cells), np.float32)
    xy = GRID.to_world(*np.indices(height.shape))
    for block in blocks:
        height[np.abs(xy - block).max(axis=-1) < 0.0225] = 0.045
    return height


@pytest.fixture
def clutter() -> Callable[..., Clutter]:
    return lambda *blocks: Clutter(GRID, heights(blocks))


@pytest.fixture
def observation() -> Callable[..., Observation]:
    """observation(target, *others, visible=1.0); target None: not seen."""

    def make(target: tuple[float, float] | None, *others: tuple[float, float], visible: float = 1.0) -> Observation:
        mask = heights([target]) > 0 if target else np.zeros((GRID.cells, GRID.cells), bool)
        height = heights([*([target] if target else []), *others])
        blank: Any = SimpleNamespace()
        color = np.zeros((*height.shape, 3), np.uint8)
        seen = np.ones(height.shape, bool)
        return Observation(GRID, color, height, seen, mask, visible, np.zeros_like(height), blank, 0.0)

    return make


@pytest.fixture
def cell() -> Callable[..., MujocoCell]:
    """cell(green=(x, y), red=(x, y)): single cubes on the table."""

    def make(green: tuple[float, float], red: tuple[float, float] | None = None) -> MujocoCell:
        upright = np.array([0.0, 0.0, 0.0, 1.0])
        objects = [SceneObject("cube", GREEN, np.array([*green, 0.0225]), upright)]
        if red is not None:
            objects.append(SceneObject("cube", RED, np.array([*red, 0.0225]), upright))
        return MujocoCell(Scene("test", "test", tuple(objects), 0))

    return make


class Bench:
    """A context on a cell, and a way to run a skill to its end on it."""

    def __init__(self, cell: MujocoCell) -> None:
        from pg4da.policies.registry import make_policy

        self.cell = cell
        self.events: list[tuple[str, Any]] = []
        note = lambda kind, data: self.events.append((kind, data))  # noqa: E731
        self.context = Context(cell, make_policy("geometric"), np.random.default_rng(0), note)

    def run(self, skill: type[Skill], **inputs: Any) -> Any:
        """Outputs of the skill; raises its SkillFailure."""
        steps = skill(self.context).run(skill.Inputs(**inputs))
        while True:
            try:
                next(steps)
            except StopIteration as end:
                return end.value
            self.cell.advance(0.008)


@pytest.fixture
def bench() -> type[Bench]:
    return Bench
