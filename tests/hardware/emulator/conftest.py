"""A world without physics, and controllers over it that are driven cycle by cycle."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from pg4da.hardware.emulator.ur5e.controller import Controller
from pg4da.hardware.emulator.ur5e.drive import CYCLE
from pg4da.hardware.emulator.ur5e.script_program import Program
from pg4da.hardware.frames import Array
from pg4da.hardware.ur5e.parameters import HOME


class PlainArm:
    """Is where it was told to be; `held` keeps it where it is, as something in its way would."""

    def __init__(self) -> None:
        self.q: Array = HOME.copy()
        self.dq: Array = np.zeros(6)
        self.force = 0.0
        self.held = False
        self.path: list[Array] = [HOME.copy()]

    def target(self, q: Array) -> None:
        self.path.append(np.array(q))
        before, self.q = self.q, self.q if self.held else np.array(q)
        self.dq = (self.q - before) / CYCLE


class Bench:
    """A controller, its arm, and a clock that only `run` moves."""

    def __init__(self) -> None:
        self.time = 0.0
        self.arm = PlainArm()
        self.controller = Controller("left", self.arm, lambda: self.time)

    def run(self, seconds: float) -> None:
        for _ in range(round(seconds / CYCLE)):
            self.cycle()

    def cycle(self) -> None:
        self.controller.cycle()
        self.time += CYCLE

    def load(self, text: str) -> Program:
        """Start a program, given as text."""
        self.controller.load(self.controller.compile(text))
        assert self.controller.program is not None, list(self.controller.log)
        return self.controller.program

    def play(self, text: str, within: float = 30.0) -> Program:
        """Run a program to its end."""
        program = self.load(text)
        end = self.time + within
        while self.controller.program is program:
            assert self.time < end, "the program did not end"
            self.cycle()
        return program

    @property
    def log(self) -> str:
        return "\n".join(self.controller.log)

    @property
    def speeds(self) -> Array:
        """Of the set point so far, (n, 6)."""
        return np.diff(np.array(self.arm.path), axis=0) / CYCLE


@pytest.fixture
def bench() -> Bench:
    return Bench()


@pytest.fixture
def value(bench: Bench) -> Callable[[str], object]:
    """What an expression of URScript is worth, or the variable `x` after statements."""

    def evaluate(text: str) -> object:
        body = text if "\n" in text else f"global x = {text}"
        return bench.play(f"def probe():\n global x = 0\n{body}\nend\n").variables["x"]

    return evaluate
