"""Expressions over blackboard keys: `$failed_grasps < 5 and not $retrieved`.

A subset of Python's expressions, parsed by `ast`, turned into closures by hand, never evaluated as code. Keys are
written with `$`; public attributes of a value can be read (`$observation.visible_share`); min, max, abs, len, round and
known can be called.
"""

from __future__ import annotations

import ast
import operator
import re
import warnings
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from pg4da.mission.problems import Mark

MAX_LENGTH = 400
MAX_DEPTH = 30
_TOKEN = re.compile(r"""('[^']*'|"[^"]*")|\$([A-Za-z_][A-Za-z_0-9]*)""")
_BARE = re.compile(r"\$([A-Za-z_][A-Za-z_0-9]*)")
_PREFIX = "key_"  # so that a key may be called `if` or `min`, and a word without $ is no key

_BINARY: dict[type[ast.operator], Callable[[Any, Any], Any]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.FloorDiv: operator.floordiv,
    ast.Mod: operator.mod,
}
_COMPARE: dict[type[ast.cmpop], Callable[[Any, Any], Any]] = {
    ast.Eq: operator.eq,
    ast.NotEq: operator.ne,
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
    ast.In: lambda a, b: a in b,
    ast.NotIn: lambda a, b: a not in b,
}
_WORDS = {"true": True, "false": False, "null": None}
_CALLS: dict[str, Callable[..., Any]] = {
    "min": min,
    "max": max,
    "abs": abs,
    "len": len,
    "round": lambda value, digits=0: round(_number(value), min(max(int(digits), 0), 15)),
}
CALLS = (*_CALLS, "known")
Run = Callable[[Mapping[str, Any]], Any]


class ExpressionError(Exception):
    """An expression that cannot be parsed, or cannot be evaluated with the values at hand."""


@dataclass(frozen=True)
class Expression:
    """A parsed expression. `keys` are the blackboard keys that it reads.

    `bare_key`: the key when the expression is nothing but one. `attributes`: (key, attribute) that it reads.
    """

    text: str
    run: Run = field(compare=False, repr=False)
    keys: frozenset[str]
    mark: Mark
    bare_key: str | None = None
    attributes: frozenset[tuple[str, str]] = frozenset()

    def evaluate(self, values: Mapping[str, Any]) -> Any:
        """Raises ExpressionError: a key without a value, or an operation that these values do not have."""
        try:
            return self.run(values)
        except ExpressionError as error:
            raise ExpressionError(f"{self.text}: {error}") from None
        except (TypeError, ValueError, ArithmeticError) as error:
            raise ExpressionError(f"{self.text}: {error}") from error


@dataclass(frozen=True)
class Literal:
    """A value written in the file; of a list also where each item stands."""

    value: Any
    mark: Mark
    items: tuple[Mark, ...] = field(default=(), compare=False)

    def evaluate(self, values: Mapping[str, Any]) -> Any:
        return self.value


Value = Expression | Literal


