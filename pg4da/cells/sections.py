"""A section of a cell file read into its model; what does not fit is noted at its own line and column."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar, get_args

from pydantic import BaseModel, ValidationError

from pg4da.errors import suggest
from pg4da.mission.problems import Mark, Problem
from pg4da.mission.reading import Reading
from pg4da.mission.source import Fields, Items, Source, describe, plain

Model = TypeVar("Model", bound=BaseModel)
Loc = Sequence[int | str]


@dataclass
class Sections(Reading):
    """Reads sections one after the other; `problems` holds what was found in all of them."""

    problems: list[Problem] = field(default_factory=list)

    def fill(self, model: type[Model], section: Fields, owner: str, others: tuple[str, ...] = ()) -> Model | None:
        """The section as its model; None with the problems noted. Text is never taken for a number.

        owner: what the section is called. others: its keys that are read elsewhere.
        """
        mine = without(section, others)
        try:
            return model.model_validate_json(json.dumps(plain(mine)), strict=True)
        except ValidationError as error:
            for each in error.errors(include_url=False):
                self._note(_Misfit(model, mine, owner, others, each["loc"], each["type"], _message(each["msg"])))
            return None

    def refuse(self, mark: Mark, message: str) -> None:
        """Note a problem. Raises MissionError at too many."""
        self._refuse(mark, message)

    def _note(self, misfit: _Misfit) -> None:
        self.refuse(*misfit.told())


@dataclass(frozen=True)
class _Misfit:
    """What pydantic says, and where: `loc` goes from the section down, through tags of unions that stand nowhere."""

    model: type[BaseModel]
    section: Fields
    owner: str
    others: tuple[str, ...]
    loc: Loc
    kind: str
    message: str

    def told(self) -> tuple[Mark, str]:
        """The place and the message."""
        if self.kind == "missing":
            return self._missing()
        if self.kind == "extra_forbidden":
            return self._unknown()
        mark, found = place(self.section, self.loc)
        if self.kind != "value_error":
            return mark, f"{self._name(self.loc)}: {self.message}, got {describe(found)}"
        word, _, rest = self.message.partition(" ")
        key = word.removesuffix(":")
        if isinstance(found, Fields) and key in found.keys:  # what a model's own check says of one of its keys
            own = f"{self._name((*self.loc, key))}: {rest}" if word != key else ""
            return found.keys[key], own or f"{self._name(self.loc)}: {self.message}"
        return mark, f"{self._name(self.loc)}: {self.message}"

    def _missing(self) -> tuple[Mark, str]:
        mark, _ = place(self.section, self.loc[:-1])
        key = str(self.loc[-1])
        said = [owner.model_fields[key].description for owner in self._models() if key in owner.model_fields]
        meaning = f": {said[0]}" if said and said[0] else ""
        return mark, f"{self._name(self.loc[:-1])} needs '{key}'{meaning}"

    def _unknown(self) -> tuple[Mark, str]:
        mark, found = place(self.section, self.loc[:-1])
        key = str(self.loc[-1])
        if isinstance(found, Fields):
            mark = found.keys.get(key, mark)
        choices = [name for owner in self._models() for name in owner.model_fields]
        choices += self.others if found is self.section else ()
        return mark, f"unknown key '{key}' of {self._name(self.loc[:-1])}{suggest(key, choices)}"

    def _name(self, loc: Loc) -> str:
        return ".".join([self.owner, *(str(part) for part in _written(self.section, loc))])

    def _models(self) -> list[type[BaseModel]]:
        """Every model that can stand where the last part of `loc` belongs."""
        here = [self.model]
        for part in self.loc[:-1]:
            fields = [owner.model_fields[str(part)] for owner in here if str(part) in owner.model_fields]
            if fields:
                here = [found for field in fields for found in _inside(field.annotation)]
            else:
                here = [owner for owner in here if part in _tags(owner)] or here
        return here


def without(fields: Fields, keys: tuple[str, ...]) -> Fields:
    """The section without some of its keys."""
    entries = {key: value for key, value in fields.entries.items() if key not in keys}
    return Fields(fields.mark, entries, {key: mark for key, mark in fields.keys.items() if key not in keys})


def place(fields: Fields, loc: Loc) -> tuple[Mark, Source]:
    """Where a value stands, and the value; a section stands where its key is."""
    mark = fields.mark
    found: Source = fields
    for part in _written(fields, loc):
        if isinstance(found, Fields):
            mark, found = found.keys[str(part)], found.entries[str(part)]
            mark = mark if isinstance(found, Fields) else found.mark
        elif isinstance(found, Items):
            found = found.items[int(part)]
            mark = found.mark
    return mark, found


def _written(fields: Fields, loc: Loc) -> Iterator[int | str]:
    """The parts of a place that stand in the file; a union's tags do not."""
    found: Source = fields
    for part in loc:
        if isinstance(found, Fields) and str(part) in found.entries:
            found = found.entries[str(part)]
            yield part
        elif isinstance(found, Items) and isinstance(part, int) and part < len(found.items):
            found = found.items[part]
            yield part


def _message(text: str) -> str:
    text = text.removeprefix("Value error, ").removeprefix("Input ")
    return text[:1].lower() + text[1:]


def _inside(annotation: Any) -> list[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return [annotation]
    return [found for argument in get_args(annotation) for found in _inside(argument)]


def _tags(model: type[BaseModel]) -> tuple[Any, ...]:
    kind = model.model_fields.get("kind")
    return get_args(kind.annotation) if kind is not None else ()
