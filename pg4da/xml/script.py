"""BehaviorTree.CPP's little script language and our expressions, both ways, as far as they mean the same."""

from __future__ import annotations

import re

_SCRIPT = re.compile(
    r"""\s*(?:('[^']*')|(\d+(?:\.\d*)?(?:[eE][-+]?\d+)?|\.\d+)|([A-Za-z_]\w*)|(&&|\|\||[=!<>]=|[-+*/()<>!]))"""
)
_OURS = re.compile(
    r"""\s*(?:('[^']*'|"[^"']*")|(\d+(?:\.\d*)?(?:[eE][-+]?\d+)?|\.\d+)|\$([A-Za-z_]\w*)(?![\w.])|(and|or|not|true|false)\b|"""
    r"""([=!<>]=|[-+*/()<>]))"""
)
_ASSIGN = re.compile(r"\s*([A-Za-z_]\w*)\s*:?=(?!=)\s*(.+)", re.DOTALL)
_COMPARISONS = ("==", "!=", "<", "<=", ">", ">=")
MAX_NEGATIONS = 20
MAX_LENGTH = 400  # characters, as of an expression
_WORDS = {"&&": "and", "||": "or"}


class ScriptError(Exception):
    """A script that has no counterpart."""


def to_expression(script: str) -> str:
    """`n < 5 && !done` as `$n < 5 and not $done`. Raises ScriptError."""
    tokens, position = [], 0
    text = script.strip()
    if len(text) > MAX_LENGTH:
        raise ScriptError(f"an expression is at most {MAX_LENGTH} characters long")
    while position < len(text):
        found = _SCRIPT.match(text, position)
        if found is None:
            raise ScriptError(f"'{text[position:].strip()[:20]}' has no counterpart in an expression")
        string, number, name, sign = found.groups()
        tokens.append(string or number or (_name(name) if name else _WORDS.get(sign, sign)))
        position = found.end()
    if tokens.count("!") > MAX_NEGATIONS:
        raise ScriptError(f"more than {MAX_NEGATIONS} negations")
    return _joined(_negations(tokens))


def _name(name: str) -> str:
    return name if name in ("true", "false") else f"${name}"


def _negations(tokens: list[str]) -> list[str]:
    """`!` binds tighter than `not`: what follows the operand decides about parentheses."""
    if "!" not in tokens:
        return tokens
    start = len(tokens) - 1 - tokens[::-1].index("!")
    end = _operand_end(tokens, start + 1)
    operand = tokens[start + 1 : end]
    loose = end == len(tokens) or tokens[end] in ("and", "or", ")")
    clear = start == 0 or tokens[start - 1] in ("and", "or", "(", "!")
    negated = ["not", *operand] if loose and clear else ["(", "not", *operand, ")"]
    return _negations([*tokens[:start], *negated, *tokens[end:]])


def _operand_end(tokens: list[str], start: int) -> int:
    if start >= len(tokens):
        raise ScriptError("'!' without anything behind it")
    if tokens[start] == "not":
        return _operand_end(tokens, start + 1)
    depth = 0
    for index in range(start, len(tokens)):
        depth += {"(": 1, ")": -1}.get(tokens[index], 0)
        if depth <= 0:
            return index + 1
    raise ScriptError("parentheses that are never closed")


def _joined(tokens: list[str]) -> str:
    text = ""
    for index, token in enumerate(tokens):
        glue = index == 0 or token == ")" or tokens[index - 1] == "(" or _unary(tokens, index - 1)
        text += token if glue else f" {token}"
    return text


def _unary(tokens: list[str], index: int) -> bool:
    before = tokens[index - 1] if index > 0 else "("
    return tokens[index] == "-" and (before in ("(", "and", "or", "not", "+", "-", "*", "/") or before in _COMPARISONS)


def to_script(expression: str) -> str:
    """`$n < 5 and not $done` as `n < 5 && !done`. Raises ScriptError where that would not come back as it was."""
    tokens, position, compared = [], 0, False
    text = expression.strip()
    while position < len(text):
        found = _OURS.match(text, position)
        if found is None:
            raise ScriptError(f"'{text[position:].strip()[:20]}' has no counterpart in a script")
        string, number, key, word, sign = found.groups()
        if compared and sign in _COMPARISONS:
            raise ScriptError("a chain of comparisons has no counterpart in a script")
        compared = sign in _COMPARISONS or (compared and not (word in ("and", "or") or sign in ("(", ")")))
        tokens.append(string or number or key or {"and": "&&", "or": "||", "not": "!"}.get(word, word) or sign)
        position = found.end()
    script = _joined(tokens).replace("! ", "!")
    if to_expression(script) != text:
        raise ScriptError(f"'{text}' reads otherwise as a script")
    return script


def assignments(code: str) -> list[tuple[str, str]]:
    """`a := 1; b := a + 1` as keys with their expressions. Raises ScriptError."""
    found = []
    if len(code) > 5 * MAX_LENGTH:
        raise ScriptError(f"a script is at most {5 * MAX_LENGTH} characters long")
    for part in re.split(r";(?=(?:[^']*'[^']*')*[^']*$)", code):
        if part.strip():
            match = _ASSIGN.fullmatch(part.strip())
            if match is None:
                raise ScriptError(f"'{part.strip()[:30]}' is not `key := value`")
            found.append((match[1], to_expression(match[2])))
    if not found:
        raise ScriptError("an empty script")
    return found
