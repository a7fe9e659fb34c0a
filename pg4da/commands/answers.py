"""Questions of a mission, asked and answered in the terminal: in lines, or below the terminal view."""

from __future__ import annotations

import os
import select
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from rich.console import Console

from pg4da.mission.control import Control, ControlState, Prompt
from pg4da.mission.events import Listener
from pg4da.printable import printable

if TYPE_CHECKING:
    from pg4da.mission.failure import Failure
    from pg4da.viewing.typed import TypedLine

LOOK = 0.2  # s between looks whether the run has ended


class TerminalAnswers(Listener):
    """Prints the question that is open; a line that is typed is the answer: a choice, its number, or nothing for the
    default. With `line` the terminal view has the screen: it shows the question and what is typed.
    """

    def __init__(self, console: Console, control: Control, line: TypedLine | None = None) -> None:
        self.line = line
        self._console, self._control = console, control
        self._prompt: Prompt | None = None

    def on_control(self, time: float, state: ControlState) -> None:
        if state.prompt is not None and state.prompt != self._prompt and self.line is None:
            self._ask(state.prompt)
        self._prompt = state.prompt

    def typed(self, line: str) -> None:
        """One line from the keyboard."""
        prompt = self._prompt
        if prompt is None:
            return
        choice = chosen(prompt, line.strip())
        if choice is None:
            self._tell(f"answer with one of: {', '.join(prompt.choices)}")
        else:
            self._control.request("answer", prompt=prompt.id, choice=choice)

    def _tell(self, text: str) -> None:
        if self.line is None:
            self._console.print(text, markup=False)
        else:
            self.line.tell(text)

    def _ask(self, prompt: Prompt) -> None:
        choices = "  ".join(f"{i}) {choice}" for i, choice in enumerate(prompt.choices, 1))
        default = f"  [{prompt.default}]" if prompt.default is not None else ""
        asked = printable(f"{prompt.text}\n  {choices}{default}", "\n")
        self._console.print(asked, markup=False, style="bold")


def chosen(prompt: Prompt, text: str) -> str | None:
    """The choice that is meant; None when it is none."""
    if not text:
        return prompt.default
    if text in prompt.choices:
        return text
    if text.isdecimal() and 1 <= int(text) <= len(prompt.choices):
        return prompt.choices[int(text) - 1]
    same = [choice for choice in prompt.choices if choice.lower() == text.lower()]
    return same[0] if len(same) == 1 else None


@contextmanager
def keyboard(answers: TerminalAnswers) -> Iterator[Callable[[], None]]:
    """Hand on what is typed while the block runs; gives what leaves the terminal as it was, for an end without an end.

    Nothing is read when standard input is no terminal.
    """
    if not sys.stdin.isatty():
        yield lambda: None
        return
    ended = threading.Event()
    thread = threading.Thread(target=_read, args=(answers, ended), name="keyboard", daemon=True)
    with _own_line(answers) as restore:
        thread.start()
        try:
            yield restore
        finally:
            ended.set()
            thread.join(2 * LOOK)


@contextmanager
def _own_line(answers: TerminalAnswers) -> Iterator[Callable[[], None]]:
    """Where the view has the screen, the terminal itself shows nothing of what is typed."""
    if answers.line is None:
        yield lambda: None
        return
    from pg4da.viewing.typed import Quiet, leave_screen

    with Quiet(sys.stdin.fileno()) as quiet:

        def restore() -> None:
            quiet.restore()
            leave_screen()

        yield restore


def leaving(restore: Callable[[], None], then: Callable[[Failure], None]) -> Callable[[Failure], None]:
    """What to do when the mission's thread is lost, with the terminal put right first."""

    def leave(failure: Failure) -> None:
        restore()
        then(failure)

    return leave


def _read(answers: TerminalAnswers, ended: threading.Event) -> None:
    descriptor, text, line = sys.stdin.fileno(), "", answers.line
    while not ended.is_set():
        if not select.select([descriptor], [], [], LOOK)[0]:
            continue
        read = os.read(descriptor, 4096).decode(errors="replace")
        if not read:
            return
        if line is not None:
            lines = list(line.feed(read))
        else:
            *lines, text = (text + read).split("\n")
        for each in lines:
            answers.typed(each)
