"""A mission that gets nowhere ends with its reason."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from pg4da.policies.types import Decision, Grasp
from pg4da.sim.cell import MujocoCell
from pg4da.skills.checks import CheckTally
from pg4da.skills.observe import Observe
from pg4da.skills.plan import PlanMotion
from pg4da.skills.services import services
from pg4da.skills.skill import SkillFailure

MakeCell = Callable[..., MujocoCell]


def test_rounds_without_a_motion_end_the_mission(bench: Any, cell: MakeCell) -> None:
    on = bench(cell(green=(-0.1, 0.5)))
    seen = on.run(Observe, target="green").observation
    pose = np.eye(4)
    pose[2, 3] = 1.4
    decision = Decision((Grasp(pose, 0.045, 0.09, 1.0),), np.zeros((224, 224), np.float32), 1.0)
    for _ in range(2):
        on.run(CheckTally, max_idle_rounds=2)
        with pytest.raises(SkillFailure, match="none of 2 motions can be made"):
            on.run(PlanMotion, decision=decision, observation=seen)
    with pytest.raises(SkillFailure, match="2 times in a row; the last time: none of 2 motions") as failure:
        on.run(CheckTally, max_idle_rounds=2)
    assert (failure.value.code, failure.value.recoverable) == ("stuck", False)
    services(on.context).tally.count("push")
    on.run(CheckTally, max_idle_rounds=2)


def test_too_many_failed_grasps_end_the_mission(bench: Any, cell: MakeCell) -> None:
    on = bench(cell(green=(-0.1, 0.5)))
    services(on.context).tally.failed_grasps_in_a_row = 4
    on.run(CheckTally)
    services(on.context).tally.failed_grasps_in_a_row = 5
    with pytest.raises(SkillFailure, match="5 grasps failed one after the other") as failure:
        on.run(CheckTally)
    assert failure.value.code == "too_many_failed_grasps"
