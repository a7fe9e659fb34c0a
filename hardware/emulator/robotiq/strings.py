"""The URCap's string protocol: `SET POS 255 GTO 1` → `ack`, `GET POS` → `POS 255`, anything else → `?`."""

from __future__ import annotations

from pg4da.hardware.emulator.robotiq.controller import Controller
from pg4da.hardware.emulator.robotiq.sessions import LONGEST
from pg4da.hardware.robotiq_2f140.registers import Command

SETTABLE = ("ACT", "GTO", "ATR", "ARD", "POS", "SPE", "FOR")
UNKNOWN = b"?\n"


class StringSession:
    """Lines of one connection."""

    def __init__(self, controller: Controller) -> None:
        self._controller = controller
        self._heard = b""

    def feed(self, data: bytes) -> bytes:
        """Raises ValueError for a line without an end."""
        self._heard += data
        *lines, self._heard = self._heard.split(b"\n")
        if len(self._heard) > LONGEST:
            raise ValueError("a line without an end")
        return b"".join(self._answer(line.decode("ascii", "replace").split()) for line in lines)

    def _answer(self, words: list[str]) -> bytes:
        self._controller.heard()
        if words[:1] == ["GET"] and len(words) == 2:
            value = self._values().get(words[1])
            return UNKNOWN if value is None else f"{words[1]} {value}\n".encode("ascii")
        if words[:1] == ["SET"] and len(words) > 2 and len(words) % 2:
            return self._set(dict(zip(words[1::2], words[2::2], strict=True)))
        return UNKNOWN

    def _set(self, fields: dict[str, str]) -> bytes:
        if not all(name in SETTABLE and value.isdecimal() for name, value in fields.items()):
            return UNKNOWN
        v = self._settings() | {name: min(int(value), 255) for name, value in fields.items()}
        act, go, release, opening = (bool(v[name]) for name in SETTABLE[:4])
        self._controller.write(Command(act, go, release, opening, v["POS"], v["SPE"], v["FOR"]))
        return b"ack"

    def _settings(self) -> dict[str, int]:
        c = self._controller.command
        values = (c.rACT, c.rGTO, c.rATR, c.rARD, c.rPR, c.rSP, c.rFR)
        return dict(zip(SETTABLE, map(int, values), strict=True))

    def _values(self) -> dict[str, int]:
        status = self._controller.status()
        told = {"STA": status.gSTA, "OBJ": status.gOBJ, "FLT": status.kFLT << 4 | status.gFLT}
        told |= {"POS": status.gPO, "PRE": status.gPR, "ACT": status.gACT, "GTO": status.gGTO, "COU": status.gCU}
        return self._settings() | {name: int(value) for name, value in told.items()}
