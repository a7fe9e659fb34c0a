"""Tests of a mission in a file, for people who write no Python: `*.mission-test.yaml`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from pg4da.errors import BadInput
from pg4da.mission.files import find_subtree, read_text, shown_path
from pg4da.mission.problems import Mark, MissionError, Problem
from pg4da.mission.reading import Reading
from pg4da.mission.source import Fields, Items, Scalar, Source, describe, plain, read_source
from pg4da.testing.case_fields import read_expectation, read_script, read_seconds
from pg4da.testing.expectation import Expectation
from pg4da.testing.mission import MissionTest, mission_under_test
from pg4da.testing.replace import BadScript, no_node, places
from pg4da.testing.script import Script

ENDING = ".mission-test.yaml"
FILE_KEYS = ("mission", "description", "inputs", "replace", "tests")
CASE_KEYS = ("test", "inputs", "replace", "within", "cancel_at", "expect")
WITHIN = 600.0  # s


@dataclass(frozen=True)
class Case:
    """One test of a file."""

    name: str
    mark: Mark
    test: MissionTest
    expectation: Expectation
    within: float
    cancel_at: float | None

    def check(self) -> str:
        """Run it; what is wrong, empty when all is as expected. Raises StillRunning and RealCellNeeded."""
        run = self.test.run(self.within, self.cancel_at)
        unmet = self.expectation.unmet(run)
        return "\n".join([*map(str, unmet), f"the run: {run}"]) if unmet else ""


def read_cases(path: Path) -> list[Case]:
    """Every test of a file, checked against its mission. Raises MissionError with all that is wrong."""
    shown = shown_path(path)
    reader = _Reader(path)
    cases = reader.file(read_source(read_text(path, shown), shown))
    if reader.problems:
        raise MissionError(reader.problems)
    return cases


class _Reader(Reading):
    def __init__(self, path: Path) -> None:
        self.problems: list[Problem] = []
        self._path = path
        self._mission = ""

    def file(self, source: Source) -> list[Case]:
        fields = self._fields(source, "a file of tests")
        if fields is None:
            return []
        self._known(fields, FILE_KEYS, "key")
        self._find(fields)
        tests = self._required(fields, "tests", "a file of tests")
        if tests is None or not self._mission:
            return []
        if not isinstance(tests, Items):
            self._refuse(tests.mark, f"tests must be a list, got {describe(tests)}")
            return []
        cases = [self._case(each, fields) for each in tests.items]
        names: set[str] = set()
        for case in [case for case in cases if case is not None]:
            if case.name in names:
                self._refuse(case.mark, f"two tests are called '{case.name}'")
            names.add(case.name)
        return [case for case in cases if case is not None]

    def _find(self, fields: Fields) -> None:
        name = self._word(fields, "mission", required=True)
        try:
            self._mission = str(find_subtree(name, self._path)) if name else ""
        except BadInput as error:
            self._refuse(fields.entries["mission"].mark, str(error).replace("subtree", "mission", 1))

    def _case(self, source: Source, shared: Fields) -> Case | None:
        fields = self._fields(source, "a test")
        if fields is None:
            return None
        self._known(fields, CASE_KEYS, "key")
        name = self._required(fields, "test", "a test")
        before = len(self.problems)
        expectation = read_expectation(self, fields)
        within = read_seconds(self, fields, "within", WITHIN)
        cancel_at = read_seconds(self, fields, "cancel_at", None)
        test = self._test(shared, fields)
        if name is None or test is None or len(self.problems) > before:
            return None
        self._check_patterns(test, expectation)
        text = str(name.value) if isinstance(name, Scalar) else describe(name)
        return Case(text, name.mark, test, expectation, within or WITHIN, cancel_at)

    def _test(self, shared: Fields, fields: Fields) -> MissionTest | None:
        """Its own inputs and replacements count over those of the file."""
        inputs, replace = self._both(shared, fields, "inputs"), self._both(shared, fields, "replace")
        scripts: dict[str, Script] = {}
        for pattern, (value, _) in replace.items():
            script = read_script(self, value)
            if script is not None:
                scripts[pattern] = script
        if len(scripts) < len(replace):
            return None
        given = {name: plain(value) for name, (value, _) in inputs.items()}
        try:
            return mission_under_test(self._mission, given, scripts)
        except MissionError as error:
            self.problems += error.problems
        except BadScript as error:
            self._refuse(replace[error.pattern][1], error.message)
        except BadInput as error:
            self._refuse(next((mark for _, mark in inputs.values()), fields.mark), str(error))
        return None

    def _both(self, shared: Fields, fields: Fields, key: str) -> Mapping[str, tuple[Source, Mark]]:
        found: dict[str, tuple[Source, Mark]] = {}
        for owner in (shared, fields):
            entries = owner.entries.get(key)
            each = self._fields(entries, key) if entries is not None else None
            for name, value in each.entries.items() if each is not None else ():
                found.pop(name, None)
                found[name] = value, each.keys[name] if each is not None else value.mark
        return found

    def _check_patterns(self, test: MissionTest, expectation: Expectation) -> None:
        paths = [place.path for place in places(test.spec.root)]
        for expected in (*expectation.visited, *expectation.not_visited):
            if wrong := no_node(str(expected.value), paths):
                self._refuse(expected.mark, wrong)
        for pattern, count in expectation.visits.items():
            if wrong := no_node(pattern, paths):
                self._refuse(count.mark, wrong)
        for pattern, inputs in expectation.given.items():
            if wrong := no_node(pattern, paths):
                self._refuse(next((each.mark for each in inputs.values()), expectation.outcome.mark), wrong)
        for name, expected in expectation.outputs.items():
            if name not in test.spec.outputs:
                self._refuse(expected.mark, f"the mission has no output '{name}'")
