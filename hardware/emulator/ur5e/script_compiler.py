"""A whole program into code that any emulated controller can run."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from pg4da.hardware.emulator.ur5e.script_code import Code, Returned
from pg4da.hardware.emulator.ur5e.script_expressions import Names
from pg4da.hardware.emulator.ur5e.script_frame import Frame, Steps
from pg4da.hardware.emulator.ur5e.script_parser import parse
from pg4da.hardware.emulator.ur5e.script_statements import Compiler
from pg4da.hardware.emulator.ur5e.script_syntax import Function, Source, calls
from pg4da.hardware.emulator.ur5e.script_tokens import ScriptError
from pg4da.hardware.emulator.ur5e.script_values import Value


@dataclass(frozen=True)
class Compiled:
    """name of the program; its main part and its threads."""

    name: str
    main: Code
    threads: Mapping[str, Code]


@lru_cache(maxsize=32)
def compile_program(text: str, instant: frozenset[str], timed: frozenset[str]) -> Compiled:
    """instant, timed: names of the controller's functions. Raises ScriptError with the line of what is wrong."""
    try:
        return _compile(parse(text), instant, timed)
    except RecursionError:
        raise ScriptError("an expression is too long") from None


def _compile(source: Source, instant: frozenset[str], timed: frozenset[str]) -> Compiled:
    functions = {function.name: function for function in source.functions}
    names = Names(source.global_names, functions, instant, timed)
    names.slow = _slow(functions, names)
    threads: dict[str, Code] = {}
    for function in source.functions:
        code = Compiler(function, names).body()
        if function.thread:
            threads[function.name] = code
        names.ready[function.name] = _returning_slowly(code) if function.name in names.slow else _returning(code)
    return Compiled(source.main.name, Compiler(source.main, names).body(), threads)


def _slow(functions: Mapping[str, Function], names: Names) -> frozenset[str]:
    """Functions that take cycles, directly or through others."""
    slow = {name for name, f in functions.items() if any(names.takes_time(call) for call in calls(f.body))}
    while True:
        more = {name for name, f in functions.items() if any(call.name in slow for call in calls(f.body))} - slow
        if not more:
            return frozenset(slow)
        slow |= more


def _value(outcome: object) -> Value:
    return outcome.value if isinstance(outcome, Returned) else None


def _returning(code: Code) -> Value:
    plain = code.plain
    assert plain is not None
    return lambda frame: _value(plain(frame))


def _returning_slowly(code: Code) -> Value:
    def run(frame: Frame) -> Steps:
        return _value((yield from code.steps(frame)))

    return run
