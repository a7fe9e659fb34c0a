"""Values that a running script handles: numbers, truths, texts, lists, poses, threads."""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping
from typing import Any, TypeAlias

from pg4da.hardware.emulator.ur5e.script_tokens import ScriptError

Value: TypeAlias = Any  # one of the above; what an operation can't take raises ScriptError when it runs


class Pose(list[float]):
    """p[x, y, z, rx, ry, rz]: metres and a rotation vector."""


def same(value: Value) -> Value:
    """URScript copies lists and poses where they are assigned."""
    return type(value)(value) if isinstance(value, list) else value


def _divide(a: Value, b: Value) -> Value:
    if b == 0:
        raise ScriptError("division by zero")
    return a / b


def _remainder(a: Value, b: Value) -> Value:
    if b == 0:
        raise ScriptError("division by zero")
    return a % b


BINARY: Mapping[str, Callable[[Value, Value], Value]] = {
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
    "/": _divide,
    "%": _remainder,
    "==": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    ">": operator.gt,
    "<=": operator.le,
    ">=": operator.ge,
    "xor": lambda a, b: bool(a) != bool(b),
}
UNARY: Mapping[str, Callable[[Value], Value]] = {"-": operator.neg, "+": operator.pos, "not": operator.not_}


def number(value: Value, what: str) -> float:
    """Raises ScriptError unless it is a finite number."""
    if not isinstance(value, int | float) or value != value or value in (float("inf"), float("-inf")):
        raise ScriptError(f"{what} must be a number, not {value!r}")
    return float(value)


def six(value: Value, what: str) -> list[float]:
    """Raises ScriptError unless it is a list or pose of six numbers."""
    if not isinstance(value, list) or len(value) != 6:
        raise ScriptError(f"{what} must be six numbers, not {value!r}")
    return [number(item, what) for item in value]
