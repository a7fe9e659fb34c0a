"""Failure codes that a mission matches (`on`, `abort_on`, the cases of `catch`) and that can never come."""

from __future__ import annotations

from collections.abc import Iterator

from pg4da.errors import suggest
from pg4da.mission.codes import ANY, ENDS_ALL, Codes, Endings
from pg4da.mission.expression import Literal
from pg4da.mission.guards import codes_of
from pg4da.mission.problems import Mark, Problem
from pg4da.mission.spec import NodeSpec


def never_matched(node: NodeSpec, endings: Endings) -> Iterator[Problem]:
    """A problem for each code that nothing below can end with."""
    child = node.slots.get("child")
    if child is None or node.word not in ("retry", "repeat", "catch"):
        return
    possible = endings.of(child)
    for field, code, mark in _matched(node):
        if code in ENDS_ALL:
            yield Problem(mark, f"{field} of {node.word}: '{code}' ends the whole mission; no branch comes to see it")
        elif code not in possible and ANY not in possible:
            yield Problem(mark, f"{field} of {node.word}: {_never(code, possible)}")


def _matched(node: NodeSpec) -> Iterator[tuple[str, str, Mark]]:
    """(field, code, place)."""
    if node.word == "catch":
        for case, below in node.slots.items():
            for code in codes_of(case) if case not in ("child", "default") else ():
                yield "cases", code, node.key_marks.get(case, below.mark)
        return
    for field in ("on", "abort_on"):
        value = node.values.get(field)
        if isinstance(value, Literal) and isinstance(value.value, list):
            marks = value.items or (value.mark,) * len(value.value)
            yield from ((field, code, mark) for code, mark in zip(value.value, marks, strict=True))


def _never(code: str, possible: Codes) -> str:
    if not possible:
        return f"'{code}' never comes: nothing below it can fail"
    return f"nothing below it can end with '{code}'{suggest(code, possible)}"
