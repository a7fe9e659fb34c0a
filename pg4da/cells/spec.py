"""A cell file that was read and checked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pg4da.cells.models import Robots, Simulation
from pg4da.hardware.drivers import ArmDriver, CameraDriver, GripperDriver
from pg4da.mission.problems import Mark
from pg4da.mission.source import Fields


@dataclass(frozen=True)
class GripperSpec:
    """kind: the driver's word. config: the driver's model."""

    kind: str
    config: Any
    driver: GripperDriver
    source: Fields


@dataclass(frozen=True)
class ArmSpec:
    """source: the section with its places; the gripper's section stands inside it in the file."""

    name: str
    kind: str
    config: Any
    driver: ArmDriver
    gripper: GripperSpec
    source: Fields

    def at(self, key: str) -> Mark:
        """Where a key of the section stands; the section itself when it is left out."""
        return self.source.keys.get(key, self.source.mark)


@dataclass(frozen=True)
class CameraSpec:
    kind: str
    config: Any
    driver: CameraDriver
    source: Fields


@dataclass(frozen=True)
class SimulationSpec:
    """file: as people would write it."""

    file: str
    top: Simulation


@dataclass(frozen=True)
class RobotsSpec:
    """Two arms, real or emulated."""

    file: str
    top: Robots
    arms: Mapping[str, ArmSpec]
    camera: CameraSpec
    source: Fields

    @property
    def real(self) -> bool:
        """Whether people stand beside what it moves."""
        return self.top.emulator is None


@dataclass(frozen=True)
class IsaacGymSpec:
    """config: `pg4da.sim.isaacgym`'s model."""

    file: str
    top: Any


CellSpec = SimulationSpec | RobotsSpec | IsaacGymSpec
