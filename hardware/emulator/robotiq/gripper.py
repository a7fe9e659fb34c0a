"""An emulated 2F-140 on all the ways that lead to a real one."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass

from pg4da.hardware.emulator.robotiq.controller import Controller
from pg4da.hardware.emulator.robotiq.lines import Line, PtyServer, port_of
from pg4da.hardware.emulator.robotiq.sessions import RtuSession, TcpSession
from pg4da.hardware.emulator.robotiq.strings import StringSession
from pg4da.hardware.emulator.socket_server import SocketServer
from pg4da.hardware.emulator.world import WorldGripper
from pg4da.hardware.robotiq_2f140.scaling import Ends

TICK = 0.02  # s

# Faults to inject, by name: gFLT's codes, and what happens on the way to the gripper.
CODES = {
    "delayed": 0x5,
    "inactive": 0x7,
    "hot": 0x8,
    "no-communication": 0x9,
    "undervoltage": 0xA,
    "releasing": 0xB,
    "internal": 0xC,
    "activation": 0xD,
    "overcurrent": 0xE,
    "released": 0xF,
}
DROP, STALL, LAG, OBJECT_LOST = "drop", "stall", "lag", "object-lost"
FAULTS = (*CODES, DROP, STALL, LAG, OBJECT_LOST)
USUAL_LAG = 0.05  # s


@dataclass(frozen=True)
class GripperPorts:
    """TCP ports, 0 for a free one, None for none. pty: whether there is a serial line."""

    rtu_over_tcp: int | None = 54321
    tcp: int | None = 1502
    strings: int | None = 63352
    pty: bool = True


class EmulatedGripper:
    """Serves from its construction until `close`. Raises OSError when a port is taken."""

    def __init__(
        self,
        gripper: WorldGripper,
        now: Callable[[], float],
        host: str = "127.0.0.1",
        ports: GripperPorts | None = None,
        ends: Ends | None = None,
        unit: int = 9,
    ) -> None:
        ports = ports or GripperPorts()
        self.controller = Controller(gripper, now, ends)
        self._line, self._over = Line(), threading.Event()
        self._servers: dict[str, SocketServer] = {}
        self._pty: PtyServer | None = None
        try:
            self._serve(host, ports, unit)
        except OSError:
            self.close()
            raise
        self._thread = threading.Thread(target=self._tick, name=f"gripper {host}", daemon=True)
        self._thread.start()

    @property
    def ports(self) -> dict[str, int]:
        """TCP ports by the kind of link that a cell file names: rtu-tcp, tcp, urcap."""
        return {kind: server.port for kind, server in self._servers.items()}

    @property
    def path(self) -> str:
        """The serial device; empty where there is none."""
        return self._pty.path if self._pty is not None else ""

    def inject(self, fault: str, amount: float | None = None) -> None:
        """One of FAULTS, until `clear`; `amount` is the lag [s]. Raises ValueError for another name."""
        if fault in CODES:
            self.controller.fail(CODES[fault])
        elif fault == DROP:
            self._line.stalled = True  # a serial line can't be cut: it falls silent
            for server in self._servers.values():
                server.drop()
        elif fault == STALL:
            self._line.stalled = True
        elif fault == LAG:
            self._line.lag = USUAL_LAG if amount is None else amount
        elif fault == OBJECT_LOST:
            self.controller.let_go()
        else:
            raise ValueError(f"no fault {fault!r} of a gripper; valid: {', '.join(FAULTS)}")

    def clear(self) -> None:
        """The causes of all faults are gone; what is grave stays in gFLT until the next activation."""
        self._line.stalled, self._line.lag = False, 0.0
        for server in self._servers.values():
            server.restore()
        self.controller.mend()

    def close(self) -> None:
        """Idempotent."""
        self._over.set()
        for server in self._servers.values():
            server.close()
        if self._pty is not None:
            self._pty.close()

    def _serve(self, host: str, ports: GripperPorts, unit: int) -> None:
        c = self.controller
        if ports.pty:
            self._pty = PtyServer(RtuSession(c, unit), self._line)
        if ports.rtu_over_tcp is not None:
            self._servers["rtu-tcp"] = port_of(host, ports.rtu_over_tcp, lambda: RtuSession(c, unit), self._line)
        if ports.tcp is not None:
            self._servers["tcp"] = port_of(host, ports.tcp, lambda: TcpSession(c, unit), self._line)
        if ports.strings is not None:
            self._servers["urcap"] = port_of(host, ports.strings, lambda: StringSession(c), self._line)

    def _tick(self) -> None:
        while not self._over.wait(TICK):
            self.controller.tick()
