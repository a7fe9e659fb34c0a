"""Typed inputs and outputs of a mission: what may be declared, and how a value is read from the command line."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from math import isfinite
from typing import Any

from pg4da.errors import BadInput, suggest
from pg4da.mission.problems import Mark

TYPES: dict[str, Any] = {
    "str": str,
    "int": int,
    "float": float,
    "bool": bool,
    "colour": str,
    "list[str]": list[str],
    "list[int]": list[int],
    "list[float]": list[float],
    "any": Any,
}
_TRUE, _FALSE = ("true", "yes", "on", "1"), ("false", "no", "off", "0")


class ValueRefused(Exception):
    """A value that does not fit its declaration; the message says what would."""


def check_colour(value: Any) -> str:
    """A colour as perception knows it: a name, #rrggbb or r,g,b. Raises ValueRefused."""
    from pg4da.skills.perception.colors import parse_color

    if not isinstance(value, str):
        raise ValueRefused(f"expected a colour, got {value!r}")
    try:
        parse_color(value)
    except ValueError as error:
        raise ValueRefused(str(error)) from None
    return value


@dataclass(frozen=True)
class Declaration:
    """One input or output. `unit` is for people and compared between missions; minimum and maximum are included;
    required without a default. For a list, limits and choices are those of its items.
    """

    name: str
    type: str
    default: Any = None
    required: bool = False
    unit: str = ""
    minimum: float | None = None
    maximum: float | None = None
    choices: tuple[Any, ...] = ()
    description: str = ""
    mark: Mark | None = field(default=None, compare=False)

    @property
    def annotation(self) -> Any:
        return TYPES[self.type]

    def check(self, value: Any) -> Any:
        """The value, as its type. Raises ValueRefused."""
        value = as_type(value, self.type)
        unit = f" {self.unit}" if self.unit else ""
        for item in value if isinstance(value, list) else [value]:
            if self.minimum is not None and item < self.minimum:
                raise ValueRefused(f"{item!r} is below the minimum {self.minimum:g}{unit}")
            if self.maximum is not None and item > self.maximum:
                raise ValueRefused(f"{item!r} is above the maximum {self.maximum:g}{unit}")
            if self.choices and item not in self.choices:
                raise ValueRefused(f"{item!r} is not one of {', '.join(map(str, self.choices))}")
        return value

    def from_text(self, text: str) -> Any:
        """Read a value as a person types it. Raises ValueRefused."""
        return self.check(_PARSERS[self.type](text.strip()))


def as_type(value: Any, name: str) -> Any:
    """The value as a declared type. Raises ValueRefused."""
    if name == "any":
        return value
    if name == "colour":
        return check_colour(value)
    if name.startswith("list"):
        return _as_list(value, name)
    wanted = TYPES[name]
    if wanted is float and type(value) is int:
        return float(value)
    if type(value) is not wanted:
        raise ValueRefused(f"expected {name}, got {value!r:.80}")
    return value


def _as_list(value: Any, name: str) -> list[Any]:
    if not isinstance(value, (list, tuple)):
        raise ValueRefused(f"expected {name}, got {value!r:.80}")
    return [as_type(item, item_type(name)) for item in value]


def item_type(name: str) -> str:
    """The type of a list's items; a type that is no list is its own."""
    return name.removeprefix("list[").removesuffix("]")


def _parse_list(name: str) -> Callable[[str], Any]:
    def parse(text: str) -> Any:
        return [_PARSERS[item_type(name)](part.strip()) for part in text.split(",")] if text else []

    return parse


def _parse_bool(text: str) -> bool:
    if text.lower() in _TRUE:
        return True
    if text.lower() in _FALSE:
        return False
    raise ValueRefused(f"expected true or false, got {text!r}")


def _parse_number(kind: Callable[[str], Any], name: str) -> Callable[[str], Any]:
    def parse(text: str) -> Any:
        try:
            value = kind(text)
        except ValueError:
            raise ValueRefused(f"expected {name}, got {text!r:.80}") from None
        if not isfinite(value):
            raise ValueRefused(f"expected {name}, got {text!r:.80}")
        return value

    return parse


_PARSERS: dict[str, Callable[[str], Any]] = {
    "str": str,
    "colour": str,
    "bool": _parse_bool,
    "int": _parse_number(int, "int"),
    "float": _parse_number(float, "float"),
    "any": str,
    **{name: _parse_list(name) for name in TYPES if name.startswith("list")},
}


def bind(declared: Mapping[str, Declaration], given: Mapping[str, Any], where: str = "--set") -> dict[str, Any]:
    """Values for every declared input. Text is read as the declared type, anything else checked.

    Raises BadInput naming an unknown or missing input, or a value that does not fit.
    """
    for name in given:
        if name not in declared:
            raise BadInput(f"{where}: the mission has no input '{name}'{suggest(name, declared)}")
    values = {}
    for name, declaration in declared.items():
        if name not in given:
            if declaration.required:
                raise BadInput(f"{where}: the input '{name}' ({declaration.type}) is required")
            values[name] = declaration.default
            continue
        try:
            value = given[name]
            values[name] = declaration.from_text(value) if isinstance(value, str) else declaration.check(value)
        except ValueRefused as error:
            raise BadInput(f"{where} {name}: {error}") from None
    return values
