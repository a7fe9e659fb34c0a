"""Questions of a mission, asked and answered in the terminal."""

from __future__ import annotations

import os
import select
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console

from pg4da.mission.control import Control, ControlState, Prompt
from pg4da.mission.events import Listener

LOOK = 0.2  # s between looks whether the run has ended


class TerminalAnswers(Listener):
    """Prints the question that is open; a line that is typed is the answer: a choice, its number, or nothing for the
    default.
    """

    def __init__(self, console: Console, control: Control) -> None:
        self._console, self._control = console, control
        self._prompt: Prompt | None = None

    def on_control(self, time: float, state: ControlState) -> None:
        if state.prompt is not None and state.prompt != self._prompt:
            self._ask(state.prompt)
        self._prompt = state.prompt

    def typed(self, line: str) -> None:
        """One line from the keyboard."""
        prompt = self._prompt
        if prompt is None:
            return
        choice = chosen(prompt, line.strip())
        if choice is None:
            self._console.print(f"answer with one of: {', '.join(prompt.choices)}", markup=False)
        else:
            self._control.request("answer", prompt=prompt.id, choice=choice)

    def _ask(self, prompt: Prompt) -> None:
        choices = "  ".join(f"{i}) {choice}" for i, choice in enumerate(prompt.choices, 1))
        default = f"  [{prompt.default}]" if prompt.default is not None else ""
        self._console.print(f"{prompt.text}\n  {choices}{default}", markup=False, style="bold")


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
def keyboard(answers: TerminalAnswers) -> Iterator[None]:
    """Hand on what is typed while the block runs. Nothing is read when standard input is no terminal."""
    if not sys.stdin.isatty():
        yield
        return
    ended = threading.Event()
    thread = threading.Thread(target=_read, args=(answers, ended), name="keyboard", daemon=True)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join(2 * LOOK)


def _read(answers: TerminalAnswers, ended: threading.Event) -> None:
    descriptor, text = sys.stdin.fileno(), ""
    while not ended.is_set():
        if not select.select([descriptor], [], [], LOOK)[0]:
            continue
        read = os.read(descriptor, 4096).decode(errors="replace")
        if not read:
            return
        *lines, text = (text + read).split("\n")
        for line in lines:
            answers.typed(line)
