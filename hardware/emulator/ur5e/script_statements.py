"""Statements into closures: at once, or as generators where something in them takes cycles of the controller."""

from __future__ import annotations

from collections.abc import Callable

from pg4da.hardware.emulator.ur5e.script_code import (
    BREAK,
    CONTINUE,
    Code,
    Evaluate,
    Outcome,
    Plain,
    Returned,
    Slow,
    loop,
    loop_slowly,
    plainly,
    run,
    run_slowly,
)
from pg4da.hardware.emulator.ur5e.script_expressions import (
    Names,
    arguments_of,
    bind,
    checked,
    compile_expression,
)
from pg4da.hardware.emulator.ur5e.script_frame import Frame, Steps, undefined
from pg4da.hardware.emulator.ur5e.script_syntax import (
    Assign,
    Block,
    Call,
    Do,
    Expression,
    Function,
    If,
    Kill,
    Return,
    Statement,
    While,
    Word,
    calls,
)
from pg4da.hardware.emulator.ur5e.script_tokens import ScriptError
from pg4da.hardware.emulator.ur5e.script_values import Value, same


class Compiler:
    """Compiles the blocks of one function."""

    def __init__(self, function: Function, names: Names) -> None:
        self._function = function
        self._names = names

    def body(self) -> Code:
        """The whole function. Raises ScriptError."""
        return self._block(self._function.body)

    def _takes_time(self, node: object) -> bool:
        return any(self._names.takes_time(call) for call in calls(node))

    def _block(self, block: Block) -> Code:
        codes = tuple(self._statement(statement) for statement in block)
        if all(code.plain is not None for code in codes):
            parts = tuple(code.plain for code in codes if code.plain is not None)
            return Code(plain=lambda frame: run(parts, frame))
        return Code(slow=lambda frame: run_slowly(codes, frame))

    def _statement(self, statement: Statement) -> Code:
        match statement:
            case Assign():
                return self._assign(statement)
            case Do(value):
                return self._valued(value, lambda frame, value: None)
            case Return(None):
                return Code(plain=lambda frame: Returned(None))
            case Return(value) if value is not None:
                return self._valued(value, lambda frame, value: Returned(value))
            case If():
                return self._if(statement)
            case While():
                return self._while(statement)
            case Kill(thread):
                return self._valued(thread, lambda frame, value: frame.program.kill(value))
            case Word(word):
                return Code(plain=_WORDS[word])
        raise AssertionError(statement)

    def _valued(self, node: Expression, use: Callable[[Frame, Value], Outcome]) -> Code:
        """Something done with a value; only here may a call take time."""
        if isinstance(node, Call) and self._names.takes_time(node):
            call = self._slow_call(node)

            def slow(frame: Frame) -> Steps:
                return use(frame, (yield from call(frame)))

            return Code(slow=slow)
        evaluate = self._expression(node)
        return Code(plain=lambda frame: use(frame, evaluate(frame)))

    def _expression(self, node: Expression) -> Evaluate:
        return compile_expression(node, self._function, self._names)

    def _slow_call(self, call: Call) -> Slow:
        arguments = arguments_of(call, self._function, self._names)
        callee = self._names.functions.get(call.name)

        def timed(frame: Frame) -> Steps:
            given, named = arguments(frame)
            steps = checked(lambda: frame.program.host.timed[call.name](*given, **named), call)
            try:
                return (yield from steps)
            except ScriptError as error:
                raise error.at(call.line, f"{call.name}(): ") from None

        def own(frame: Frame) -> Steps:
            assert callee is not None
            bound = bind(callee, *arguments(frame), call.line)
            return (yield from self._names.ready[call.name](Frame(frame.program, bound)))

        return timed if callee is None else own

    def _assign(self, node: Assign) -> Code:
        is_global = self._names.is_global(node.name, self._function)
        name, line = node.name, node.line

        def variables(frame: Frame) -> dict[str, Value]:
            return frame.program.variables if is_global else frame.variables

        if node.index is None:

            def store(frame: Frame, value: Value) -> None:
                variables(frame)[name] = same(value)

            return self._valued(node.value, store)
        at = self._expression(node.index)

        def store_element(frame: Frame, value: Value) -> None:
            items, index = variables(frame).get(name), at(frame)
            if items is None:
                raise undefined(name, line)
            if not isinstance(items, list) or not isinstance(index, int) or not 0 <= index < len(items):
                raise ScriptError(f"no element {index!r} in '{name}'", line)
            items[index] = value

        return self._valued(node.value, store_element)

    def _if(self, node: If) -> Code:
        branches = tuple((self._expression(condition), self._block(block)) for condition, block in node.branches)
        otherwise = self._block(node.otherwise)

        def choose(frame: Frame) -> Code:
            for condition, code in branches:
                if condition(frame):
                    return code
            return otherwise

        if not self._takes_time(node):
            return Code(plain=lambda frame: plainly(choose(frame), frame))

        def slow(frame: Frame) -> Steps:
            code = choose(frame)
            if code.plain is not None:
                return code.plain(frame)
            return (yield from code.steps(frame))

        return Code(slow=slow)

    def _while(self, node: While) -> Code:
        condition, body = self._expression(node.condition), self._block(node.body)
        if not self._takes_time(node):
            return Code(plain=lambda frame: loop(condition, body, frame, node.line))
        return Code(slow=lambda frame: loop_slowly(condition, body, frame, node.line))


def _enter(frame: Frame) -> None:
    frame.program.enter_critical()


def _exit(frame: Frame) -> None:
    frame.program.exit_critical()


def _halt(frame: Frame) -> None:
    frame.program.halt()


_WORDS: dict[str, Plain] = {
    "break": lambda frame: BREAK,
    "continue": lambda frame: CONTINUE,
    "halt": _halt,
    "pass": lambda frame: None,
    "enter_critical": _enter,
    "exit_critical": _exit,
}
