"""The parts of a test in a file: scripts, seconds, expectations."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from pg4da.errors import BadInput, suggest
from pg4da.mission.problems import Problem
from pg4da.mission.reading import Reading
from pg4da.mission.source import Fields, Items, Scalar, Source, describe, plain
from pg4da.testing.expectation import Expectation, Expected
from pg4da.testing.script import Script, Step, crash, fail, hang, real, succeed

T = TypeVar("T")
OUTCOMES = ("success", "failure", "interrupted", "safety_stop")
FAILURE_KEYS = ("code", "phase", "path", "message", "recoverable")
EXPECT_KEYS = ("outcome", "failure", "outputs", "visited", "not_visited", "visits", "given", "max_time")
STEP_KEYS = {
    "succeed": ("after",),
    "fail": ("after", "phase", "message", "recoverable"),
    "crash": ("after",),
    "hang": ("ignores_stop",),
    "real": (),
}


def read_script(notes: Reading, source: Source) -> Script | None:
    """A step, or a list of them: `succeed`, `{fail: code}`, `{succeed: {held: true}, after: 2}`, `hang`, …"""
    if not isinstance(source, Items):
        return _step(notes, source)
    steps = [_step(notes, item) for item in source.items]
    if not steps:
        return _note(notes, source, "an empty script: expected at least one step")
    found = [step for step in steps if step is not None]
    return found if len(found) == len(steps) else None


def _step(notes: Reading, source: Source) -> Step | None:
    if isinstance(source, Scalar) and isinstance(source.value, str):
        source = Fields(source.mark, {source.value: Scalar(None, source.mark)}, {source.value: source.mark})
    if not isinstance(source, Fields):
        return _note(notes, source, f"expected one of {', '.join(STEP_KEYS)}, got {describe(source)}")
    kinds = [key for key in source.entries if key in STEP_KEYS]
    if len(kinds) != 1:
        given = next(iter(source.entries), "")
        return _note(notes, source, f"expected a step, got '{given}'{suggest(given, STEP_KEYS)}")
    kind = kinds[0]
    for key, mark in source.keys.items():
        if key != kind and key not in STEP_KEYS[kind]:
            notes.problems.append(Problem(mark, f"unknown key '{key}' of {kind}{suggest(key, STEP_KEYS[kind])}"))
            return None
    named = {key: plain(value) for key, value in source.entries.items() if key != kind}
    try:
        return _made(kind, plain(source.entries[kind]), named)
    except (BadInput, TypeError, ValueError) as error:
        return _note(notes, source, str(error))


def _made(kind: str, value: Any, named: Mapping[str, Any]) -> Step:
    """Raises BadInput or TypeError."""
    if kind == "succeed":
        if value is not None and not isinstance(value, dict):
            raise BadInput(f"succeed: expected outputs by name, got {value!r}")
        return succeed(**{**(value or {}), **named})
    if kind in ("fail", "crash"):
        if value is not None and not isinstance(value, str):
            raise BadInput(f"{kind}: expected text, got {value!r}")
        given = (value,) if value is not None else ()
        return fail(*given, **named) if kind == "fail" else crash(*given, **named)
    return hang(**named) if kind == "hang" else real()


def read_seconds(notes: Reading, fields: Fields, key: str, default: float | None) -> float | None:
    """A positive number, or the default."""
    source = fields.entries.get(key)
    if source is None:
        return default
    value = plain(source)
    if isinstance(value, (int, float)) and not isinstance(value, bool) and 0 < value < 1e6:
        return float(value)
    return _note(notes, source, f"{key}: expected seconds, more than 0, got {describe(source)}")


def read_expectation(notes: Reading, fields: Fields) -> Expectation:
    """What stands under `expect`; success without it, failure where a failure is described."""
    source = fields.entries.get("expect", Fields(fields.mark))
    known = _mapping(notes, source, "expect", EXPECT_KEYS)
    failure = _failure(notes, known.get("failure"))
    outcome = Expected("failure" if failure else "success", source.mark)
    if "outcome" in known:
        outcome = Expected(plain(known["outcome"]), known["outcome"].mark)
        if outcome.value not in OUTCOMES:
            _note(notes, known["outcome"], f"unknown outcome '{outcome.value}'{suggest(str(outcome.value), OUTCOMES)}")
    return Expectation(
        outcome,
        failure,
        _values(_mapping(notes, known.get("outputs"), "outputs")),
        _list(notes, known.get("visited"), "visited"),
        _list(notes, known.get("not_visited"), "not_visited"),
        _counts(notes, _mapping(notes, known.get("visits"), "visits")),
        _given(notes, _mapping(notes, known.get("given"), "given")),
        _max_time(notes, source),
    )


def _given(notes: Reading, entries: Mapping[str, Source]) -> Mapping[str, Mapping[str, Expected]]:
    return {pattern: _values(_mapping(notes, inputs, f"given of '{pattern}'")) for pattern, inputs in entries.items()}


def _failure(notes: Reading, source: Source | None) -> Mapping[str, Expected]:
    if isinstance(source, Scalar):
        return {"code": Expected(source.value, source.mark)}
    return _values(_mapping(notes, source, "failure", FAILURE_KEYS))


def _max_time(notes: Reading, source: Source) -> Expected | None:
    if not isinstance(source, Fields) or "max_time" not in source.entries:
        return None
    return Expected(read_seconds(notes, source, "max_time", None) or 0.0, source.entries["max_time"].mark)


def _counts(notes: Reading, entries: Mapping[str, Source]) -> Mapping[str, Expected]:
    for pattern, value in entries.items():
        if not (isinstance(value, Scalar) and type(value.value) is int and value.value >= 0):
            _note(notes, value, f"visits of '{pattern}': expected a whole number, got {describe(value)}")
    return _values(entries)


def _values(entries: Mapping[str, Source]) -> dict[str, Expected]:
    return {key: Expected(plain(value), value.mark) for key, value in entries.items()}


def _list(notes: Reading, source: Source | None, key: str) -> tuple[Expected, ...]:
    items = [] if source is None else source.items if isinstance(source, Items) else [source]
    for item in items:
        if not isinstance(item, Scalar):
            _note(notes, item, f"{key}: expected a pattern, got {describe(item)}")
    return tuple(Expected(str(item.value), item.mark) for item in items if isinstance(item, Scalar))


def _mapping(notes: Reading, source: Source | None, what: str, choices: tuple[str, ...] = ()) -> Mapping[str, Source]:
    if source is None:
        return {}
    if not isinstance(source, Fields):
        _note(notes, source, f"{what} must be a mapping, got {describe(source)}")
        return {}
    for key, mark in source.keys.items():
        if choices and key not in choices:
            notes.problems.append(Problem(mark, f"unknown key '{key}' of {what}{suggest(key, choices)}"))
    return source.entries


def _note(notes: Reading, source: Source, message: str) -> T | None:
    notes.problems.append(Problem(source.mark, message))
    return None
