"""From a checked cell file to its devices, connected: all of them or none."""

from __future__ import annotations

import gc
from collections.abc import Callable
from contextlib import ExitStack
from typing import Any

import numpy as np

from pg4da.books import describe
from pg4da.cells.examine import check_devices
from pg4da.cells.spec import ArmSpec, RobotsSpec
from pg4da.errors import BadInput
from pg4da.hardware.cell import Arm, Clock
from pg4da.hardware.errors import DeviceError
from pg4da.hardware.reviving import Closable
from pg4da.hardware.robot_cell import RobotCell
from pg4da.hardware.wall_clock import WallClock
from pg4da.mission.problems import Mark


def connect(spec: RobotsSpec, slow: float = 1.0, kind: Callable[..., RobotCell] = RobotCell) -> RobotCell:
    """Every device is looked at first, so that nothing has moved when one of them can't be used.

    slow: share of the file's own speed. kind: makes the cell as RobotCell is made. Raises BadInput, with everything
    that was connected let go again.
    """
    check_devices(spec)
    gc.collect()  # while no thread listens to a device yet
    with ExitStack() as undo:
        clock = WallClock()
        camera = _reach(spec.camera.source.mark, "camera", spec.camera.driver.open, spec.camera.config, clock)
        _let_go(undo, camera)
        arms = {name: _arm(arm, clock, undo) for name, arm in spec.arms.items()}
        cell = _reach(spec.source.mark, "cell", _assemble, spec, arms, camera, clock, slow, kind)
        undo.pop_all()
    found: RobotCell = cell
    return found


def _assemble(
    spec: RobotsSpec, arms: dict[str, Arm], camera: Any, clock: Clock, slow: float, kind: Callable[..., RobotCell]
) -> RobotCell:
    top = spec.top
    return kind(
        top.cell,
        arms,
        camera,
        clock,
        np.array(top.bin),
        workspace=top.workspace.workspace(),
        safety=top.safety,
        speed=top.speed_scale * slow,
    )


def _arm(spec: ArmSpec, clock: Clock, undo: ExitStack) -> Arm:
    owner = f"arms.{spec.name}"
    gripper = spec.gripper
    hand = _reach(gripper.source.mark, f"{owner}.gripper", gripper.driver.connect, gripper.config, clock)
    _let_go(undo, hand)
    arm: Arm = _reach(spec.source.mark, owner, spec.driver.connect, spec.name, spec.config, hand, clock)
    _let_go(undo, arm)
    return arm


def _let_go(undo: ExitStack, device: object) -> None:
    if isinstance(device, Closable):
        undo.callback(device.close)


def _reach(mark: Mark, owner: str, connect: Callable[..., Any], *args: Any) -> Any:
    try:
        return connect(*args)
    except DeviceError as error:
        remedy = f"; {error.remedy}" if error.remedy else ""
        raise BadInput(f"{mark}: {owner}: {error.problem}{remedy}") from error
    except Exception as error:  # a driver of another package may raise anything
        raise BadInput(f"{mark}: {owner}: its driver failed: {describe(error)}") from error
