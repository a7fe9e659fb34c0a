"""Small helpers that make the YAML-like tree which the mission parser reads."""

from __future__ import annotations

from pg4da.mission.problems import Mark
from pg4da.mission.source import Fields, Items, Plain, Scalar, Source


def scalar(value: Plain, mark: Mark) -> Scalar:
    """One value."""
    return Scalar(value, mark)


def mapping(mark: Mark, entries: dict[str, Source], marks: dict[str, Mark] | None = None) -> Fields:
    """A mapping; keys without a place of their own get the mapping's."""
    return Fields(mark, entries, {key: (marks or {}).get(key, mark) for key in entries})


def node(word: str, mark: Mark, body: dict[str, Source], marks: dict[str, Mark] | None = None) -> Fields:
    """`{word: {…}}`."""
    return mapping(mark, {word: mapping(mark, body, marks)})


def items(children: list[Source], mark: Mark) -> Items:
    """A list."""
    return Items(children, mark)
