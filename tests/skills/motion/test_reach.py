"""The arms stand where they reach the middle of the workspace; grippers without arms are planned for too."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from pg4da.hardware.frames import Array, looking_down
from pg4da.sim.floating import ToolPose, home
from pg4da.skills.motion.errors import Blocked
from pg4da.skills.motion.planner import MotionPlanner
from pg4da.skills.motion.reach import reach_share
from pg4da.skills.motion.stages import Line, Transit


@pytest.mark.parametrize("arm", ["left", "right"])
def test_both_arms_reach_the_middle(cell: Any, arm: str) -> None:
    assert reach_share(cell, arm, 0.0, spacing=0.2).all == 1.0
    tilted = reach_share(cell, arm, np.radians(30), spacing=0.3)
    assert tilted.some == 1.0
    assert tilted.all > 0.8


@pytest.fixture
def floating(cell: Any) -> Any:
    """The same cell with grippers that fly."""
    flying = type(cell)()
    for name, arm in flying.arms.items():
        arm.kinematics, arm.home = ToolPose(), home(name)
    return flying


def test_floating_grippers_push(floating: Any) -> None:
    start: dict[str, Array] = {name: arm.home for name, arm in floating.arms.items()}
    along = np.stack([looking_down((x, 0.5, 0.02), 0.3) for x in np.linspace(-0.2, 0.1, 6)])
    stages = [Transit({"left": looking_down((-0.2, 0.5, 0.2), 0.3)}), Line({"left": along}, 0.15, contact=True)]
    plan = MotionPlanner(floating).plan(stages, start, None)
    end = ToolPose().forward(plan.goal["left"])
    assert end[:3, 3] == pytest.approx([0.1, 0.5, 0.02])
    start["right"] = np.array([*looking_down((0.1, 0.5, 0.05))[:3, 3], np.pi, 0.0, 0.0])
    with pytest.raises(Blocked, match="right arm"):
        MotionPlanner(floating).plan(stages, start, None)
