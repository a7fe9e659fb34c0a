"""What a driver is to the rest: its section of the cell file, how to connect, how to look at the device.

The built-in ones and those of entry points (`pg4da.arms`, `pg4da.grippers`, `pg4da.cameras`) have this form.
Whatever can't be reached raises `pg4da.hardware.errors.DeviceError`. `examine` never moves anything and never raises
for what is wrong with a device: that is a finding.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel

from pg4da.hardware.cell import Arm, Camera, Clock, Gripper, Kinematics


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at. remedy: what to do when it is wrong; empty while all is well."""

    what: str
    found: str
    remedy: str = ""

    @property
    def well(self) -> bool:
        return not self.remedy


@dataclass(frozen=True)
class GripperDriver:
    """connect(config, clock) gives a `Gripper`; one that has a `close` is closed with the cell."""

    config: type[BaseModel]
    connect: Callable[[Any, Clock], Gripper]
    examine: Callable[[Any], Sequence[Finding]]


@dataclass(frozen=True)
class ArmDriver:
    """connect(name, config, gripper, clock) gives an `Arm` that carries this gripper.

    kinematics(config): its geometry without any connection, for the checks of a cell file. The model has the fields of
    `pg4da.hardware.config.ArmConfig`.
    """

    config: type[BaseModel]
    connect: Callable[[str, Any, Gripper, Clock], Arm]
    kinematics: Callable[[Any], Kinematics]
    examine: Callable[[Any], Sequence[Finding]]


@dataclass(frozen=True)
class CameraDriver:
    """open(config, clock) gives a `Camera`."""

    config: type[BaseModel]
    open: Callable[[Any, Clock], Camera]
    examine: Callable[[Any], Sequence[Finding]]
