"""Expressions over blackboard keys: `$failed_grasps < 5 and not $retrieved`.

A subset of Python's expressions, parsed by `ast`, walked by hand, never evaluated as code. Keys are written with `$`;
public attributes of a value can be read (`$observation.visible_share`); min, max, abs, len, round can be called.
"""

from __future__ import annotations

import ast
import operator
import re
import warnings
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from pg4da.mission.problems import Mark

MAX_LENGTH = 400
_TOKEN = re.compile(r"""('[^']*'|"[^"]*")|\$([A-Za-z_][A-Za-z_0-9]*)""")
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
_CALLS: dict[str, Callable[..., Any]] = {"min": min, "max": max, "abs": abs, "len": len, "round": round}


class ExpressionError(Exception):
    """An expression that cannot be parsed, or cannot be evaluated with the values at hand."""


@dataclass(frozen=True)
class Expression:
    """A parsed expression. `keys` are the blackboard keys that it reads."""

    text: str
    tree: ast.expr
    keys: frozenset[str]
    mark: Mark

    @property
    def bare_key(self) -> str | None:
        """The key when the expression is nothing but one."""
        return self.tree.id.removeprefix(_PREFIX) if isinstance(self.tree, ast.Name) and self.keys else None

    def evaluate(self, values: Mapping[str, Any]) -> Any:
        """Raises ExpressionError: a key without a value, or an operation that these values do not have."""
        try:
            return _value(self.tree, values)
        except ExpressionError as error:
            raise ExpressionError(f"{self.text}: {error}") from None
        except (TypeError, ValueError, ZeroDivisionError, OverflowError) as error:
            raise ExpressionError(f"{self.text}: {error}") from error


@dataclass(frozen=True)
class Literal:
    """A value written in the file."""

    value: Any
    mark: Mark

    def evaluate(self, values: Mapping[str, Any]) -> Any:
        return self.value


Value = Expression | Literal


def parse_expression(text: str, mark: Mark) -> Expression:
    """Raises ExpressionError saying what is not allowed."""
    if len(text) > MAX_LENGTH:
        raise ExpressionError(f"an expression is at most {MAX_LENGTH} characters long")
    keys: set[str] = set()

    def to_name(found: re.Match[str]) -> str:
        if found[1]:
            return found[1]
        keys.add(found[2])
        return _PREFIX + found[2]

    try:
        with warnings.catch_warnings(action="ignore"):  # Python's opinion of odd but valid syntax
            tree = ast.parse(_TOKEN.sub(to_name, text).strip(), mode="eval").body
        _check(tree)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        raise ExpressionError(f"'{text}' is not an expression") from None
    return Expression(text, tree, frozenset(keys), mark)


def _check(node: ast.expr) -> None:
    """Refuse everything outside the white list."""
    match node:
        case ast.Constant(value=bool() | int() | float() | str() | None):
            return
        case ast.Name(id=name) if name.startswith(_PREFIX) or name in _WORDS:
            return
        case ast.Name(id=name):
            raise ExpressionError(f"'{name}' is not a key; keys are written ${name}, words in quotes")
        case ast.Attribute(value=value, attr=attr) if not attr.startswith("_"):
            _check(value)
        case ast.UnaryOp(op=ast.Not() | ast.USub(), operand=operand):
            _check(operand)
        case ast.BoolOp(values=values) | ast.List(elts=values) | ast.Tuple(elts=values):
            _check_all(values)
        case ast.BinOp(left=left, op=op, right=right) if type(op) in _BINARY:
            _check_all([left, right])
        case ast.Compare(left=left, ops=ops, comparators=others) if all(type(op) in _COMPARE for op in ops):
            _check_all([left, *others])
        case ast.Call(func=ast.Name(id=name), args=args, keywords=[]) if name in _CALLS:
            _check_all(args)
        case ast.Call(func=ast.Name(id=name)):
            raise ExpressionError(f"'{name.removeprefix(_PREFIX)}' cannot be called; valid: {', '.join(_CALLS)}")
        case _:
            raise ExpressionError(f"{type(node).__name__} is not allowed in an expression")


def _check_all(nodes: list[ast.expr]) -> None:
    for node in nodes:
        _check(node)


def _value(node: ast.expr, values: Mapping[str, Any]) -> Any:
    match node:
        case ast.Constant(value=value):
            return value
        case ast.Name(id=name) if name in _WORDS:
            return _WORDS[name]
        case ast.Name(id=name):
            return _lookup(name.removeprefix(_PREFIX), values)
        case ast.Attribute(value=owner, attr=attr):
            return _attribute(_value(owner, values), attr)
        case ast.UnaryOp(op=ast.Not(), operand=operand):
            return not _value(operand, values)
        case ast.UnaryOp(operand=operand):
            return -_number(_value(operand, values))
        case ast.BoolOp(op=op, values=parts):
            return _boolean(op, parts, values)
        case ast.List(elts=parts) | ast.Tuple(elts=parts):
            return [_value(part, values) for part in parts]
        case ast.BinOp(left=left, op=op, right=right):
            return _BINARY[type(op)](_number(_value(left, values)), _number(_value(right, values)))
        case ast.Compare(left=left, ops=ops, comparators=others):
            return _compare(left, ops, others, values)
        case ast.Call(func=ast.Name(id=name), args=args):
            return _CALLS[name](*[_value(arg, values) for arg in args])
    raise ExpressionError(f"{type(node).__name__} is not allowed")  # pragma: no cover - parse_expression refused it


def _lookup(key: str, values: Mapping[str, Any]) -> Any:
    if key not in values:
        raise ExpressionError(f"${key} has no value yet")
    return values[key]


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


def _boolean(op: ast.boolop, parts: list[ast.expr], values: Mapping[str, Any]) -> bool:
    results = (bool(_value(part, values)) for part in parts)
    return all(results) if isinstance(op, ast.And) else any(results)


def _compare(left: ast.expr, ops: list[ast.cmpop], others: list[ast.expr], values: Mapping[str, Any]) -> bool:
    first = _value(left, values)
    for op, other in zip(ops, others, strict=True):
        second = _value(other, values)
        if not _COMPARE[type(op)](first, second):
            return False
        first = second
    return True
