"""What a test file expects of a run, each thing with its place."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pg4da.mission.failure import Failure
from pg4da.mission.problems import Mark, Problem
from pg4da.testing.outcome import MissionRun


@dataclass(frozen=True)
class Expected:
    """One value and where it stands."""

    value: Any
    mark: Mark


@dataclass(frozen=True)
class Expectation:
    """failure: by the names of a failure's fields; `message` is a part of it. visits: how often, by pattern.

    given: inputs of replaced nodes, by pattern, at each of their calls. max_time [s]: on the virtual clock.
    """

    outcome: Expected
    failure: Mapping[str, Expected]
    outputs: Mapping[str, Expected]
    visited: tuple[Expected, ...]
    not_visited: tuple[Expected, ...]
    visits: Mapping[str, Expected]
    given: Mapping[str, Mapping[str, Expected]]
    max_time: Expected | None

    def unmet(self, run: MissionRun) -> list[Problem]:
        """Everything that came otherwise."""
        found = self._ends(run) + self._outputs(run)
        found += [_told(each, "was never visited") for each in self.visited if not run.visited(each.value)]
        found += [_told(each, "was visited") for each in self.not_visited if run.visited(each.value)]
        for pattern, wanted in self.visits.items():
            count = len(run.visits(pattern))
            if count != wanted.value:
                found.append(_told(wanted, f"visits of '{pattern}' expected, there were {count}"))
        return found + self._given(run)

    def _ends(self, run: MissionRun) -> list[Problem]:
        found = []
        if run.outcome != self.outcome.value:
            found.append(_told(self.outcome, f"expected as outcome, it was '{run.outcome}'"))
        for key, wanted in self.failure.items():
            given = getattr(run.failure, key) if run.failure is not None else None
            if not _same(key, wanted.value, given, run.failure):
                found.append(_told(wanted, f"expected as {key} of the failure, it was {given!r}"))
        if self.max_time is not None and run.seconds > self.max_time.value:
            found.append(_told(self.max_time, f"seconds at most, it took {run.seconds:.2f}"))
        return found

    def _outputs(self, run: MissionRun) -> list[Problem]:
        return [
            _told(wanted, f"expected as output '{name}', it was {run.outputs.get(name)!r}")
            for name, wanted in self.outputs.items()
            if run.outputs.get(name) != wanted.value
        ]

    def _given(self, run: MissionRun) -> list[Problem]:
        found = []
        for pattern, inputs in self.given.items():
            calls = run.calls(pattern)
            for name, wanted in inputs.items():
                other = next((call for call in calls if call.inputs.get(name) != wanted.value), None)
                if other is not None or not calls:
                    was = f"it was {other.inputs.get(name)!r}" if other is not None else "it was never called"
                    found.append(_told(wanted, f"expected as '{name}' given to '{pattern}', {was}"))
        return found


def _same(key: str, wanted: Any, given: Any, failure: Failure | None) -> bool:
    if key == "message" and failure is not None:
        return str(wanted) in failure.message
    return bool(wanted == given)


def _told(expected: Expected, message: str) -> Problem:
    value = expected.value
    return Problem(expected.mark, f"{repr(value) if isinstance(value, str) else value} {message}")
