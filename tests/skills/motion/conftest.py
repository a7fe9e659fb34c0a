"""Two arms that know their geometry and nothing else: what the planner needs of a cell."""

from __future__ import annotations

from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from pg4da.hardware.cell import Workspace
from pg4da.hardware.description.robot import ARM_BASES
from pg4da.hardware.frames import Array
from pg4da.hardware.robotiq_2f140.linkage import tip_retreat
from pg4da.hardware.robotiq_2f140.parameters import MAX_WIDTH, T_FLANGE_TOOL
from pg4da.hardware.ur5e.kinematics import UR5eKinematics
from pg4da.policies.types import MapGrid
from pg4da.skills.motion.planner import MotionPlanner
from pg4da.skills.motion.stages import Clutter

HOME = np.array([0.5985, -2.0275, 1.4854, 2.0275 - 1.4854 - np.pi / 2, -np.pi / 2, 0.5985 - np.pi])


def _gripper() -> Any:
    return SimpleNamespace(max_width=MAX_WIDTH, state=SimpleNamespace(width=0.0), tip_retreat=tip_retreat)


@dataclass
class PaperArm:
    name: str
    kinematics: UR5eKinematics
    home: Array = field(default_factory=HOME.copy)
    gripper: Any = field(default_factory=_gripper)


class PaperCell:
    name = "paper"
    workspace = Workspace()
    bin_position = np.array([0.0, -0.16, 0.06])

    def __init__(self) -> None:
        self.arms = {name: PaperArm(name, UR5eKinematics(T, T_FLANGE_TOOL)) for name, T in ARM_BASES.items()}


@pytest.fixture(scope="session")
def cell() -> Any:
    return PaperCell()


@pytest.fixture(scope="session")
def planner(cell: Any) -> MotionPlanner:
    return MotionPlanner(cell)


@pytest.fixture
def start() -> dict[str, Array]:
    return {"left": HOME.copy(), "right": HOME.copy()}


@pytest.fixture
def block() -> Clutter:
    """One block of 0.1 × 0.1 × 0.09 m in the middle of the workspace."""
    grid = MapGrid()
    height = np.zeros((grid.cells, grid.cells), np.float32)
    xy = grid.to_world(*np.indices(height.shape))
    height[(np.abs(xy - [0.0, 0.5]) < 0.05).all(axis=-1)] = 0.09
    return Clutter(grid, height)
