"""A mission's tree as text."""

from __future__ import annotations

import json
from collections.abc import Iterator

from pg4da.mission.expression import Expression
from pg4da.mission.grammar import WORDS
from pg4da.mission.source import shorten
from pg4da.mission.spec import MissionSpec, NodeSpec


def tree_lines(mission: MissionSpec) -> Iterator[tuple[str, str, str]]:
    """(branches, word and name, values) of each node, subtrees included."""
    yield "", mission.name, mission.file
    yield from _lines(mission.root, "", "", last=True)


def _lines(node: NodeSpec, before: str, role: str, last: bool) -> Iterator[tuple[str, str, str]]:
    named = "" if node.name == node.word else f" {node.name}"
    label = f"{role}: " if role else ""
    yield f"{before}{'└─ ' if last else '├─ '}", f"{label}{node.word}{named}", details(node)
    roles = {id(child): role for role, child in node.slots.items() if role != "child"}
    below = [(child, roles.get(id(child), "")) for child in node.below()]
    below += [(node.subtree.root, "")] if node.subtree is not None else []
    inner = f"{before}{'   ' if last else '│  '}"
    for index, (child, its_role) in enumerate(below):
        yield from _lines(child, inner, its_role, last=index == len(below) - 1)


def details(node: NodeSpec) -> str:
    """What the file gives a node: its values, and `-> key` for what it writes."""
    rules = WORDS[node.word].fields if node.word in WORDS else {}
    parts = []
    for key, value in node.values.items():
        if isinstance(value, Expression):
            parts.append(f"{key}: {value.text}")
        elif key not in rules or value.value != rules[key].default:
            parts.append(f"{key}: {shorten(json.dumps(value.value, ensure_ascii=False, default=str))}")
    parts += [f"{port} -> {key}" for port, key in node.outputs.items()]
    return ", ".join(parts)
