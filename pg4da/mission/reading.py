"""Helpers for reading a mapping: what must be there, what may be there, and a note of what is wrong."""

from __future__ import annotations

from collections.abc import Collection
from typing import TypeVar

from pg4da.errors import suggest
from pg4da.mission.problems import MAX_PROBLEMS, Mark, MissionError, Problem
from pg4da.mission.source import Fields, Scalar, Source, describe

T = TypeVar("T")


class Reading:
    """Collects problems; every method that finds one returns None or an empty value, so that reading goes on."""

    problems: list[Problem]

    def _fields(self, source: Source, what: str) -> Fields | None:
        if isinstance(source, Fields):
            return source
        return self._refuse(source.mark, f"{what} must be a mapping, got {describe(source)}")

    def _known(self, entries: Fields, choices: Collection[str], what: str) -> None:
        for key in entries.entries:
            if key not in choices:
                self._refuse(entries.keys[key], f"unknown {what} '{key}'{suggest(key, choices)}")

    def _required(self, entries: Fields, key: str, owner: str) -> Source | None:
        if key not in entries.entries:
            return self._refuse(entries.mark, f"{owner} needs '{key}'")
        return entries.entries[key]

    def _word(self, entries: Fields, key: str, required: bool = False) -> str:
        source = self._required(entries, key, "a mission") if required else entries.entries.get(key)
        if source is None:
            return ""
        if isinstance(source, Scalar) and isinstance(source.value, (str, int, float)):
            return str(source.value)
        self._refuse(source.mark, f"{key} must be text, got {describe(source)}")
        return ""

    def _name(self, entries: Fields, word: str) -> str:
        return self._word(entries, "name").replace("/", " ") or word

    def _refuse(self, mark: Mark, message: str) -> T | None:
        """Note a problem; returns None so that a caller can pass that on. Raises MissionError at too many."""
        self.problems.append(Problem(mark, message))
        if len(self.problems) >= MAX_PROBLEMS:
            more = Problem(mark, f"more problems than {MAX_PROBLEMS}; the rest is not told")
            raise MissionError([*self.problems, more])
        return None

    def _check_key(self, key: str, mark: Mark) -> None:
        if not (key.isidentifier() and key.isascii()):
            self._refuse(mark, f"'{key}' cannot be a key: letters, digits and _ only")
