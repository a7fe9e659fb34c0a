"""URScript's expressions, by recursive descent over the words of a text."""

from __future__ import annotations

from pg4da.hardware.emulator.ur5e.script_syntax import (
    Binary,
    Call,
    Expression,
    Index,
    Literal,
    Name,
    Run,
    Sequence,
    Unary,
)
from pg4da.hardware.emulator.ur5e.script_tokens import ScriptError, Token

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


class ExpressionParser:
    """Reads tokens from the present one on; raises ScriptError with the line."""

    def __init__(self, tokens: list[Token]) -> None:
        self._tokens = tokens
        self._at = 0
        self._depth = 0

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
