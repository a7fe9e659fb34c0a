"""Expressions into closures: each takes the frame of its call and gives a value at once."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from pg4da.hardware.emulator.ur5e.script_code import Evaluate
from pg4da.hardware.emulator.ur5e.script_frame import Frame, undefined
from pg4da.hardware.emulator.ur5e.script_syntax import (
    Binary,
    Call,
    Expression,
    Function,
    Index,
    Literal,
    Name,
    Run,
    Sequence,
    Unary,
)
from pg4da.hardware.emulator.ur5e.script_tokens import ScriptError
from pg4da.hardware.emulator.ur5e.script_values import BINARY, UNARY, Pose, Value, same


@dataclass
class Names:
    """What names mean in a program. `slow`: functions that take cycles; `ready`: bodies of those that do not."""

    global_names: frozenset[str]
    functions: Mapping[str, Function]
    instant: frozenset[str]
    timed: frozenset[str]
    slow: frozenset[str] = frozenset()
    ready: dict[str, Callable[[Frame], Value]] = field(default_factory=dict)

    def takes_time(self, call: Call) -> bool:
        return call.name in self.slow or (call.name in self.timed and call.name not in self.functions)

    def is_global(self, name: str, function: Function) -> bool:
        return name in self.global_names and name not in function.parameters


def compile_expression(node: Expression, function: Function, names: Names) -> Evaluate:
    """Raises ScriptError for unknown functions and for calls that take time."""
    match node:
        case Literal(value):
            return lambda frame: value
        case Name(name, line):
            return _variable(name, line, names.is_global(name, function))
        case Sequence(items, pose):
            parts = tuple(compile_expression(item, function, names) for item in items)
            kind = Pose if pose else list
            return lambda frame: kind([part(frame) for part in parts])
        case Index(inner, at, line):
            return _index(compile_expression(inner, function, names), compile_expression(at, function, names), line)
        case Run(name, line):
            if name not in names.functions or not names.functions[name].thread:
                raise ScriptError(f"'{name}' is no thread of this program", line)
            return lambda frame: frame.program.start(name)
        case Unary(operator, operand, line):
            return _unary(operator, compile_expression(operand, function, names), line)
        case Binary("and", left, right):
            a, b = compile_expression(left, function, names), compile_expression(right, function, names)
            return lambda frame: bool(a(frame)) and bool(b(frame))
        case Binary("or", left, right):
            c, d = compile_expression(left, function, names), compile_expression(right, function, names)
            return lambda frame: bool(c(frame)) or bool(d(frame))
        case Binary(operator, left, right, line):
            first, second = compile_expression(left, function, names), compile_expression(right, function, names)
            return _binary(operator, first, second, line)
        case Call():
            return _call(node, function, names)


def arguments_of(
    call: Call, function: Function, names: Names
) -> Callable[[Frame], tuple[list[Value], dict[str, Value]]]:
    """Evaluates the arguments of a call, copied as URScript does."""
    given = tuple(compile_expression(item, function, names) for item in call.arguments)
    named = tuple((key, compile_expression(item, function, names)) for key, item in call.named)
    return lambda frame: ([same(item(frame)) for item in given], {key: same(item(frame)) for key, item in named})


def bind(callee: Function, given: list[Value], named: dict[str, Value], line: int) -> dict[str, Value]:
    """Local variables of a call. Raises ScriptError when arguments are missing or too many."""
    if len(given) > len(callee.parameters) or any(key not in callee.parameters for key in named):
        raise ScriptError(f"{callee.name}() takes ({', '.join(callee.parameters)})", line)
    bound = {**dict(zip(callee.parameters, given, strict=False)), **named}
    if len(bound) != len(callee.parameters):
        raise ScriptError(f"{callee.name}() takes ({', '.join(callee.parameters)})", line)
    return bound


def _variable(name: str, line: int, is_global: bool) -> Evaluate:
    def from_locals(frame: Frame) -> Value:
        try:
            return frame.variables[name]
        except KeyError:
            raise undefined(name, line) from None

    def from_globals(frame: Frame) -> Value:
        try:
            return frame.program.variables[name]
        except KeyError:
            raise undefined(name, line) from None

    return from_globals if is_global else from_locals


def _index(value: Evaluate, at: Evaluate, line: int) -> Evaluate:
    def evaluate(frame: Frame) -> Value:
        items, index = value(frame), at(frame)
        if not isinstance(items, list) or not isinstance(index, int) or not 0 <= index < len(items):
            raise ScriptError(f"no element {index!r} in {items!r}", line)
        return items[index]

    return evaluate


def _unary(operator: str, operand: Evaluate, line: int) -> Evaluate:
    apply = UNARY[operator]

    def evaluate(frame: Frame) -> Value:
        value = operand(frame)
        try:
            return apply(value)
        except TypeError:
            raise ScriptError(f"'{operator}' of {value!r}", line) from None

    return evaluate


def _binary(operator: str, left: Evaluate, right: Evaluate, line: int) -> Evaluate:
    apply = BINARY[operator]

    def evaluate(frame: Frame) -> Value:
        a, b = left(frame), right(frame)
        try:
            return apply(a, b)
        except ScriptError as error:
            raise error.at(line) from None
        except (TypeError, OverflowError):
            raise ScriptError(f"{a!r} {operator} {b!r}", line) from None

    return evaluate


def _call(call: Call, function: Function, names: Names) -> Evaluate:
    if names.takes_time(call):
        raise ScriptError(f"{call.name}() takes time: it must stand by itself or after '='", call.line)
    arguments = arguments_of(call, function, names)
    if call.name in names.functions:
        return _own(call, names, arguments)
    if call.name not in names.instant:
        raise ScriptError(f"unknown function '{call.name}'", call.line)

    def evaluate(frame: Frame) -> Value:
        given, named = arguments(frame)
        return checked(lambda: frame.program.host.instant[call.name](*given, **named), call)

    return evaluate


def _own(call: Call, names: Names, arguments: Callable[[Frame], tuple[list[Value], dict[str, Value]]]) -> Evaluate:
    callee, ready = names.functions[call.name], names.ready

    def evaluate(frame: Frame) -> Value:
        given, named = arguments(frame)
        try:
            return ready[call.name](Frame(frame.program, bind(callee, given, named, call.line)))
        except RecursionError:
            raise ScriptError(f"{call.name}() calls itself too deeply", call.line) from None

    return evaluate


def checked(run: Callable[[], Value], call: Call) -> Value:
    """The controller's function with these arguments; what it can't take is an error of the script."""
    try:
        return run()
    except ScriptError as error:
        raise error.at(call.line, f"{call.name}(): ") from None
    except (TypeError, ValueError, IndexError, KeyError, OverflowError) as error:
        raise ScriptError(f"{call.name}() can't take these arguments: {error}", call.line) from error
