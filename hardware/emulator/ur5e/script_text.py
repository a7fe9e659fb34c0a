"""Where a program ends in the stream of text that arrives at the script port."""

from __future__ import annotations

import re

LONGEST = 1 << 20  # characters of one program
_OPENS = re.compile(r"\s*(def|thread|sec|if|while)\b")
_CLOSES = re.compile(r"\s*end\s*(#.*)?$")


class Incoming:
    """Collects text; gives whole programs: a `def` to its `end`, or a line outside of any."""

    def __init__(self) -> None:
        self._rest = ""
        self._lines: list[str] = []
        self._depth = 0
        self._size = 0

    def feed(self, text: str) -> list[str]:
        """Programs that this text completes. Raises ValueError when one grows beyond a megabyte."""
        *lines, self._rest = (self._rest + text).split("\n")
        programs = [program for line in lines if (program := self._line(line)) is not None]
        if self._size + len(self._rest) > LONGEST:
            raise ValueError(f"a program of more than {LONGEST} characters")
        return programs

    def _line(self, line: str) -> str | None:
        if not self._lines and not line.partition("#")[0].strip():
            return None
        self._lines.append(line)
        self._size += len(line) + 1
        self._depth += bool(_OPENS.match(line))
        self._depth -= bool(_CLOSES.match(line))
        if self._depth > 0:
            return None
        program = "\n".join(self._lines) + "\n"
        self._lines, self._depth, self._size = [], 0, 0
        return program
