"""What a person may ask of a running mission. Any thread may ask; the executive obeys between two ticks."""

from __future__ import annotations

import threading
from collections import deque
from dataclasses import dataclass
from typing import Any

from pg4da.errors import BadInput, suggest

COMMANDS = ("pause", "resume", "step", "stop", "breakpoint", "answer")


@dataclass(frozen=True)
class Request:
    """command: one of COMMANDS. breakpoint takes node (id) and on (bool); answer takes prompt (id) and choice."""

    command: str
    node: int = 0
    on: bool = True
    prompt: str = ""
    choice: str = ""


class Control:
    """The queue between viewers and the executive."""

    def __init__(self) -> None:
        self._requests: deque[Request] = deque(maxlen=1000)
        self._arrived = threading.Event()

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
