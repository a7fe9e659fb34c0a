"""Skills that block: work in a thread of its own, with a token to be asked for a stop; the tick never waits for it.

The thread never touches the cell itself: what it asks of arms, grippers and camera is done by the tick, between two
steps of the physics or two periods of the robot, and its answer handed back. Once the skill is stopped nothing it
asks for is done any more, so that a thread that does not listen can move nothing.
"""

from __future__ import annotations

import threading
from abc import abstractmethod
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any, cast

from pg4da.hardware.cell import Cell, Handle
from pg4da.skills.skill import Context, Skill, Steps

SLICE = 0.008  # s on the wall that a tick waits for a thread that was asked to stop


class Cancelled(Exception):
    """Raised in the thread when the skill was stopped."""


class Token:
    """Handed to the thread: whether it is wanted any longer."""

    def __init__(self) -> None:
        self._cancelled = threading.Event()

    @property
    def cancelled(self) -> bool:
        return self._cancelled.is_set()

    def cancel(self) -> None:
        self._cancelled.set()

    def check(self) -> None:
        """Raises Cancelled once the skill was stopped."""
        if self._cancelled.is_set():
            raise Cancelled

    def wait(self, seconds: float) -> None:
        """Sleep [s on the wall], but not longer than the skill is wanted. Raises Cancelled."""
        if self._cancelled.wait(seconds):
            raise Cancelled


class Desk:
    """Where a thread hands in calls and waits for the tick to make them."""

    def __init__(self, token: Token) -> None:
        self._token = token
        self._calls: deque[Call] = deque()

    def ask(self, act: Callable[[], Any]) -> Any:
        """For the thread: what `act` returns or raises. Raises Cancelled when the skill is stopped meanwhile."""
        self._token.check()
        call = Call(act)
        self._calls.append(call)
        while not call.done.wait(SLICE):
            self._token.check()
        if call.error is not None:
            raise call.error
        return call.result

    def leave(self, act: Callable[[], Any]) -> None:
        """For the thread: to be done by the tick, whose answer nobody waits for. Raises Cancelled."""
        self._token.check()
        self._calls.append(Call(act))

    def serve(self) -> None:
        """For the tick: make the calls handed in so far."""
        while self._calls and not self._token.cancelled:
            self._calls.popleft().make()


class Call:
    """One call with its answer."""

    def __init__(self, act: Callable[[], Any]) -> None:
        self._act = act
        self.done = threading.Event()
        self.result: Any = None
        self.error: Exception | None = None

    def make(self) -> None:
        try:
            self.result = self._act()
        except Exception as error:  # it belongs to the thread
            self.error = error
        self.done.set()


class Remote:
    """An object of the cell as the thread sees it: every attribute and call goes through the desk."""

    def __init__(self, target: Any, desk: Desk) -> None:
        self._target, self._desk = target, desk

    def __getattr__(self, name: str) -> Any:
        found = self._desk.ask(lambda: getattr(self._target, name))
        return self._method(found) if callable(found) else self._seen(found)

    def _method(self, found: Callable[..., Any]) -> Callable[..., Any]:
        return lambda *args, **named: self._seen(self._desk.ask(lambda: found(*args, **named)))

    def _seen(self, value: Any) -> Any:
        """Parts of the cell stay behind the desk; what was measured goes over it."""
        if isinstance(value, Mapping):
            return {key: self._seen(part) for key, part in value.items()}
        remote = isinstance(value, Handle) or hasattr(value, "follow") or hasattr(value, "move")
        return Remote(value, self._desk) if remote or hasattr(value, "capture") else value


class BlockingSkill(Skill):
    """Write `work`, which may block; it runs in a thread and is polled once a tick.

    Stopped early, its token is cancelled; nothing else starts until the thread has ended, or the bound is over: then
    it is left behind, reported, and can move nothing any more. `self.context.cell` is safe to use from `work`.
    """

    def __init__(self, context: Context) -> None:
        self._token = Token()
        self._desk = Desk(self._token)
        self._thread: threading.Thread | None = None
        self._outcome: tuple[Any, BaseException | None] | None = None
        cell = cast(Cell, Remote(context.cell, self._desk))
        super().__init__(replace(context, cell=cell, emit=self._emit(context.emit)))

    def _emit(self, emit: Callable[[str, Mapping[str, Any]], None]) -> Callable[[str, Mapping[str, Any]], None]:
        """Recorders and viewers are told by the tick as well: they are not made for several threads."""

        def tell(kind: str, data: Mapping[str, Any]) -> None:
            if threading.current_thread() is self._thread:
                self._desk.leave(lambda: emit(kind, data))
            else:
                emit(kind, data)

        return tell

    @abstractmethod
    def work(self, inputs: Any, token: Token) -> Any:
        """Do it; returns Outputs or raises SkillFailure. Call `token.check` or `token.wait` a few times a second."""

    def run(self, inputs: Any) -> Steps:
        """Start the thread, serve it, hand on how it ended."""
        name = f"skill {self.name}"
        self._thread = threading.Thread(target=self._work, args=(inputs,), name=name, daemon=True)
        self._thread.start()
        try:
            while self._outcome is None:
                self._desk.serve()
                yield
            self._desk.serve()  # what it told last
        finally:
            self._token.cancel()
        result, error = self._outcome
        if error is not None:
            raise error
        return result

    def stopped(self) -> bool:
        """Whether the thread has ended; waits for it a little, so that simulated time does not run away."""
        if self._thread is None:
            return True
        self._thread.join(SLICE)
        return not self._thread.is_alive()

    def abandon(self) -> None:
        """The token is cancelled already: whatever the thread asks for raises Cancelled in it."""
        self._token.cancel()

    def _work(self, inputs: Any) -> None:
        try:
            self._outcome = self.work(inputs, self._token), None
        except BaseException as error:
            self._outcome = None, error
