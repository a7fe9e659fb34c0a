"""YAML as a tree of values that know their line and column.

Built from the parser's events instead of by its loader: nothing recurses, no tag makes an object, a duplicate key is
seen, and anchors, which could make a small file explode, are refused.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass, field
from typing import Any

import yaml
from yaml.events import (
    AliasEvent,
    CollectionEndEvent,
    DocumentStartEvent,
    MappingStartEvent,
    NodeEvent,
    ScalarEvent,
    SequenceStartEvent,
)

from pg4da.mission.problems import MAX_PROBLEMS, Mark, MissionError, Problem

MAX_BYTES = 200_000
MAX_DEPTH = 320
MAX_VALUES = 40_000
Plain = str | int | float | bool | None

_NO_BREAKS = {0x85: " ", 0x2028: " ", 0x2029: " "}  # line breaks in YAML 1.1, which libyaml reads, and in no editor
_INT = re.compile(r"[-+]?[0-9]{1,18}")
_FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]{1,4})?")
_WORDS: dict[str, Plain] = {"true": True, "false": False, "null": None, "~": None, "": None}


@dataclass(frozen=True)
class Scalar:
    value: Plain
    mark: Mark


@dataclass(frozen=True)
class Items:
    """A YAML sequence."""

    items: list[Source]
    mark: Mark


@dataclass(frozen=True)
class Fields:
    """A YAML mapping; `keys` gives each key's own place."""

    mark: Mark
    entries: dict[str, Source] = field(default_factory=dict)
    keys: dict[str, Mark] = field(default_factory=dict)


Source = Scalar | Items | Fields


def describe(source: Source) -> str:
    """The value as a message shows it."""
    if isinstance(source, Scalar):
        return "nothing" if source.value is None else shorten(repr(source.value))
    return "a list" if isinstance(source, Items) else "a mapping"


def shorten(text: str, length: int = 80) -> str:
    """Cut for a message."""
    return text if len(text) <= length else f"{text[: length - 1]}…"


def plain(source: Source) -> Any:
    """The value without its places."""
    if isinstance(source, Scalar):
        return source.value
    if isinstance(source, Items):
        return [plain(item) for item in source.items]
    return {key: plain(value) for key, value in source.entries.items()}


def scalar_value(text: str) -> Plain:
    """An unquoted scalar by YAML 1.2's core rules, without infinities; `no` and `on` stay words."""
    if text.lower() in _WORDS and text in (text.lower(), text.title(), text.upper()):
        return _WORDS[text.lower()]
    if _INT.fullmatch(text):
        return int(text)
    if _FLOAT.fullmatch(text) and math.isfinite(number := float(text)):
        return number
    return text


def read_source(text: str, file: str) -> Source:
    """Parse one document. Raises MissionError with everything found."""
    if len(text) > MAX_BYTES:
        raise MissionError([Problem(Mark(file, 1, 1), f"the file is larger than {MAX_BYTES} characters")])
    builder = _Builder(file)
    try:
        for event in yaml.parse(text.translate(_NO_BREAKS), Loader=getattr(yaml, "CLoader", yaml.Loader)):
            builder.take(event)
    except yaml.MarkedYAMLError as error:
        place = error.problem_mark or error.context_mark
        mark = Mark(file, place.line + 1, place.column + 1) if place else Mark(file, 1, 1)
        builder.problems.append(Problem(mark, f"not YAML: {error.problem or error.context or 'cannot be parsed'}"))
    except yaml.reader.ReaderError as error:
        builder.problems.append(Problem(_place(text, error.position, file), f"not YAML: {error.reason}"))
    if not builder.problems and builder.root is None:
        builder.problems.append(Problem(Mark(file, 1, 1), "the file is empty"))
    if builder.problems or builder.root is None:
        raise MissionError(builder.problems)
    return builder.root


def _place(text: str, position: int, file: str) -> Mark:
    before = text[:position]
    return Mark(file, before.count("\n") + 1, position - before.rfind("\n"))


class _Builder:
    """Takes events one by one; `open` is the path of containers not yet ended, with the key waiting in each."""

    def __init__(self, file: str) -> None:
        self.file = file
        self.root: Source | None = None
        self.problems: list[Problem] = []
        self._open: list[Items | Fields] = []
        self._keys: list[Scalar | None] = []
        self._documents = 0
        self._values = 0

    def take(self, event: Any) -> None:
        if isinstance(event, DocumentStartEvent):
            self._documents += 1
            if self._documents == 2:
                self._refuse(event, "a second document in one file")
        if self._documents > 1:
            return
        if isinstance(event, NodeEvent):
            self._node(event)
        elif isinstance(event, CollectionEndEvent):
            self._open.pop()
            self._keys.pop()

    def _node(self, event: NodeEvent) -> None:
        mark = self._mark(event)
        self._values += 1
        if self._values > MAX_VALUES or len(self.problems) > MAX_PROBLEMS:
            what = f"values than {MAX_VALUES}" if self._values > MAX_VALUES else f"problems than {MAX_PROBLEMS}"
            raise MissionError([*self.problems, Problem(mark, f"more {what}; the rest is not read")])
        if isinstance(event, AliasEvent) or event.anchor:
            self._refuse(event, "anchors and aliases are not part of mission files; use a subtree")
        if getattr(event, "tag", None) is not None:
            self._refuse(event, "tags are not part of mission files")
        if isinstance(event, MappingStartEvent):
            self._push(Fields(mark))
        elif isinstance(event, SequenceStartEvent):
            self._push(Items([], mark))
        elif isinstance(event, ScalarEvent):
            self._add(Scalar(event.value if event.style else scalar_value(event.value), mark))
        else:
            self._add(Scalar(None, mark))

    def _push(self, container: Items | Fields) -> None:
        self._add(container)
        self._open.append(container)
        self._keys.append(None)
        if len(self._open) > MAX_DEPTH:
            raise MissionError([Problem(container.mark, f"nested more than {MAX_DEPTH} levels deep")])

    def _add(self, value: Source) -> None:
        if not self._open:
            self.root = value
            return
        parent, key = self._open[-1], self._keys[-1]
        if isinstance(parent, Items):
            parent.items.append(value)
        elif key is None:
            self._keys[-1] = self._as_key(value)
        else:
            self._store(parent, key, value)
            self._keys[-1] = None

    def _as_key(self, value: Source) -> Scalar:
        if isinstance(value, Scalar):
            return value
        self.problems.append(Problem(value.mark, "a key must be a word"))
        return Scalar("?", value.mark)

    def _store(self, parent: Fields, key: Scalar, value: Source) -> None:
        word = str(key.value)
        if word in parent.entries:
            first = parent.keys[word].line
            self.problems.append(Problem(key.mark, f"duplicate key '{word}' (first on line {first})"))
            return
        parent.entries[word] = value
        parent.keys[word] = key.mark

    def _mark(self, event: Any) -> Mark:
        return Mark(self.file, event.start_mark.line + 1, event.start_mark.column + 1)

    def _refuse(self, event: Any, message: str) -> None:
        self.problems.append(Problem(self._mark(event), message))
