"""Cells, policies, skills and drivers of other packages, by entry point. Each is loaded when it is used, not before.

An entry point's name is the word that people write. What it names:
- `pg4da.skills`: a subclass of `pg4da.skills.skill.Skill` whose `name` is the entry point's;
- `pg4da.policies`: something to call without arguments for a `pg4da.policies.types.Policy`;
- `pg4da.cells`: something to call with the `pg4da.run.RunRequest` for a `pg4da.hardware.cell.Cell`;
- `pg4da.arms`, `pg4da.grippers`, `pg4da.cameras`: an `ArmDriver`, `GripperDriver` or `CameraDriver` of
  `pg4da.hardware.drivers`, for the `kind` of a device in cell files.
A plug-in never replaces what comes with pg4da, and of two with the same name neither is taken.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from importlib.metadata import EntryPoint, entry_points
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from pg4da.errors import BadInput

if TYPE_CHECKING:
    from pg4da.hardware.cell import Cell
    from pg4da.policies.types import Policy
    from pg4da.run import RunRequest
    from pg4da.skills.skill import Skill

GROUPS = ("pg4da.skills", "pg4da.policies", "pg4da.cells", "pg4da.arms", "pg4da.grippers", "pg4da.cameras")
T = TypeVar("T")


@dataclass(frozen=True)
class Plugin:
    """One entry point of an installed package."""

    group: str
    name: str
    package: str
    entry: EntryPoint

    def __str__(self) -> str:
        return f"plug-in '{self.name}' ({self.group}) of the package {self.package}"

    def load(self) -> Any:
        """Raises BadInput naming the package and what its entry point says."""
        try:
            return self.entry.load()
        except Exception as error:
            raise BadInput(f"{self} can't be loaded from {self.entry.value}: {describe(error)}") from error

    def refuse(self, why: str) -> BadInput:
        return BadInput(f"{self} can't be used: {self.entry.value} {why}")


class Book(Mapping[str, T], Generic[T]):
    """What comes with pg4da, and plug-ins that are loaded and checked when they are looked up. Raises BadInput then."""

    def __init__(self, group: str, built_in: Mapping[str, T], check: Callable[[Plugin, Any], T]) -> None:
        self._built_in, self._check = built_in, check
        self._found: dict[str, list[Plugin]] = {}
        self._loaded: dict[str, T] = {}
        for plugin in plugins(group):
            self._found.setdefault(plugin.name, []).append(plugin)

    def __getitem__(self, name: str) -> T:
        if name in self._built_in:
            return self._built_in[name]
        if name not in self._loaded:
            self._loaded[name] = self._load(self._found[name])
        return self._loaded[name]

    def __contains__(self, name: object) -> bool:
        return name in self._built_in or name in self._found

    def __iter__(self) -> Iterator[str]:
        yield from self._built_in
        yield from (name for name in self._found if name not in self._built_in)

    def __len__(self) -> int:
        return len({*self._built_in, *self._found})

    def working(self) -> dict[str, T]:
        """Those that can be used."""
        found = {}
        for name in self:
            try:
                found[name] = self[name]
            except BadInput:
                continue
        return found

    def problems(self) -> list[str]:
        """What is wrong with the plug-ins, one line each."""
        lines = []
        for name, offered in self._found.items():
            if name in self._built_in:
                lines += [f"{plugin} is not taken: the name belongs to pg4da" for plugin in offered]
                continue
            try:
                _ = self[name]
            except BadInput as error:
                lines.append(str(error))
        return lines

    def _load(self, offered: list[Plugin]) -> T:
        if len(offered) > 1:
            packages = " and ".join(sorted(plugin.package for plugin in offered))
            raise BadInput(f"'{offered[0].name}' ({offered[0].group}) is offered by {packages}: uninstall all but one")
        return self._check(offered[0], offered[0].load())


def plugins(group: str) -> list[Plugin]:
    """Every plug-in of a group that is installed."""
    return [Plugin(group, e.name, e.dist.name if e.dist else "unknown", e) for e in entry_points(group=group)]


def skills() -> Book[type[Skill]]:
    """Skills by the word that mission files use."""
    from pg4da.skills import registry

    return Book("pg4da.skills", registry.SKILLS, _check_skill)


def policies() -> Book[Callable[[], Policy]]:
    """Makers of policies by name."""
    from pg4da.policies.registry import BUILT_IN

    return Book("pg4da.policies", BUILT_IN, _check_callable)


def cells() -> Book[Callable[[RunRequest], Cell]]:
    """Makers of cells by name; for those that come with pg4da by their cell files."""
    from pg4da.cells.files import packaged

    built_in: dict[str, Callable[[RunRequest], Cell]] = dict.fromkeys(packaged(), _of_file)
    return Book("pg4da.cells", built_in, _check_callable)


def describe(error: BaseException) -> str:
    """An exception in one line."""
    return f"{type(error).__name__}: {error}".splitlines()[0]


def _of_file(request: RunRequest) -> Cell:
    from pg4da.run import make_cell, scene_of

    return make_cell(request, scene_of(request))


def _check_skill(plugin: Plugin, found: Any) -> type[Skill]:
    from pg4da.skills.skill import Skill

    if not (isinstance(found, type) and issubclass(found, Skill)):
        raise plugin.refuse("is not a subclass of pg4da.skills.skill.Skill")
    if getattr(found, "name", None) != plugin.name:
        raise plugin.refuse(f"has the name '{getattr(found, 'name', '')}'")
    if found.codes is not None and not isinstance(found.codes, Mapping):
        raise plugin.refuse("has `codes` that are no mapping from codes to lines for people")
    return found


def _check_callable(plugin: Plugin, found: Any) -> Any:
    if not callable(found):
        raise plugin.refuse("can't be called")
    return found
