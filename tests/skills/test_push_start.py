"""Starts of pushes are moved clear of what stands there."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from pg4da.hardware.cell import Workspace
from pg4da.policies.types import PushPath
from pg4da.skills.motion.stages import Clutter
from pg4da.skills.push_start import clear_start

AREA = Workspace()


def along_x(start: float, end: float, y: float = 0.5) -> PushPath:
    x = np.linspace(start, end, 5)
    return PushPath(np.stack([x, np.full(5, y), np.full(5, 0.013)], axis=1), np.pi / 2)


Maker = Callable[..., Clutter]


def test_a_clear_start_stays(clutter: Maker) -> None:
    path = along_x(-0.1, 0.1)
    assert clear_start(path, 0.0, clutter((0.0, 0.5)), AREA) is path


def test_a_start_too_near_moves_back_along_the_path(clutter: Maker) -> None:
    path = along_x(-0.04, 0.1)
    begun = clear_start(path, 0.0, clutter((0.0, 0.5)), AREA)
    assert begun.points[0, 1] == pytest.approx(0.5)
    assert begun.points[0, 0] < -0.0225 - 0.019
    assert begun.points[1:] == pytest.approx(path.points)


def test_an_open_gripper_needs_more_room(clutter: Maker) -> None:
    near, scene = along_x(-0.06, 0.1), clutter((0.0, 0.5))
    closed = clear_start(near, 0.0, scene, AREA)
    assert clear_start(near, 0.06, scene, AREA).points[0, 0] < closed.points[0, 0]


def test_nowhere_to_go_leaves_the_path_to_the_planner(clutter: Maker) -> None:
    wall = [(x, 0.5) for x in np.arange(-0.3, 0.05, 0.04)]
    path = along_x(-0.04, 0.1)
    assert clear_start(path, 0.0, clutter(*wall), AREA) is path


def test_the_start_never_leaves_the_workspace(clutter: Maker) -> None:
    path = along_x(-0.45, -0.3)
    begun = clear_start(path, 0.0, clutter((-0.43, 0.5)), AREA)
    assert begun.points[:, 0].min() >= AREA.x_min
