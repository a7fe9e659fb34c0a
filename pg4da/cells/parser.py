"""From a cell file's YAML to its spec, collecting every problem on the way."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, get_args

from pg4da.books import Book
from pg4da.cells import drivers
from pg4da.cells.models import DEVICES, IsaacGym, Kind, Robots, Simulation
from pg4da.cells.sections import Sections
from pg4da.cells.spec import ArmSpec, CameraSpec, CellSpec, GripperSpec, IsaacGymSpec, RobotsSpec, SimulationSpec
from pg4da.errors import BadInput, suggest
from pg4da.hardware.config import ARM_NAMES
from pg4da.mission.source import Fields, Scalar, Source, describe

Found = tuple[str, Any, Any]  # the driver's word, the driver, the section as its model


class Parser(Sections):
    """Parses one file."""

    def cell(self, source: Source, file: str) -> CellSpec | None:
        """The whole file; None with the problems noted."""
        top = self._fields(source, "a cell file")
        kind = self._kind_of(top) if top is not None else ""
        if top is None or not kind:
            return None
        if kind == "simulation":
            simulation = self.fill(Simulation, top, "cell")
            return None if simulation is None else SimulationSpec(file, simulation)
        if kind == "isaacgym":
            isaacgym = self.fill(IsaacGym, top, "cell")
            return None if isaacgym is None else IsaacGymSpec(file, isaacgym)
        return self._robots(top, file)

    def _kind_of(self, top: Fields) -> str:
        source = self._required(top, "kind", "a cell file")
        if source is None:
            return ""
        word = source.value if isinstance(source, Scalar) else None
        if word not in get_args(Kind):
            self.refuse(source.mark, f"unknown kind {describe(source)} of cell{suggest(str(word), get_args(Kind))}")
            return ""
        return str(word)

    def _robots(self, top: Fields, file: str) -> RobotsSpec | None:
        found = self.fill(Robots, top, "cell", DEVICES)
        arms = {name: self._arm(name, source) for name, source in self._both(top).items()}
        camera = self._camera(top)
        sound = {name: arm for name, arm in arms.items() if arm is not None}
        if found is None or camera is None or len(sound) != len(ARM_NAMES):
            return None
        return RobotsSpec(file, found, sound, camera, top)

    def _both(self, top: Fields) -> Mapping[str, Fields]:
        arms = self._section(top, "arms", "a cell file")
        if arms is None:
            return {}
        self._known(arms, ARM_NAMES, "arm")
        found = {name: self._section(arms, name, "arms") for name in ARM_NAMES}
        return {name: section for name, section in found.items() if section is not None}

    def _arm(self, name: str, section: Fields) -> ArmSpec | None:
        owner = f"arms.{name}"
        found = self._device(section, owner, drivers.arms(), ("gripper",))
        gripper = self._gripper(section, owner)
        if found is None or gripper is None:
            return None
        kind, driver, config = found
        return ArmSpec(name, kind, config, driver, gripper, section)

    def _gripper(self, arm: Fields, owner: str) -> GripperSpec | None:
        section = self._section(arm, "gripper", owner)
        found = self._device(section, f"{owner}.gripper", drivers.grippers()) if section is not None else None
        if section is None or found is None:
            return None
        kind, driver, config = found
        return GripperSpec(kind, config, driver, section)

    def _camera(self, top: Fields) -> CameraSpec | None:
        section = self._section(top, "camera", "a cell file")
        found = self._device(section, "camera", drivers.cameras()) if section is not None else None
        if section is None or found is None:
            return None
        kind, driver, config = found
        return CameraSpec(kind, config, driver, section)

    def _section(self, fields: Fields, key: str, owner: str) -> Fields | None:
        source = self._required(fields, key, owner)
        return None if source is None else self._fields(source, key)

    def _device(self, section: Fields, owner: str, known: Book[Any], others: tuple[str, ...] = ()) -> Found | None:
        """A device's section by its `kind`."""
        source = self._required(section, "kind", owner)
        if source is None:
            return None
        word = source.value if isinstance(source, Scalar) else None
        if not isinstance(word, str) or word not in known:
            self.refuse(source.mark, f"{owner}: unknown kind {describe(source)}{suggest(str(word), known)}")
            return None
        try:
            driver = known[word]
        except BadInput as error:  # a plug-in that can't be loaded
            self.refuse(source.mark, str(error))
            return None
        config = self.fill(driver.config, section, owner, others)
        return None if config is None else (word, driver, config)
