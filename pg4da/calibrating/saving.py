"""A value written into a cell file: everything else stays as it was, comments and order included."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import yaml

from pg4da.errors import BadInput

DECIMALS = 6  # micrometres and microradians
Plain = Any


def save(path: Path, values: Sequence[tuple[tuple[str, ...], Plain]]) -> Path:
    """Put the values at their places (keys from the top) into the file; the copy of what it was. Raises BadInput."""
    try:
        before = path.read_bytes().decode()
    except (OSError, UnicodeDecodeError) as error:
        raise BadInput(f"{path}: {error}") from error
    after = before
    for place, value in values:
        after = edited(after, place, value)
    _check(before, after, values, path)
    backup = _free(path)
    try:
        backup.write_bytes(before.encode())
        _replace(path, after)
    except OSError as error:
        raise BadInput(f"{path}: can't be written: {error.strerror}") from error
    return backup


def edited(text: str, place: tuple[str, ...], value: Plain) -> str:
    """The text of a YAML file with the value at this place. Raises BadInput where the section above it is missing."""
    section = yaml.compose(text, Loader=yaml.SafeLoader)
    for depth, key in enumerate(place[:-1]):
        section = _entry(section, key)
        if not isinstance(section, yaml.MappingNode):
            raise BadInput(f"the file has no section '{'.'.join(place[: depth + 1])}'")
    old = _entry(section, place[-1])
    if old is None:
        return _inserted(text, section, place[-1], value)
    if isinstance(value, dict) and isinstance(old, yaml.MappingNode) and not old.flow_style:
        for key, inner in value.items():
            text = edited(text, (*place, key), inner)
        return text
    start, end = int(old.start_mark.index), _end(old)
    return f"{text[:start]}{' ' * (start == end)}{flow(value)}{text[end:]}"


def flow(value: Plain) -> str:
    """In one line of YAML."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key}: {flow(inner)}" for key, inner in value.items()) + "}"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(flow(inner) for inner in value) + "]"
    return _number(value) if isinstance(value, float) else str(value)


def _number(value: float) -> str:
    text = f"{value:.{DECIMALS}f}".rstrip("0")
    text = text + "0" if text.endswith(".") else text
    return "0.0" if text == "-0.0" else text


def _entry(section: yaml.Node | None, key: str) -> yaml.Node | None:
    if not isinstance(section, yaml.MappingNode):
        return None
    return next((value for name, value in section.value if name.value == key), None)


def _end(node: yaml.Node) -> int:
    """Where a value's own text ends; a block's mark lies behind the comments that follow it."""
    if isinstance(node, yaml.CollectionNode) and not node.flow_style and node.value:
        last = node.value[-1]
        return _end(last[1] if isinstance(last, tuple) else last)
    return int(node.end_mark.index)


def _inserted(text: str, section: yaml.MappingNode, key: str, value: Plain) -> str:
    entry = f"{key}: {flow(value)}"
    if section.flow_style:
        end = int(section.end_mark.index) - 1
        return text[:end].rstrip() + (", " if section.value else "") + entry + text[end:]
    first, last = section.value[0][0], section.value[-1][1]
    end = text.find("\n", _end(last))
    newline = "\r\n" if "\r\n" in text else "\n"
    line = " " * int(first.start_mark.column) + entry
    return text + newline + line + newline if end < 0 else text[: end + 1] + line + newline + text[end + 1 :]


def _check(before: str, after: str, values: Sequence[tuple[tuple[str, ...], Plain]], path: Path) -> None:
    """Whatever the style of the file: nothing but these values may have changed."""
    wanted = yaml.safe_load(before)
    for place, value in values:
        section = wanted
        for key in place[:-1]:
            section = section[key]
        section[place[-1]] = yaml.safe_load(flow(value))
    try:
        sound = yaml.safe_load(after) == wanted
    except yaml.YAMLError:
        sound = False
    if not sound:
        told = "; ".join(f"{'.'.join(place)}: {flow(value)}" for place, value in values)
        raise BadInput(f"{path}: its layout is too unusual to be changed safely; write by hand: {told}")


def _free(path: Path) -> Path:
    number = 1
    while (backup := path.with_name(f"{path.name}.before-{number}")).exists():
        number += 1
    return backup


def _replace(path: Path, text: str) -> None:
    fresh = path.with_name(f".{path.name}.new")
    with open(fresh, "w", encoding="utf-8", newline="") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    fresh.chmod(path.stat().st_mode)
    os.replace(fresh, path)
