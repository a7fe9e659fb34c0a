"""The dashboard server: a line asked, a line answered (Universal Robots, Dashboard Server e-Series)."""

from __future__ import annotations

import re
import socket
from types import TracebackType

PORT = 29999
TIMEOUT = 3.0  # s for an answer


class NoAnswer(Exception):
    """The dashboard server is not there, or says nothing."""


class Dashboard:
    """A connection, in a `with` statement. Raises NoAnswer."""

    def __init__(self, address: str, timeout: float = TIMEOUT) -> None:
        self._address = address
        try:
            self._socket = socket.create_connection((address, PORT), timeout)
            self._lines = self._socket.makefile("rb")
            self._line()  # the banner
        except OSError as error:
            raise NoAnswer(_why(error)) from error

    def __enter__(self) -> Dashboard:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._lines.close()
        self._socket.close()

    def ask(self, command: str) -> str:
        """The answer to a command, without its line end."""
        try:
            self._socket.sendall(command.encode() + b"\n")
            return self._line()
        except OSError as error:
            raise NoAnswer(_why(error)) from error

    def _line(self) -> str:
        line = self._lines.readline(4096)
        if not line:
            raise ConnectionError("the controller closed the connection")
        return line.decode("utf-8", "replace").strip()

    def version(self) -> tuple[int, int, int]:
        """Of PolyScope; zeros when it can't be told."""
        found = re.search(r"(\d+)\.(\d+)\.(\d+)", self.ask("PolyscopeVersion"))
        return (0, 0, 0) if found is None else (int(found[1]), int(found[2]), int(found[3]))

    def model(self) -> str:
        """Such as UR5 or UR5e."""
        return _after_colon(self.ask("get robot model"))

    def serial(self) -> str:
        """Serial number."""
        return _after_colon(self.ask("get serial number"))

    def remote(self) -> bool:
        """Whether the pendant is switched to remote control."""
        return self.ask("is in remote control").lower().endswith("true")

    def robot_mode(self) -> str:
        """RUNNING when it can move; POWER_OFF, IDLE, BOOTING, … otherwise."""
        return _after_colon(self.ask("robotmode")).upper()

    def safety_status(self) -> str:
        """NORMAL, REDUCED, PROTECTIVE_STOP, ROBOT_EMERGENCY_STOP, …"""
        return _after_colon(self.ask("safetystatus")).upper()


def _after_colon(answer: str) -> str:
    return answer.rpartition(":")[2].strip()


def _why(error: OSError) -> str:
    if isinstance(error, TimeoutError):
        return "no answer"
    return error.strerror or str(error)