def parse_expression(text: str, mark: Mark) -> Expression:
    """Raises ExpressionError saying what is not allowed."""
    if len(text) > MAX_LENGTH:
        raise ExpressionError(f"an expression is at most {MAX_LENGTH} characters long")
    if bare := _BARE.fullmatch(text):
        return Expression(text, read(bare[1]), frozenset({bare[1]}), mark, bare[1])

    def to_name(found: re.Match[str]) -> str:
        return found[1] or _PREFIX + found[2]

    try:
        with warnings.catch_warnings(action="ignore"):  # Python's opinion of odd but valid syntax
            tree = ast.parse(_TOKEN.sub(to_name, text).strip(), mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        raise ExpressionError(f"'{text}' is not an expression") from None
    keys: set[str] = set()
    run = _compile(tree, keys, MAX_DEPTH)
    return Expression(text, run, frozenset(keys), mark, None, frozenset(_attributes(tree)))


def _attributes(tree: ast.expr) -> Iterator[tuple[str, str]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
            yield node.value.id.removeprefix(_PREFIX), node.attr


def _compile(node: ast.expr, keys: set[str], depth: int) -> Run:
    """A function of the blackboard; refuses everything outside the white list."""
    if depth == 0:
        raise ExpressionError(f"an expression is nested at most {MAX_DEPTH} deep")

    def inner(*nodes: ast.expr) -> list[Run]:
        return [_compile(each, keys, depth - 1) for each in nodes]

    match node:
        case ast.Constant(value=bool() | int() | float() | str() | None as value):
            return constant(value)
        case ast.Name(id=name) if name in _WORDS:
            return constant(_WORDS[name])
        case ast.Name(id=name) if name.startswith(_PREFIX):
            keys.add(name.removeprefix(_PREFIX))
            return read(name.removeprefix(_PREFIX))
        case ast.Name(id=name):
            raise ExpressionError(f"'{name}' is not a key; keys are written ${name}, words in quotes")
        case ast.Attribute(value=owner, attr=attr) if not attr.startswith("_"):
            (run,) = inner(owner)
            return attribute(run, attr)
        case ast.UnaryOp(op=ast.Not(), operand=operand):
            (run,) = inner(operand)
            return lambda values: not run(values)
        case ast.UnaryOp(op=ast.USub(), operand=operand):
            (run,) = inner(operand)
            return lambda values: -_number(run(values))
        case ast.BoolOp(op=op, values=parts):
            return _boolean(op, inner(*parts))
        case ast.List(elts=parts) | ast.Tuple(elts=parts):
            runs = inner(*parts)
            return lambda values: [run(values) for run in runs]
        case ast.BinOp(left=left, op=op, right=right) if type(op) in _BINARY:
            return _arithmetic(_BINARY[type(op)], *inner(left, right))
        case ast.Compare(left=left, ops=ops, comparators=others) if all(type(op) in _COMPARE for op in ops):
            return _comparison([_COMPARE[type(op)] for op in ops], inner(left, *others))
        case ast.Call(func=ast.Name(id="known"), args=[ast.Name(id=name)], keywords=[]) if name.startswith(_PREFIX):
            key = name.removeprefix(_PREFIX)
            return lambda values: key in values
        case ast.Call(func=ast.Name(id=name), args=args, keywords=[]) if name in _CALLS:
            return _call(_CALLS[name], inner(*args))
        case ast.Call(func=ast.Name(id=name)):
            raise ExpressionError(f"'{name.removeprefix(_PREFIX)}' cannot be called so; valid: {', '.join(CALLS)}")
    raise ExpressionError(f"{type(node).__name__} is not allowed in an expression")


def constant(value: Any) -> Run:
    """Always the same."""
    return lambda values: value


def read(key: str) -> Run:
    """The value of a key. Raises ExpressionError while it has none."""

    def run(values: Mapping[str, Any]) -> Any:
        if key not in values:
            raise ExpressionError(f"${key} has no value yet")
        return values[key]

    return run


def attribute(owner: Run, attr: str) -> Run:
    """A public value of an object. Raises ExpressionError where it has none of that name."""
    return lambda values: _attribute(owner(values), attr)


def _attribute(owner: Any, attr: str) -> Any:
    try:
        value = getattr(owner, attr)
    except AttributeError:
        raise ExpressionError(f"{type(owner).__name__} has no value '{attr}'") from None
    except Exception as error:  # a property may raise anything
        raise ExpressionError(f"{type(owner).__name__} has no value '{attr}': {error}") from error
    if callable(value):
        raise ExpressionError(f"{type(owner).__name__} has no value '{attr}'")
    return value


def _number(value: Any) -> Any:
    """Arithmetic is for numbers only: a product of texts could grow without bound."""
    if isinstance(value, (int, float)) and abs(value) < 1e18:
        return value
    raise ExpressionError(f"{value!r:.40} is not a number that can be calculated with")


def _arithmetic(operation: Callable[[Any, Any], Any], left: Run, right: Run) -> Run:
    return lambda values: operation(_number(left(values)), _number(right(values)))


def _boolean(op: ast.boolop, runs: list[Run]) -> Run:
    if isinstance(op, ast.And):
        return lambda values: all(run(values) for run in runs)
    return lambda values: any(run(values) for run in runs)


def _call(function: Callable[..., Any], runs: list[Run]) -> Run:
    return lambda values: function(*[run(values) for run in runs])


def _comparison(operations: list[Callable[[Any, Any], Any]], runs: list[Run]) -> Run:
    if len(operations) == 1:
        operation, (left, right) = operations[0], runs
        return lambda values: bool(operation(left(values), right(values)))

    def run(values: Mapping[str, Any]) -> bool:
        first = runs[0](values)
        for operation, other in zip(operations, runs[1:], strict=True):
            second = other(values)
            if not operation(first, second):
                return False
            first = second
        return True

    return run
