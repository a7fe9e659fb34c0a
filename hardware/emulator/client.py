"""Speaks to the control port of a running emulator."""

from __future__ import annotations

import json
import socket
from typing import Any

from pg4da.hardware.emulator.addresses import CONTROL_PORT


class EmulatorRefused(ValueError):
    """The emulator did not take a command; the message says why and what would be valid."""


class EmulatorClient:
    """One connection, used by one thread. Raises OSError when no emulator answers there."""

    def __init__(self, host: str = "127.0.0.1", port: int = CONTROL_PORT, timeout: float = 20.0) -> None:
        self._socket = socket.create_connection((host, port), timeout)
        self._lines = self._socket.makefile("rb")

    def __enter__(self) -> EmulatorClient:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        self._lines.close()
        self._socket.close()

    def ask(self, command: dict[str, Any]) -> dict[str, Any]:
        """One command's answer. Raises EmulatorRefused, and ConnectionError when the emulator has gone."""
        self._socket.sendall(json.dumps(command).encode() + b"\n")
        line = self._lines.readline()
        if not line:
            raise ConnectionError("the emulator has gone")
        answer: dict[str, Any] = json.loads(line)
        if not answer.pop("ok"):
            raise EmulatorRefused(answer["error"])
        return answer

    def inject(self, device: str, fault: str, value: float | str | None = None, after: float = 0.0) -> None:
        """Make something go wrong, `after` [s] of the world's time from now."""
        self.ask({"do": "inject", "device": device, "fault": fault, "value": value, "after": after})

    def clear(self, device: str = "", fault: str = "") -> None:
        """One fault, all of a device, or all."""
        self.ask({"do": "clear", "device": device, "fault": fault})

    def status(self) -> dict[str, Any]:
        """Time, pace, arms, grippers, camera, faults."""
        return self.ask({"do": "status"})

    def reset(self, scene: str | None = None, seed: int = 0) -> None:
        """Lay the objects out again; another scene by its name or file. The arms stay where they are."""
        self.ask({"do": "reset", "scene": scene, "seed": seed})

    def truth(self) -> dict[str, Any]:
        """What only the simulator knows. For evaluation: nothing that decides may ask for it."""
        return self.ask({"do": "truth"})


def read_command(text: str) -> dict[str, Any]:
    """A command as people type it: `inject DEVICE FAULT[=VALUE]`, `clear [DEVICE [FAULT]]`, `status`, `truth`,
    `reset [SCENE [SEED]]`. Raises ValueError.
    """
    words = text.split()
    match words:
        case ["inject", device, fault]:
            name, _, value = fault.partition("=")
            return {"do": "inject", "device": device, "fault": name, "value": value or None}
        case ["clear", *rest] if len(rest) <= 2:
            return {"do": "clear", **dict(zip(("device", "fault"), rest, strict=False))}
        case ["status"] | ["truth"]:
            return {"do": words[0]}
        case ["reset", *rest] if len(rest) <= 2 and all(seed.isdigit() for seed in rest[1:]):
            return {"do": "reset", "scene": rest[0] if rest else None, "seed": int(rest[1]) if len(rest) > 1 else 0}
    raise ValueError(
        f"'{text}' is no command; valid: inject DEVICE FAULT[=VALUE], clear [DEVICE [FAULT]], status, truth, "
        "reset [SCENE [SEED]]"
    )
