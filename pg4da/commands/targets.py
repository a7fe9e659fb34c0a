"""`--targets FILE`: what to do one after the other, a target or a set of inputs a line."""

from __future__ import annotations

import shlex
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pg4da.commands.pairs import read_pairs
from pg4da.errors import BadInput

if TYPE_CHECKING:
    from pg4da.mission.source import Source

MAX_LINES = 10_000


@dataclass(frozen=True)
class Task:
    """Inputs of one mission, and where they stand, for error messages."""

    settings: dict[str, Any]
    where: str


def read_targets(path: Path) -> list[Task]:
    """Raises BadInput with file and line.

    A line is a target's colour (`green`), or inputs (`target=red max_motions=20`); `#` begins a comment. A YAML file
    (.yaml, .yml) is a list of the same: `- green`, or `- {target: red, max_motions: 20}`.
    """
    text = _text(path)
    tasks = _from_yaml(text, path) if path.suffix in (".yaml", ".yml") else _from_lines(text, path)
    if not tasks:
        raise BadInput(f"{path}: no targets in it")
    if len(tasks) > MAX_LINES:
        raise BadInput(f"{path}: more than {MAX_LINES} targets")
    return tasks


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise BadInput(f"--targets {path}: {error.strerror or error}") from error
    except UnicodeDecodeError as error:
        raise BadInput(f"{path}: not UTF-8 text: byte {error.start}") from error


def _from_lines(text: str, path: Path) -> list[Task]:
    tasks = []
    for number, line in enumerate(text.splitlines(), 1):
        where = f"{path}:{number}"
        try:
            words = shlex.split(line, comments=not line.lstrip().startswith("target=#"))
        except ValueError as error:
            raise BadInput(f"{where}: {error}") from error
        if words:
            tasks.append(Task(_settings(words, where), where))
    return tasks


def _settings(words: list[str], where: str) -> dict[str, str]:
    if len(words) == 1 and "=" not in words[0]:
        return {"target": words[0]}
    return read_pairs(words, where)


def _from_yaml(text: str, path: Path) -> list[Task]:
    from pg4da.mission.source import Items, describe, read_source

    if not text.strip():
        return []
    found = read_source(text, str(path))
    if not isinstance(found, Items):
        raise BadInput(f"{found.mark}: expected a list of targets, got {describe(found)}")
    return [_task(item) for item in found.items]


def _task(item: Source) -> Task:
    from pg4da.mission.source import Fields, Scalar, describe, plain

    where = str(item.mark)
    if isinstance(item, Scalar) and isinstance(item.value, str):
        return Task({"target": item.value}, where)
    if isinstance(item, Fields) and item.entries:
        return Task(plain(item), where)
    raise BadInput(f"{where}: expected a target's colour or a mapping of inputs, got {describe(item)}")
