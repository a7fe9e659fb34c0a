"""Words of a URScript text. Newlines do not end statements there, so a token keeps its line instead."""

from __future__ import annotations

import re
from dataclasses import dataclass

_TOKEN = re.compile(
    r"(?P<skip>[ \t\r\f\n]+|\#[^\n]*)"
    r"|(?P<number>0[xX][0-9a-fA-F]+|(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)"
    r"|(?P<string>\"[^\"\n]*\"|'[^'\n]*')"
    r"|(?P<name>[A-Za-z_]\w*)"
    r"|(?P<sign>==|!=|<=|>=|[-+*/%<>=()\[\],:^])"
)


class ScriptError(Exception):
    """A program that the controller does not accept, or that went wrong while it ran; line counts from 1, 0 unknown."""

    def __init__(self, message: str, line: int = 0) -> None:
        super().__init__(f"line {line}: {message}" if line else message)
        self.message, self.line = message, line

    def at(self, line: int, where: str = "") -> ScriptError:
        """The same with its line, where it had none."""
        return self if self.line else ScriptError(f"{where}{self.message}", line)


@dataclass(frozen=True, slots=True)
class Token:
    """kind: number, string, name, sign, or end of the text."""

    kind: str
    text: str
    line: int


def tokenize(source: str) -> list[Token]:
    """All tokens and a last one of kind `end`. Raises ScriptError at a character that URScript does not know."""
    tokens: list[Token] = []
    at, line = 0, 1
    while at < len(source):
        found = _TOKEN.match(source, at)
        if found is None:
            raise ScriptError(f"unexpected character {source[at]!r}", line)
        if found.lastgroup != "skip":
            tokens.append(Token(str(found.lastgroup), found.group(), line))
        else:
            line += found.group().count("\n")
        at = found.end()
    tokens.append(Token("end", "", line))
    return tokens
