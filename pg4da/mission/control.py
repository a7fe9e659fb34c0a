"""What a person may ask of a running mission. Any thread may ask; the executive obeys between two ticks."""

from __future__ import annotations

import threading
from collections import deque
from dataclasses import dataclass
from typing import Any, Literal

from pg4da.errors import BadInput, suggest

COMMANDS = ("pause", "resume", "step", "stop", "breakpoint", "answer")
State = Literal["running", "paused", "stopping"]


@dataclass(frozen=True)
class Request:
    """command: one of COMMANDS. breakpoint takes node (id) and on (bool); answer takes prompt (id) and choice.

    stop may say why.
    """

    command: str
    node: int = 0
    on: bool = True
    prompt: str = ""
    choice: str = ""
    reason: str = ""


@dataclass(frozen=True)
class Prompt:
    """A question to the operator. until: the cell's time [s] when `default` is taken, None: no end."""

    id: str
    node: int
    text: str
    choices: tuple[str, ...]
    default: str | None = None
    until: float | None = None


@dataclass(frozen=True)
class ControlState:
    """What people may see of it. at: the node where a breakpoint holds the mission."""

    state: State = "running"
    at: int | None = None
    breakpoints: tuple[int, ...] = ()
    prompt: Prompt | None = None


class Control:
    """The queue between viewers and the executive.

    attended: somebody is there who can answer; else prompts fall back to their default. A viewer that may control
    calls `attach` when it comes and `detach` when it is gone. stop_when_lost: the last one that goes and does not
    come back within `grace` seconds on the wall stops the mission.
    """

    def __init__(self, stop_when_lost: bool = False, grace: float = 3.0, attended: bool = False) -> None:
        self.stop_when_lost, self.grace = stop_when_lost, grace
        self._always = attended
        self._requests: deque[Request] = deque(maxlen=1000)
        self._arrived = threading.Event()
        self._lock = threading.Lock()
        self._viewers = 0
        self._timer: threading.Timer | None = None

    @property
    def attended(self) -> bool:
        return self._always or self._viewers > 0

    @attended.setter
    def attended(self, value: bool) -> None:
        self._always = value

    @property
    def waiting(self) -> bool:
        """Whether a request was not taken yet."""
        return bool(self._requests)

    def request(self, command: str, **arguments: Any) -> None:
        """Ask. Raises BadInput for an unknown command or argument."""
        if command not in COMMANDS:
            raise BadInput(f"unknown command '{command}'{suggest(command, COMMANDS)}")
        try:
            self._requests.append(Request(command, **arguments))
        except TypeError as error:
            raise BadInput(f"{command}: {error}") from None
        self._arrived.set()

    def take(self) -> Request | None:
        """The oldest request that was not taken yet."""
        if not self._requests:
            return None
        return self._requests.popleft()

    def wait(self, seconds: float) -> bool:
        """Until a request arrives [s on the wall]; whether one did."""
        arrived = self._arrived.wait(seconds)
        self._arrived.clear()
        return arrived

    def attach(self) -> None:
        """A viewer that may control has come."""
        with self._lock:
            self._viewers += 1
            if self._timer is not None:
                self._timer.cancel()
                self._timer = None

    def detach(self) -> None:
        """It has gone, or does not answer any more."""
        with self._lock:
            self._viewers = max(0, self._viewers - 1)
            if self._viewers == 0 and self.stop_when_lost and self._timer is None:
                self._timer = threading.Timer(self.grace, self._lost)
                self._timer.daemon = True
                self._timer.start()

    def close(self) -> None:
        """The mission has ended: nothing is watched over any more."""
        with self._lock:
            if self._timer is not None:
                self._timer.cancel()
                self._timer = None

    def _lost(self) -> None:
        with self._lock:
            self._timer = None
            lost = self._viewers == 0
        if lost:
            self.request("stop", reason="the controlling viewer is lost")
