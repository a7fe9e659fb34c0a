"""A mission's tree as plain data: what viewers draw and `replay` points at."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pg4da.mission.expression import Expression
from pg4da.mission.node import Node
from pg4da.stream.brief import brief

if TYPE_CHECKING:
    from pg4da.mission.tree import MissionTree

TEXT = 200


def outline(tree: MissionTree) -> list[dict[str, Any]]:
    """Every node in the order of the file; see `tree` in `stream.messages`."""
    return [_node(node) for node in tree.nodes]


def _node(node: Node) -> dict[str, Any]:
    parent = node.parent.number if isinstance(node.parent, Node) else 0
    mark = node.spec.mark
    return {
        "id": node.number,
        "parent": parent,
        "name": node.name,
        "word": node.spec.word,
        "path": node.path,
        "file": mark.file,
        "line": mark.line,
        "text": _text(node),
    }


def _text(node: Node) -> str:
    """Fields or ports as in the file, then `-> key` for what it writes."""
    parts = [f"{name}: {_written(value)}" for name, value in node.spec.values.items()]
    parts += [f"{port} -> {key}" for port, key in node.spec.outputs.items()]
    text = ", ".join(parts)
    return text if len(text) <= TEXT else text[:TEXT] + "…"


def _written(value: Any) -> str:
    if isinstance(value, Expression):
        return value.text
    found = brief(getattr(value, "value", value))
    return found if isinstance(found, str) else str(found).lower() if isinstance(found, bool) else str(found)
