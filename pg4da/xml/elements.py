"""XML as a tree of elements that know their line and column, also those of their attributes.

Read with expat's events: nothing recurses; document types, and with them entities, are refused.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any
from xml.parsers import expat

from pg4da.mission.problems import Mark, MissionError, Problem
from pg4da.mission.source import MAX_BYTES, MAX_DEPTH, MAX_VALUES

_ATTRIBUTE = re.compile(rb"""\s*([^\s=<>/"']+)\s*=\s*("[^"]*"|'[^']*')""")
_TAG = re.compile(rb"<[^\s/>]+")


@dataclass(frozen=True)
class Element:
    """`marks` gives each attribute's value its place."""

    tag: str
    mark: Mark
    attributes: dict[str, str]
    marks: dict[str, Mark]
    children: list[Element] = field(default_factory=list)


def read_elements(text: str, file: str) -> Element:
    """The root element. Raises MissionError for what is no XML."""
    if len(text) > MAX_BYTES:
        raise MissionError([Problem(Mark(file, 1, 1), f"the file is larger than {MAX_BYTES} characters")])
    return _Builder(text, file).read()


class _Places:
    """Line and column of byte offsets that only grow, so that a long line costs no more than a short one."""

    def __init__(self, data: bytes, file: str) -> None:
        self._data, self._file = data, file
        self._offset, self._line, self._column = 0, 1, 1

    def mark(self, offset: int) -> Mark:
        passed = self._data[self._offset : offset].decode("utf-8", "replace")
        lines = passed.count("\n")
        if lines:
            self._line += lines
            self._column = 1
            passed = passed[passed.rfind("\n") + 1 :]
        self._column += len(passed)
        self._offset = max(offset, self._offset)
        return Mark(self._file, self._line, self._column)


class _Builder:
    def __init__(self, text: str, file: str) -> None:
        self._data, self._file = text.encode("utf-8", "replace"), file
        self._places = _Places(self._data, file)
        self._open: list[Element] = []
        self._root: Element | None = None
        self._values = 0
        self._parser: Any = expat.ParserCreate("utf-8")
        self._parser.ordered_attributes = True
        self._parser.StartElementHandler = self._start
        self._parser.EndElementHandler = lambda tag: self._open.pop()
        self._parser.CharacterDataHandler = self._text
        self._parser.StartDoctypeDeclHandler = self._refuse_doctype

    def read(self) -> Element:
        try:
            self._parser.Parse(self._data, True)
        except expat.ExpatError as error:
            message = f"not XML: {expat.ErrorString(error.code)}"
            raise MissionError([Problem(Mark(self._file, error.lineno, error.offset + 1), message)]) from None
        if self._root is None:
            raise MissionError([Problem(Mark(self._file, 1, 1), "the file is empty")])
        return self._root

    def _start(self, tag: str, pairs: list[str]) -> None:
        start = self._parser.CurrentByteIndex
        mark = self._places.mark(start)
        self._values += 1 + len(pairs) // 2
        if len(self._open) >= MAX_DEPTH or self._values > MAX_VALUES:
            limit = f"nested more than {MAX_DEPTH} levels deep" if len(self._open) >= MAX_DEPTH else "too many elements"
            raise MissionError([Problem(mark, limit)])
        attributes = dict(zip(pairs[::2], pairs[1::2], strict=True))
        element = Element(tag, mark, attributes, self._attribute_marks(start, attributes))
        if self._open:
            self._open[-1].children.append(element)
        else:
            self._root = element
        self._open.append(element)

    def _attribute_marks(self, start: int, attributes: dict[str, str]) -> dict[str, Mark]:
        tag = _TAG.match(self._data, start)
        position, marks = tag.end() if tag else start, {}
        for name in attributes:
            found = _ATTRIBUTE.match(self._data, position)
            if found is None:
                break
            position = found.end()
            marks[name] = self._places.mark(found.start(2))
        return marks

    def _text(self, text: str) -> None:
        if text.strip() and self._open:
            mark = self._places.mark(self._parser.CurrentByteIndex)
            raise MissionError([Problem(mark, f"text between elements: {text.strip()[:40]!r}")])

    def _refuse_doctype(self, *_: Any) -> None:
        raise MissionError([Problem(Mark(self._file, self._parser.CurrentLineNumber, 1), "a document type is refused")])
