"""What a URScript program consists of, once parsed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, fields, is_dataclass
from typing import TypeAlias

Node: TypeAlias = object


@dataclass(frozen=True, slots=True)
class Literal:
    value: float | int | bool | str


@dataclass(frozen=True, slots=True)
class Name:
    name: str
    line: int


@dataclass(frozen=True, slots=True)
class Sequence:
    """A list, or a pose `p[x, y, z, rx, ry, rz]`."""

    items: tuple[Expression, ...]
    pose: bool


@dataclass(frozen=True, slots=True)
class Index:
    value: Expression
    index: Expression
    line: int


@dataclass(frozen=True, slots=True)
class Call:
    name: str
    arguments: tuple[Expression, ...]
    named: tuple[tuple[str, Expression], ...]
    line: int


@dataclass(frozen=True, slots=True)
class Run:
    """`run name()`: start a thread; its value is the thread."""

    name: str
    line: int


@dataclass(frozen=True, slots=True)
class Unary:
    operator: str
    operand: Expression
    line: int


@dataclass(frozen=True, slots=True)
class Binary:
    operator: str
    left: Expression
    right: Expression
    line: int


Expression: TypeAlias = Literal | Name | Sequence | Index | Call | Run | Unary | Binary


@dataclass(frozen=True, slots=True)
class Assign:
    """`name = value`, or `name[index] = value`."""

    name: str
    index: Expression | None
    value: Expression
    line: int


@dataclass(frozen=True, slots=True)
class Do:
    value: Expression


@dataclass(frozen=True, slots=True)
class If:
    branches: tuple[tuple[Expression, Block], ...]
    otherwise: Block


@dataclass(frozen=True, slots=True)
class While:
    condition: Expression
    body: Block
    line: int


@dataclass(frozen=True, slots=True)
class Return:
    value: Expression | None


@dataclass(frozen=True, slots=True)
class Kill:
    thread: Expression


@dataclass(frozen=True, slots=True)
class Word:
    """break, continue, halt, pass, enter_critical or exit_critical."""

    word: str


Statement: TypeAlias = Assign | Do | If | While | Return | Kill | Word
Block: TypeAlias = tuple[Statement, ...]


@dataclass(frozen=True, slots=True)
class Function:
    """A `def` or a `thread`."""

    name: str
    parameters: tuple[str, ...]
    body: Block
    thread: bool
    line: int


@dataclass(frozen=True, slots=True)
class Source:
    """A whole program: what its outermost `def` does, the functions in it, the names that are global."""

    main: Function
    functions: tuple[Function, ...]
    global_names: frozenset[str]


def walk(node: Node) -> Iterator[Node]:
    """A node and all that it holds."""
    if isinstance(node, tuple):
        for item in node:
            yield from walk(item)
    elif is_dataclass(node) and not isinstance(node, type):
        yield node
        for field in fields(node):
            yield from walk(getattr(node, field.name))


def calls(node: Node) -> Iterator[Call]:
    """Every call inside a node."""
    return (found for found in walk(node) if isinstance(found, Call))
