"""Reading the inputs and outputs that a mission file declares."""

from __future__ import annotations

from typing import Any

from pg4da.errors import suggest
from pg4da.mission.declarations import TYPES, Declaration, ValueRefused, as_type, item_type
from pg4da.mission.problems import Mark
from pg4da.mission.reading import Reading
from pg4da.mission.source import Fields, Items, Source, describe, plain

DECLARATION = ("type", "default", "unit", "min", "max", "choices", "description")


class Declaring(Reading):
    """The part of the parser for declarations."""

    def _declarations(self, source: Source | None) -> dict[str, Declaration]:
        fields = self._fields(source, "inputs and outputs") if source is not None else None
        found = {}
        for name, body in (fields.entries if fields else {}).items():
            mark = fields.keys[name] if fields else body.mark
            self._check_key(name, mark)
            entries = self._fields(body, f"the declaration of {name}")
            declaration = self._declaration(name, entries, mark) if entries is not None else None
            found[name] = declaration or Declaration(name, "any")  # known, so that what reads it is not wrong as well
        return found

    def _declaration(self, name: str, entries: Fields, mark: Mark) -> Declaration | None:
        self._known(entries, DECLARATION, f"key of the declaration of {name}")
        kind = self._required(entries, "type", name)
        if kind is None:
            return None
        word = plain(kind)
        if not isinstance(word, str) or word not in TYPES:
            hint = suggest(word, TYPES) if isinstance(word, str) else suggest("", TYPES)
            return self._refuse(kind.mark, f"unknown type {describe(kind)} of {name}{hint}")
        limits = {key: self._limit(entries, key, word) for key in ("min", "max")}
        low, high = limits["min"], limits["max"]
        if low is not None and high is not None and low > high:
            self._refuse(entries.keys["max"], f"{name}: max {high:g} is below min {low:g}")
        default = entries.entries.get("default")
        unit, description = self._word(entries, "unit"), self._word(entries, "description")
        choices = self._choices(entries, name, word)
        declaration = Declaration(name, word, None, default is None, unit, low, high, choices, description, mark)
        return self._with_default(declaration, default)

    def _choices(self, entries: Fields, name: str, kind: str) -> tuple[Any, ...]:
        source = entries.entries.get("choices")
        if source is None:
            return ()
        if not isinstance(source, Items) or not source.items:
            return self._refuse(source.mark, f"choices of {name} is a list of values, got {describe(source)}") or ()
        found = []
        for item in source.items:
            try:
                found.append(as_type(plain(item), item_type(kind)))
            except ValueRefused as error:
                self._refuse(item.mark, f"choices of {name}: {error}")
        return tuple(found)

    def _with_default(self, declaration: Declaration, default: Source | None) -> Declaration:
        if default is None:
            return declaration
        try:
            value = declaration.check(plain(default))
        except ValueRefused as error:
            self._refuse(default.mark, f"default of {declaration.name}: {error}")
            value = None
        return Declaration(**{**vars(declaration), "default": value})

    def _limit(self, entries: Fields, key: str, kind: str) -> float | None:
        source = entries.entries.get(key)
        if source is None:
            return None
        value = plain(source)
        if item_type(kind) not in ("int", "float"):
            return self._refuse(entries.keys[key], f"{key} is for numbers, not for {kind}")
        if isinstance(value, bool) or not isinstance(value, (int, float)):
            return self._refuse(source.mark, f"{key} must be a number, got {describe(source)}")
        return float(value)
