"""Text with values in it: `Is the $target object in the $arm gripper?`"""

from __future__ import annotations

import re

from pg4da.mission.expression import Expression, Run, attribute, constant, read
from pg4da.mission.problems import Mark

_REFERENCE = re.compile(r"(\$\$|\$[A-Za-z_][A-Za-z_0-9]*(?:\.[A-Za-z][A-Za-z_0-9]*)*)")


def parse_template(text: str, mark: Mark) -> Expression:
    """`$key` and `$key.attribute` stand for their values, `$$` for a dollar; evaluates to text."""
    parts = [part for part in _REFERENCE.split(text) if part]
    keys = {part[1:].split(".")[0] for part in parts if part != "$$" and _REFERENCE.fullmatch(part)}
    runs = [_part(part) for part in parts]
    return Expression(text, lambda values: "".join([str(run(values)) for run in runs]), frozenset(keys), mark)


def _part(part: str) -> Run:
    if part == "$$" or not _REFERENCE.fullmatch(part):
        return constant("$" if part == "$$" else part)
    key, *attributes = part[1:].split(".")
    run = read(key)
    for name in attributes:
        run = attribute(run, name)
    return run
