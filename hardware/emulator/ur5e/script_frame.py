"""What compiled script code runs in: the variables of one call, and the program with its tasks behind it."""

from __future__ import annotations

from collections.abc import Callable, Generator, Mapping
from typing import Protocol, TypeAlias

from pg4da.hardware.emulator.ur5e.script_tokens import ScriptError
from pg4da.hardware.emulator.ur5e.script_values import Value

Steps: TypeAlias = Generator[None, None, Value]  # one yield is one cycle of the controller


class Host(Protocol):
    """The controller's functions that scripts call; those in `timed` take cycles."""

    @property
    def instant(self) -> Mapping[str, Callable[..., Value]]: ...

    @property
    def timed(self) -> Mapping[str, Callable[..., Steps]]: ...


class Threads(Protocol):
    """The running program, as code sees it."""

    host: Host
    variables: dict[str, Value]

    def start(self, name: str) -> Value:
        """Run a thread of the program; gives its handle."""
        ...

    def kill(self, thread: Value) -> None: ...

    def halt(self) -> None: ...

    def enter_critical(self) -> None: ...

    def exit_critical(self) -> None: ...

    def spin(self, line: int) -> None:
        """Count a round of the loop at a line; raises ScriptError when they take no time."""
        ...


class Frame:
    """One call: its local variables."""

    __slots__ = ("program", "variables")

    def __init__(self, program: Threads, variables: dict[str, Value]) -> None:
        self.program = program
        self.variables = variables


def undefined(name: str, line: int) -> ScriptError:
    return ScriptError(f"the variable '{name}' has no value yet", line)
