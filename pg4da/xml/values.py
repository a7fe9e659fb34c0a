"""Texts of attributes and the values of mission files, both ways."""

from __future__ import annotations

import json
import re
from typing import Any

from pg4da.mission.expression import Expression, Value
from pg4da.mission.fitting import misfit
from pg4da.mission.problems import Mark
from pg4da.mission.source import Fields, Items, Scalar, Source, scalar_value

_REFERENCE = re.compile(r"\{\s*(=|[A-Za-z_]\w*)\s*\}")
MAX_DEPTH = 20  # of JSON in an attribute


def key_of(text: str, port: str) -> str | None:
    """The key in `{key}`; `{=}` is the key with the port's own name."""
    found = _REFERENCE.fullmatch(text.strip())
    return None if found is None else port if found[1] == "=" else found[1]


def to_source(text: str, port: str, annotation: Any, mark: Mark) -> Source:
    """`{key}` is a reference, other text a value of the port's type; lists and mappings are JSON."""
    key = key_of(text, port)
    if key is not None:
        return Scalar(f"${key}", mark)
    if annotation is not Any and "$" not in text and not misfit(annotation, text):
        return Scalar(text, mark)
    if text.removeprefix("json:")[:1] in ("[", "{", '"'):
        found = _from_json(text.removeprefix("json:"), mark)
        if found is not None:
            return found
    return Scalar(text if "$" in text else scalar_value(text), mark)


def _from_json(text: str, mark: Mark) -> Source | None:
    try:
        return _as_source(json.loads(text), mark, MAX_DEPTH)
    except (ValueError, RecursionError):
        return None


def _as_source(value: Any, mark: Mark, depth: int) -> Source:
    if depth == 0:
        raise ValueError("nested too deep")
    if isinstance(value, list):
        return Items([_as_source(item, mark, depth - 1) for item in value], mark)
    if isinstance(value, dict):
        entries = {key: _as_source(item, mark, depth - 1) for key, item in value.items()}
        return Fields(mark, entries, dict.fromkeys(entries, mark))
    return Scalar(value, mark)


def to_text(value: Value, annotation: Any) -> str:
    """The text that `to_source` reads back; keys as `{key}`, other expressions as they are written."""
    if isinstance(value, Expression):
        return f"{{{value.bare_key}}}" if value.bare_key else value.text
    literal = value.value
    if isinstance(literal, str):
        if "$" in literal:
            return f"${literal}"
        plain = annotation is not Any and not misfit(annotation, literal)
        clear = scalar_value(literal) == literal and literal[:1] not in ("[", "{", '"')
        return literal if (plain or clear) and key_of(literal, "") is None else json.dumps(literal, ensure_ascii=False)
    if isinstance(literal, bool) or literal is None:
        return json.dumps(literal)
    return repr(literal) if isinstance(literal, (int, float)) else json.dumps(literal, ensure_ascii=False)
