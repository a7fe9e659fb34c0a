"""The child process with a controller of its own making: the real loop, no ur_rtde, no socket to any robot.

`address` says what goes wrong and when, such as `protective@0.5` (seconds after the start).
"""

from __future__ import annotations

import os
import signal
import sys
import time

import numpy as np

from pg4da.hardware.ur5e.channel import Message
from pg4da.hardware.ur5e.child import HANGS, alarm, begin
from pg4da.hardware.ur5e.client import Measured
from pg4da.hardware.ur5e.safety_state import Cause
from pg4da.hardware.ur5e.serve import Loop

HOME = (0.5985, -2.0275, 1.4854, -1.0287, -1.5708, -2.5431)


class PerfectController:
    """Its arm is wherever the last set point was."""

    def __init__(self, fault: str) -> None:
        self.fault, _, after = fault.partition("@")
        self.begin = time.monotonic()
        self.after = float(after or 1e9)
        self.q, self.dq = np.array(HOME), np.zeros(6)
        self.log: list[str] = []

    @property
    def broken(self) -> bool:
        return time.monotonic() - self.begin > self.after

    def measured(self) -> Measured:
        stamp, why = time.monotonic(), None
        if self.broken and self.fault == "stale":
            stamp = self.begin
        if self.broken and self.fault == "protective":
            why = Cause("protective_stop", "protective stop")
        if self.broken and self.fault == "hang":
            signal.pause()
        if self.broken and self.fault == "crash":
            os.kill(os.getpid(), signal.SIGSEGV)
        return Measured(stamp, self.q.copy(), self.dq.copy(), why)

    def tool(self) -> np.ndarray:
        return np.array([float("nan") if self.fault == "no tool" else 0.0] * 6)

    def servo(self, q: np.ndarray) -> bool:
        if self.broken and self.fault == "ended":
            return False
        self.dq, self.q = (q - self.q) / 0.008, np.array(q)
        return True

    def payload(self, mass: float, centre: list[float]) -> bool:
        self.log.append(f"payload {mass:g}")
        return True

    def close(self) -> None:
        return


def main(end: int) -> None:
    channel, settings = begin(end)
    if settings.address == "refused":
        channel.send(Message("refused", {"problem": "in use by another program"}))
        os._exit(1)
    alarm(HANGS)
    Loop(channel, PerfectController(settings.address), settings, lambda: alarm(HANGS)).run()
    channel.send(Message("closed"))
    os._exit(0)


if __name__ == "__main__":
    main(int(sys.argv[1]))
