"""Compiled statements, and how they are run: at once, or as generators where something in them takes cycles."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

from pg4da.hardware.emulator.ur5e.script_frame import Frame, Steps
from pg4da.hardware.emulator.ur5e.script_values import Value

Evaluate: TypeAlias = Callable[[Frame], Value]
BREAK, CONTINUE = object(), object()


@dataclass(frozen=True, slots=True)
class Returned:
    value: Value


# What a statement leads to: None to go on, one of the two words above, or Returned.
Outcome: TypeAlias = object
Plain: TypeAlias = Callable[[Frame], Outcome]
Slow: TypeAlias = Callable[[Frame], Steps]


@dataclass(frozen=True, slots=True)
class Code:
    """One of the two is there."""

    plain: Plain | None = None
    slow: Slow | None = None

    def steps(self, frame: Frame) -> Steps:
        """Run it, whichever it is."""
        if self.slow is not None:
            return (yield from self.slow(frame))
        assert self.plain is not None
        return self.plain(frame)


def plainly(code: Code, frame: Frame) -> Outcome:
    """Code that takes no time."""
    assert code.plain is not None
    return code.plain(frame)


def run(parts: tuple[Plain, ...], frame: Frame) -> Outcome:
    """A block."""
    for part in parts:
        outcome = part(frame)
        if outcome is not None:
            return outcome
    return None


def run_slowly(codes: tuple[Code, ...], frame: Frame) -> Steps:
    """A block in which something takes time."""
    for code in codes:
        if code.plain is not None:
            outcome = code.plain(frame)
        else:
            outcome = yield from code.steps(frame)
        if outcome is not None:
            return outcome
    return None


def loop(condition: Evaluate, body: Code, frame: Frame, line: int) -> Outcome:
    """A while."""
    while condition(frame):
        frame.program.spin(line)
        outcome = plainly(body, frame)
        if outcome is BREAK:
            return None
        if outcome is not None and outcome is not CONTINUE:
            return outcome
    return None


def loop_slowly(condition: Evaluate, body: Code, frame: Frame, line: int) -> Steps:
    """A while in which something takes time."""
    while condition(frame):
        frame.program.spin(line)
        outcome = yield from body.steps(frame)
        if outcome is BREAK:
            return None
        if outcome is not None and outcome is not CONTINUE:
            return outcome
    return None
