"""The line that an operator types below the terminal view: kept here, since the view owns the screen."""

from __future__ import annotations

import re
import sys
import termios
from collections.abc import Iterator

LONGEST = 200  # characters
_SEQUENCE = re.compile(r"\x1b(\[[0-9;?]*[ -/]*[@-~]|O.|.)?")  # arrows and function keys
_DELETE, _DELETE_ALL, _DELETE_WORD = "\x7f\b", "\x15", "\x17"


class TypedLine:
    """`text` so far; `note`: what was wrong with the last one. Fed by the keyboard's thread, drawn by the view's."""

    def __init__(self) -> None:
        self.text = self.note = ""
        self.changed = False

    def feed(self, read: str) -> Iterator[str]:
        """Take in what was typed; the lines that are finished."""
        for character in _SEQUENCE.sub("", read):
            self.changed = True
            if character in "\r\n":
                line, self.text, self.note = self.text, "", ""
                yield line
            elif character in _DELETE:
                self.text = self.text[:-1]
            elif character == _DELETE_ALL:
                self.text = ""
            elif character == _DELETE_WORD:
                self.text = self.text.rstrip().rpartition(" ")[0]
            elif character.isprintable() and len(self.text) < LONGEST:
                self.text += character

    def tell(self, note: str) -> None:
        """Below the question."""
        self.note, self.changed = note, True


class Quiet:
    """A terminal that neither shows nor edits what is typed, until the block ends or `restore` is called.

    Ctrl-C still interrupts.
    """

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor
        self._before = termios.tcgetattr(descriptor)

    def __enter__(self) -> Quiet:
        settings = termios.tcgetattr(self._descriptor)
        settings[3] &= ~(termios.ECHO | termios.ICANON)
        termios.tcsetattr(self._descriptor, termios.TCSANOW, settings)
        return self

    def __exit__(self, *_: object) -> None:
        self.restore()

    def restore(self) -> None:
        termios.tcsetattr(self._descriptor, termios.TCSANOW, self._before)


def leave_screen() -> None:
    """For an end without an end: back from the view's own screen, the cursor shown."""
    sys.stdout.write("\x1b[?1049l\x1b[?25h")
    sys.stdout.flush()
