"""A running program: its main part and its threads take turns, once each in every cycle of the controller."""

from __future__ import annotations

from pg4da.hardware.emulator.ur5e.script_code import Code
from pg4da.hardware.emulator.ur5e.script_compiler import Compiled
from pg4da.hardware.emulator.ur5e.script_frame import Frame, Host, Steps
from pg4da.hardware.emulator.ur5e.script_tokens import ScriptError
from pg4da.hardware.emulator.ur5e.script_values import Value

MOST_THREADS = 50  # as the controller's own limit
MOST_ROUNDS = 20_000  # of all loops within one cycle


class _Halted(Exception):
    """The script said `halt`."""


class Task:
    """A thread, or the main part; what `run` gives to a script."""

    def __init__(self, steps: Steps) -> None:
        self._steps = steps
        self.alive = True

    def step(self) -> None:
        """Go on until it has taken a cycle, or to its end."""
        try:
            next(self._steps)
        except (StopIteration, _Halted):
            self.alive = False

    def kill(self) -> None:
        self.alive = False


class Program:
    """Raises ScriptError out of `cycle` when the script goes wrong; the caller stops it then."""

    def __init__(self, code: Compiled, host: Host) -> None:
        self.name = code.name
        self.host = host
        self.variables: dict[str, Value] = {}
        self._threads = code.threads
        self._rounds = 0
        self._now: Task | None = None
        self._critical: Task | None = None
        self._main = self._task(code.main)
        self._tasks = [self._main]

    def cycle(self) -> bool:
        """One cycle of the controller; False when the program has ended."""
        self._rounds = 0
        for task in list(self._tasks):
            if self._critical is None or self._critical is task or not self._critical.alive:
                self._turn(task)
        self._tasks = [task for task in self._tasks if task.alive]
        return self._main.alive

    def _turn(self, task: Task) -> None:
        if not task.alive:
            return
        self._now = task
        try:
            task.step()
        finally:
            self._now = None
        if not task.alive and self._critical is task:
            self._critical = None

    def _task(self, code: Code) -> Task:
        return Task(code.steps(Frame(self, {})))

    # what the code asks for

    def start(self, name: str) -> Task:
        """Run a thread; its turn comes with the next cycle."""
        if len(self._tasks) >= MOST_THREADS:
            raise ScriptError(f"more than {MOST_THREADS} threads")
        task = self._task(self._threads[name])
        self._tasks.append(task)
        return task

    def kill(self, thread: Value) -> None:
        """End a thread; anything else (such as the 0 that stands for none) is passed over."""
        if isinstance(thread, Task):
            thread.kill()
            if self._critical is thread:
                self._critical = None

    def halt(self) -> None:
        """End the program."""
        for task in self._tasks:
            task.kill()
        raise _Halted

    def enter_critical(self) -> None:
        """Only this task takes turns until `exit_critical`."""
        self._critical = self._now

    def exit_critical(self) -> None:
        self._critical = None

    def spin(self, line: int) -> None:
        """Count a round of the loop at this line."""
        self._rounds += 1
        if self._rounds > MOST_ROUNDS:
            raise ScriptError("a loop runs without taking time: sync() is missing in it", line)
