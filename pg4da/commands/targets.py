"""`--targets FILE`: what to do one after the other, a target or a set of inputs a line."""

from __future__ import annotations

import shlex
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pg4da.errors import BadInput

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


def _settings(words: list[str], where: str) -> dict[str, Any]:
    if len(words) == 1 and "=" not in words[0]:
        return {"target": words[0]}
    settings: dict[str, Any] = {}
    for word in words:
        key, equals, value = word.partition("=")
        if not equals or not key:
            raise BadInput(f"{where}: '{word}': expected KEY=VALUE, or one target alone")
        if key in settings:
            raise BadInput(f"{where}: '{key}' is given twice")
        settings[key] = value
    return settings


def _from_yaml(text: str, path: Path) -> list[Task]:
    from ruamel.yaml import YAML
    from ruamel.yaml.error import YAMLError

    try:
        found = YAML(typ="rt").load(text)
    except YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        line = f":{mark.line + 1}:{mark.column + 1}" if mark is not None else ""
        raise BadInput(f"{path}{line}: {getattr(error, 'problem', None) or error}") from error
    if found is None:
        return []
    if not isinstance(found, list):
        raise BadInput(f"{path}:1: expected a list of targets")
    lines = found.lc.data if hasattr(found, "lc") else {}
    return [_task(item, f"{path}:{lines[i][0] + 1 if i in lines else 1}") for i, item in enumerate(found)]


def _task(item: Any, where: str) -> Task:
    if isinstance(item, str):
        return Task({"target": str(item)}, where)
    if isinstance(item, dict) and item and all(isinstance(key, str) for key in item):
        return Task({str(key): value for key, value in item.items()}, where)
    raise BadInput(f"{where}: expected a target's colour or a mapping of inputs, got {item!r}")
