"""URScript text into syntax, by recursive descent. Nothing of the text is ever handed to Python to run."""

from __future__ import annotations

from pg4da.hardware.emulator.ur5e.script_syntax import (
    Assign,
    Binary,
    Block,
    Call,
    Do,
    Expression,
    Function,
    If,
    Index,
    Kill,
    Literal,
    Name,
    Return,
    Run,
    Sequence,
    Source,
    Statement,
    Unary,
    While,
    Word,
)
from pg4da.hardware.emulator.ur5e.script_tokens import ScriptError, Token, tokenize

WORDS = ("break", "continue", "halt", "pass", "enter_critical", "exit_critical")
RESERVED = (*WORDS, "def", "thread", "if", "elif", "else", "while", "end", "return", "global", "local", "run", "kill")
CONSTANTS = {"True": True, "False": False}
# From weak to strong.
LEVELS: tuple[tuple[str, ...], ...] = (
    ("or", "xor"),
    ("and",),
    ("==", "!=", "<", ">", "<=", ">="),
    ("+", "-"),
    ("*", "/", "%"),
)
DEEPEST = 60  # nested blocks or brackets


def parse(source: str) -> Source:
    """The program whose outermost `def` (or bare statements) the text holds. Raises ScriptError with the line."""
    return _Parser(tokenize(source)).program()


class _Parser:
    def __init__(self, tokens: list[Token]) -> None:
        self._tokens = tokens
        self._at = 0
        self._depth = 0
        self._functions: list[Function] = []
        self._globals: set[str] = set()

    # words

    @property
    def _next(self) -> Token:
        return self._tokens[self._at]

    def _take(self) -> Token:
        token = self._tokens[self._at]
        self._at += token.kind != "end"
        return token

    def _sees(self, *texts: str) -> bool:
        return self._next.kind in ("name", "sign") and self._next.text in texts

    def _accept(self, text: str) -> bool:
        if self._sees(text):
            self._at += 1
            return True
        return False

    def _expect(self, text: str) -> None:
        if not self._accept(text):
            raise ScriptError(f"expected '{text}', found '{self._next.text or 'the end'}'", self._next.line)

    def _name(self) -> Token:
        token = self._take()
        if token.kind != "name" or token.text in RESERVED:
            raise ScriptError(f"expected a name, found '{token.text or 'the end'}'", token.line)
        return token

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

    # expressions

    def _expression(self, level: int = 0) -> Expression:
        if level == len(LEVELS):
            return self._unary()
        left = self._expression(level + 1)
        while self._sees(*LEVELS[level]):
            sign = self._take()
            left = Binary(sign.text, left, self._expression(level + 1), sign.line)
        return left

    def _unary(self) -> Expression:
        if self._sees("-", "not", "+"):
            self._deeper()
            sign = self._take()
            operand = self._unary()
            self._depth -= 1
            return Unary(sign.text, operand, sign.line)
        return self._postfix()

    def _postfix(self) -> Expression:
        """A value with its indices; a bracket on the next line belongs to the next statement."""
        value = self._value()
        while self._sees("[") and self._next.line == self._tokens[self._at - 1].line:
            line = self._take().line
            index = self._expression()
            self._expect("]")
            value = Index(value, index, line)
        return value

    def _value(self) -> Expression:
        token = self._next
        if token.kind == "number":
            return Literal(_number(self._take().text))
        if token.kind == "string":
            return Literal(self._take().text[1:-1])
        if self._accept("("):
            self._deeper()
            inside = self._expression()
            self._expect(")")
            self._depth -= 1
            return inside
        if self._accept("["):
            return Sequence(self._items("]"), pose=False)
        if self._accept("run"):
            name = self._name()
            self._expect("(")
            self._expect(")")
            return Run(name.text, name.line)
        return self._named()

    def _named(self) -> Expression:
        token = self._name()
        same_line = self._next.line == token.line
        if token.text in CONSTANTS:
            return Literal(CONSTANTS[token.text])
        if same_line and self._accept("("):
            return self._call(token)
        if token.text == "p" and same_line and self._pose_follows():
            self._expect("[")
            items = self._items("]")
            if len(items) != 6:
                raise ScriptError(f"a pose has 6 numbers, not {len(items)}", token.line)
            return Sequence(items, pose=True)
        return Name(token.text, token.line)

    def _pose_follows(self) -> bool:
        """Whether `p[` begins a pose: it has commas; an index of a variable named p has none."""
        depth = 0
        for token in self._tokens[self._at :]:
            if token.kind == "sign":
                depth += (token.text in "([") - (token.text in ")]")
                if depth == 1 and token.text == ",":
                    return True
            if depth <= 0:
                return False
        return False

    def _call(self, name: Token) -> Call:
        self._deeper()
        arguments: list[Expression] = []
        named: list[tuple[str, Expression]] = []
        while not self._accept(")"):
            if self._next.kind == "name" and self._tokens[self._at + 1].text == "=":
                key = self._take().text
                self._expect("=")
                named.append((key, self._expression()))
            elif named:
                raise ScriptError("a positional argument after a named one", self._next.line)
            else:
                arguments.append(self._expression())
            if not self._sees(")"):
                self._expect(",")
        self._depth -= 1
        return Call(name.text, tuple(arguments), tuple(named), name.line)

    def _items(self, close: str) -> tuple[Expression, ...]:
        self._deeper()
        items: list[Expression] = []
        while not self._accept(close):
            items.append(self._expression())
            if not self._sees(close):
                self._expect(",")
        self._depth -= 1
        return tuple(items)

    def _deeper(self) -> None:
        self._depth += 1
        if self._depth > DEEPEST:
            raise ScriptError("brackets are nested too deeply", self._next.line)


def _number(text: str) -> int | float:
    if text[:2] in ("0x", "0X"):
        return int(text, 16)
    return float(text) if any(c in text for c in ".eE") else int(text)
