"""Which keys a tree without a model reads and writes: BehaviorTree.CPP lets a subtree's ports go undeclared."""

from __future__ import annotations

import re
from collections.abc import Iterator

from pg4da.mission.source import Fields, Items, Scalar, Source

_KEY = re.compile(r"\$([A-Za-z_]\w*)")


def ports_of(root: Source) -> tuple[list[str], list[str]]:
    """(inputs, outputs): keys read before they are written in the order of the file, and keys written."""
    inputs: dict[str, None] = {}
    outputs: dict[str, None] = {}
    for key, written in _uses(root):
        if written:
            outputs[key] = None
        elif key not in outputs:
            inputs[key] = None
    return list(inputs), list(outputs)


def _uses(source: Source, word: str = "") -> Iterator[tuple[str, bool]]:
    if isinstance(source, Items):
        for item in source.items:
            yield from _uses(item)
    elif isinstance(source, Scalar):
        yield from ((key, False) for key in _KEY.findall(source.value)) if isinstance(source.value, str) else ()
    else:
        yield from _of_fields(source, word)


def _of_fields(fields: Fields, word: str) -> Iterator[tuple[str, bool]]:
    written = []
    for key, value in fields.entries.items():
        if key == "outputs" and isinstance(value, Fields):
            written += [target.value for target in value.entries.values() if isinstance(target, Scalar)]
        elif key in ("as", "index") and word in ("for_each", "catch") and isinstance(value, Scalar):
            yield str(value.value), True
        elif key != "name":
            yield from _uses(value, key)
            written += [key] if word == "set" else []
    yield from ((str(key).removeprefix("$"), True) for key in written)
