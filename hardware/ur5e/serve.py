"""The loop of an arm's child process: messages in, a set point and a measurement out, every period.

Started as a program of its own by `process.Child`; `run` is the same loop around any client, for tests.
Messages in: beat; clock (rate; rows: moments and readings); start (number, moment, period; rows: configurations);
stop (why); payload (mass, centre); close.
Messages out: ready (tool; rows: q), refused (problem), state (stamp, force; rows: q, dq, plan), ended (number, ending,
message), trouble (code, message), closed.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from pg4da.hardware.path_clock import PathClock
from pg4da.hardware.servo import Motion, Servo
from pg4da.hardware.ur5e.channel import Channel, Closed, Message
from pg4da.hardware.ur5e.client import Client, Measured, Settings
from pg4da.hardware.ur5e.safety_state import ENDED, Cause
from pg4da.hardware.wall_clock import monotonic, sleep_until

VAGUE = 4  # cycles in which a stop may still get its name
CLOSING = 1.5  # s to come to rest before the program on the controller is ended all the same


class Loop:
    """Serves one arm until it is closed, the driver is gone, or the connection to the controller is.

    alive(): called every cycle.
    """

    def __init__(self, channel: Channel, client: Client, settings: Settings, alive: Callable[[], None]) -> None:
        now = monotonic()
        self._channel, self._client, self._settings, self._alive = channel, client, settings, alive
        self._measured: Measured = client.measured()
        self._fresh = self._heard = now
        clock = PathClock(np.array([now]), np.zeros(1))
        s = settings
        self._servo = Servo(self._measured.q, clock, s.period, s.lead, s.deceleration)
        self._cause: Cause | None = None
        self._vague = 0
        self._silent = False
        self._closing: float | None = None
        self._lost = False

    def run(self) -> bool:
        """Until the end; whether the controller is still there, so that its program can be ended."""
        self._send(Message("ready", {"tool": self._client.tool().tolist()}, self._measured.q[None]))
        while not self._done():
            self._cycle()
            self._alive()
            sleep_until(self._next())
        return not self._lost

    def _next(self) -> float:
        """When the next cycle is due: whole periods of the machine's clock, so that all arms send at the same time."""
        return (monotonic() // self._settings.period + 1) * self._settings.period

    def _done(self) -> bool:
        if self._lost:
            return True
        if self._closing is None:
            return False
        return not self._servo.moving or self._cause is not None or monotonic() > self._closing

    def _cycle(self) -> None:
        self._measure()
        self._listen()
        if self._cause is None:
            m = self._measured
            taken = self._client.servo(self._servo.step(monotonic(), m.q, m.dq))
            if self._closing is None:
                self._suspect(not taken or m.why is not None)
        self._tell()

    def _measure(self) -> None:
        found, now = self._client.measured(), monotonic()
        if found.timestamp != self._measured.timestamp:
            self._measured, self._fresh = found, now
        elif now - self._fresh > self._settings.stale_after:
            self._lost = True
            why = f"connection lost: no measurement for {now - self._fresh:.2f} s"
            self._trouble(Cause("safety_stop", why))
            return
        named = found.why is not None and not found.why.vague
        if found.why is not None and named and (self._cause is None or found.why.code != self._cause.code):
            self._trouble(found.why)

    def _suspect(self, ended: bool) -> None:
        """The program has ended by itself when no stop is named soon after."""
        self._vague = self._vague + 1 if ended else 0
        if self._vague > VAGUE and self._cause is None:
            self._trouble(ENDED)

    def _trouble(self, why: Cause) -> None:
        """Report the first cause; a worse one that follows is told as well."""
        self._cause = why
        self._servo.abandon(why.message)
        self._send(Message("trouble", {"code": why.code, "message": why.message}))
        self._tell_ended()

    def _listen(self) -> None:
        now = monotonic()
        try:
            messages = self._channel.receive()
        except Closed:
            self._close("the driver has ended")
            return
        if messages:
            self._heard, self._silent = now, False
        elif now - self._heard > self._settings.silent_after and not self._silent:
            self._silent = True
            self._servo.stop(f"no sign of life from the driver for {now - self._heard:.2f} s")
        for message in messages:
            self._obey(message, now)

    def _obey(self, message: Message, now: float) -> None:
        data, rows = message.data, message.rows
        if message.kind == "clock" and rows is not None:
            self._servo.follow_clock(PathClock(rows[:, 0], rows[:, 1], data["rate"]))
        elif message.kind == "start" and rows is not None:
            self._start(Motion(data["number"], data["moment"], rows, data["period"]), now)
        elif message.kind == "stop":
            self._servo.stop(data.get("why", ""))
        elif message.kind == "payload" and self._cause is None:
            self._client.payload(data["mass"], data["centre"])
        elif message.kind == "close":
            self._close("")

    def _start(self, motion: Motion, now: float) -> None:
        self._servo.start(motion, now)
        if self._cause is not None:
            self._servo.abandon(self._cause.message)

    def _close(self, why: str) -> None:
        if self._closing is None:
            self._closing = monotonic() + CLOSING
            self._servo.stop(why)

    def _tell(self) -> None:
        self._tell_ended()
        m = self._measured
        rows = np.stack([m.q, m.dq, self._servo.plan])
        self._send(Message("state", {"stamp": self._fresh, "force": m.force}, rows), lossy=True)

    def _tell_ended(self) -> None:
        reports, self._servo.reports = self._servo.reports, []
        for report in reports:
            data: dict[str, Any] = {"number": report.number, "ending": report.ending.value, "message": report.message}
            self._send(Message("ended", data))

    def _send(self, message: Message, lossy: bool = False) -> None:
        try:
            self._channel.send(message, lossy)
        except Closed:
            self._close("the driver has ended")
