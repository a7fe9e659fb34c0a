"""What every device of a cell says of itself, before anything is taken over; nothing moves."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

from pg4da.cells.spec import RobotsSpec
from pg4da.errors import BadInput
from pg4da.hardware.drivers import Finding
from pg4da.mission.problems import Mark


@dataclass(frozen=True)
class Examined:
    """A device with what was found. name: as in the file, such as "arms.left"; mark: where its section stands."""

    name: str
    kind: str
    mark: Mark
    findings: Sequence[Finding]

    @property
    def problems(self) -> list[str]:
        """One line each."""
        return [f"{self.mark}: {self.name}: {f.found}; {f.remedy}" for f in self.findings if not f.well]


def examine(spec: RobotsSpec) -> list[Examined]:
    """All devices at once, in the order of the file."""
    devices = list(_devices(spec))
    with ThreadPoolExecutor(max_workers=len(devices)) as pool:
        found = [pool.submit(look, config) for _, _, _, config, look in devices]
    return [
        Examined(name, kind, mark, each.result()) for (name, kind, mark, *_), each in zip(devices, found, strict=True)
    ]


def check_devices(spec: RobotsSpec) -> list[Examined]:
    """As `examine`. Raises BadInput with everything that is wrong, and what to do."""
    found = examine(spec)
    problems = [line for device in found for line in device.problems]
    if problems:
        raise BadInput("\n".join(dict.fromkeys(problems)))
    return found


Look = Callable[[Any], Sequence[Finding]]


def _devices(spec: RobotsSpec) -> Iterator[tuple[str, str, Mark, Any, Look]]:
    for name, arm in spec.arms.items():
        yield f"arms.{name}", arm.kind, arm.source.mark, arm.config, arm.driver.examine
        gripper = arm.gripper
        yield f"arms.{name}.gripper", gripper.kind, gripper.source.mark, gripper.config, gripper.driver.examine
    camera = spec.camera
    yield "camera", camera.kind, camera.source.mark, camera.config, camera.driver.examine
