"""The string protocol of Robotiq's URCap: `SET ACT 1 GTO 1` is answered by `ack`, `GET POS` by `POS 3`."""

from __future__ import annotations

import socket
from collections.abc import Callable

from pg4da.hardware.robotiq_2f140.config import UrcapLink
from pg4da.hardware.robotiq_2f140.link import LinkError
from pg4da.hardware.robotiq_2f140.registers import Activation, Command, Contact, Status

ACKNOWLEDGED = b"ack"  # without an end of line
LONGEST = 64  # bytes of an answer
ASKED = ("ACT", "GTO", "STA", "OBJ", "FLT", "PRE", "POS")


class StringLink:
    """link.Link over the URCap's port. It tells no current, so gCU stays 0."""

    def __init__(self, config: UrcapLink, timeout: float) -> None:
        self._config, self._timeout = config, timeout
        self._socket: socket.socket | None = None

    @property
    def address(self) -> str:
        return f"{self._config.host}:{self._config.port} (urcap)"

    def open(self) -> None:
        """Connect. Raises LinkError."""
        if self._socket is not None:
            return
        try:
            self._socket = socket.create_connection((self._config.host, self._config.port), self._timeout)
        except OSError as problem:
            raise LinkError(f"can't connect to {self.address}: {problem}") from None

    def write(self, command: Command) -> None:
        """One line of all fields; a release is told first, so that no motion begins before it."""
        c = command
        fields = {"ATR": c.rATR, "ARD": c.rARD, "ACT": c.rACT, "POS": c.rPR, "SPE": c.rSP, "FOR": c.rFR, "GTO": c.rGTO}
        line = " ".join(f"{name} {int(value)}" for name, value in fields.items())
        answer = self._ask(f"SET {line}\n", lambda heard: heard == ACKNOWLEDGED)
        if answer != ACKNOWLEDGED:
            raise LinkError(f"{self.address} answered a command with {answer!r}")

    def read(self) -> Status:
        """One question a field."""
        act, go, sta, obj, flt, echo, position = (self._get(name) for name in ASKED)
        try:
            status = Status(bool(act), bool(go), Activation(sta), Contact(obj), flt & 15, flt >> 4, echo, position)
        except ValueError as problem:
            raise LinkError(f"{self.address} told an impossible state: {problem}") from None
        return status

    def close(self) -> None:
        """Disconnect."""
        held, self._socket = self._socket, None
        if held is not None:
            held.close()

    def _get(self, name: str) -> int:
        answer = self._ask(f"GET {name}\n", lambda heard: heard.endswith(b"\n"))
        word, _, value = answer.decode("ascii", "replace").strip().partition(" ")
        if word != name or not value.isdecimal() or int(value) > 255:
            raise LinkError(f"{self.address} answered {answer!r} to GET {name}")
        return int(value)

    def _ask(self, line: str, complete: Callable[[bytes], bool]) -> bytes:
        if self._socket is None:
            raise LinkError(f"not connected to {self.address}")
        heard = b""
        try:
            self._socket.sendall(line.encode("ascii"))
            while not complete(heard) and len(heard) < LONGEST:
                more = self._socket.recv(LONGEST)
                if not more:
                    raise LinkError(f"{self.address} closed the connection")
                heard += more
        except OSError as problem:
            raise LinkError(f"no answer from {self.address}: {problem}") from None
        return heard
