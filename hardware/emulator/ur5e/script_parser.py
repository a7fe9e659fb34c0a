"""URScript text into syntax, by recursive descent. Nothing of the text is ever handed to Python to run."""

from __future__ import annotations

from pg4da.hardware.emulator.ur5e.script_expression_parser import DEEPEST, WORDS, ExpressionParser
from pg4da.hardware.emulator.ur5e.script_syntax import (
    Assign,
    Block,
    Call,
    Do,
    Expression,
    Function,
    If,
    Index,
    Kill,
    Name,
    Return,
    Run,
    Source,
    Statement,
    While,
    Word,
)
from pg4da.hardware.emulator.ur5e.script_tokens import ScriptError, Token, tokenize


def parse(source: str) -> Source:
    """The program whose outermost `def` (or bare statements) the text holds. Raises ScriptError with the line."""
    return _Parser(tokenize(source)).program()


class _Parser(ExpressionParser):
    """Adds statements and blocks."""

    def __init__(self, tokens: list[Token]) -> None:
        super().__init__(tokens)
        self._functions: list[Function] = []
        self._globals: set[str] = set()

    # blocks

    def program(self) -> Source:
        if self._sees("def"):
            main = self._function(outermost=True)
        else:
            main = Function("line", (), self._block("end of text"), False, 1)
        if self._next.kind != "end":
            raise ScriptError(f"'{self._next.text}' after the end of the program", self._next.line)
        return Source(main, tuple(self._functions), frozenset(self._globals))

    def _function(self, outermost: bool = False) -> Function:
        thread = self._take().text == "thread"
        name = self._name()
        self._expect("(")
        parameters: list[str] = []
        while not self._accept(")"):
            parameters.append(self._name().text)
            if not self._sees(")"):
                self._expect(",")
        self._expect(":")
        body = self._block()
        self._expect("end")
        function = Function(name.text, tuple(parameters), body, thread, name.line)
        if not outermost:
            self._functions.append(function)
        return function

    def _block(self, *ends: str) -> Block:
        self._depth += 1
        if self._depth > DEEPEST:
            raise ScriptError("blocks are nested too deeply", self._next.line)
        statements: list[Statement] = []
        while not self._sees("end", "elif", "else") and self._next.kind != "end":
            if self._sees("def", "thread"):
                self._function()
            else:
                statements.append(self._statement())
        if self._next.kind == "end" and not ends:
            raise ScriptError("the text ends inside a block: 'end' is missing", self._next.line)
        self._depth -= 1
        return tuple(statements)

    # statements

    def _statement(self) -> Statement:
        if self._accept("if"):
            return self._if()
        if self._sees("while"):
            line = self._take().line
            condition = self._condition()
            body = self._block()
            self._expect("end")
            return While(condition, body, line)
        if self._sees("return"):
            line = self._take().line
            more = self._next.line == line and not self._sees("end")
            return Return(self._expression() if more else None)
        if self._accept("kill"):
            return Kill(self._expression())
        if self._sees(*WORDS):
            return Word(self._take().text)
        return self._assignment_or_call()

    def _if(self) -> If:
        branches = [(self._condition(), self._block())]
        while self._accept("elif"):
            branches.append((self._condition(), self._block()))
        otherwise: Block = ()
        if self._accept("else"):
            self._expect(":")
            otherwise = self._block()
        self._expect("end")
        return If(tuple(branches), otherwise)

    def _condition(self) -> Expression:
        condition = self._expression()
        self._expect(":")
        return condition

    def _assignment_or_call(self) -> Statement:
        scope = self._take().text if self._sees("global", "local") else ""
        start, line = self._at, self._next.line
        target = self._postfix()
        if not self._accept("="):
            if scope or not isinstance(target, Call | Run):
                found = self._tokens[start].text or "the end"
                raise ScriptError(f"expected a statement, found '{found}'", line)
            return Do(target)
        value = self._expression()
        if isinstance(target, Name):
            if scope == "global":
                self._globals.add(target.name)
            return Assign(target.name, None, value, line)
        if isinstance(target, Index) and isinstance(target.value, Name):
            return Assign(target.value.name, target.index, value, line)
        raise ScriptError("this can't be assigned to", line)
