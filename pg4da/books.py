"""Entry points of other packages, and books of what comes with pg4da and of what they offer, by name."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from importlib.metadata import EntryPoint, entry_points
from typing import Any, Generic, TypeVar

from pg4da.errors import BadInput

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


def callable_of(plugin: Plugin, found: Any) -> Any:
    """Raises BadInput for what can't be called."""
    if not callable(found):
        raise plugin.refuse("can't be called")
    return found


def describe(error: BaseException) -> str:
    """An exception in one line."""
    return f"{type(error).__name__}: {error}".splitlines()[0]
