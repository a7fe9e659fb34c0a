"""An arm's child process, as the driver has it: started, heard, told, killed. None is ever left behind."""

from __future__ import annotations

import os
import select
import signal
import socket
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Sequence
from dataclasses import asdict
from typing import IO

from pg4da.hardware.ur5e.channel import Channel, Closed, Message
from pg4da.hardware.ur5e.client import Settings
from pg4da.hardware.wall_clock import monotonic

BEAT = 0.05  # s between signs of life
ENDS = 5.0  # s for a child that was asked to end
TAIL = 2000  # bytes of what it printed that are quoted

Hear = Callable[[Message], None]
COMMAND = (sys.executable, "-P", "-m", "pg4da.hardware.ur5e.child")


class Child:
    """Hears every message in a thread of its own; `lost` says why the child is gone, empty while it lives.

    hear(message) is called in that thread, and last of all on_lost(why). command: of the program, which gets the
    number of its end of the socket.
    """

    def __init__(
        self,
        name: str,
        settings: Settings,
        hear: Hear,
        on_lost: Callable[[str], None],
        command: Sequence[str] = COMMAND,
    ) -> None:
        self.lost = ""
        self._hear, self._on_lost = hear, on_lost
        self._patience = settings.connect_timeout + 2.0  # until the first message; the library holds the interpreter
        self._silent_after = settings.silent_after
        self._closing = False
        ours, theirs = socket.socketpair()
        self._printed: IO[bytes] = tempfile.TemporaryFile()  # noqa: SIM115 - closed with the child
        with theirs:
            self._process = self._popen(command, theirs.fileno())
        self.channel = Channel(ours)
        self.channel.send(Message("connect", asdict(settings)))
        self._thread = threading.Thread(target=self._listen, name=f"{name} arm", daemon=True)
        self._thread.start()

    def _popen(self, command: Sequence[str], end: int) -> subprocess.Popen[bytes]:
        """In a session of its own: a Ctrl-C at the terminal must not end it before the arm rests."""
        return subprocess.Popen(
            [*command, str(end)],
            pass_fds=(end,),
            stdin=subprocess.DEVNULL,
            stdout=self._printed,
            stderr=self._printed,
            start_new_session=True,
            env={**os.environ, "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"},
        )

    @property
    def pid(self) -> int:
        return self._process.pid

    def send(self, message: Message) -> None:
        """To the child; nothing once it is lost, which was reported."""
        try:
            self.channel.send(message)
        except Closed:
            return

    def _listen(self) -> None:
        why = "the driver broke off"
        try:
            why = self._until_lost()
        finally:
            self._end(why)

    def _until_lost(self) -> str:
        heard, beat, why = monotonic(), 0.0, ""
        while not why:
            if monotonic() - beat > BEAT:
                beat = monotonic()
                self.send(Message("beat"))
            writers = [self.channel] if self.channel.waiting else []
            ready, room, _ = select.select([self.channel], writers, [], BEAT)
            if room:
                self._flush()
            if ready:
                heard, why = monotonic(), self._hear_all()
            elif monotonic() - heard > self._patience:
                why = f"the driver's process did not answer for {self._patience:.2g} s"
        return why

    def _flush(self) -> None:
        try:
            self.channel.flush()
        except Closed:
            return

    def _hear_all(self) -> str:
        try:
            messages = self.channel.receive()
        except Closed:
            return "the driver's process has ended"
        for message in messages:
            if message.kind != "refused":
                self._patience = self._silent_after
            self._hear(message)
        return ""

    def _end(self, why: str) -> None:
        """However it came to this, the process is gone afterwards."""
        if self._closing:
            self._wait(ENDS)
        killed = self._kill()
        code = self._process.wait()
        ours = self._closing or (killed and code == -signal.SIGKILL)
        self.lost = why + (f" ({signal.Signals(-code).name})" if code < 0 and not ours else "")
        self.channel.close()
        self._on_lost(self.lost)

    def _wait(self, seconds: float) -> None:
        try:
            self._process.wait(seconds)
        except subprocess.TimeoutExpired:
            return

    def _kill(self) -> bool:
        """Whether there was anything left to kill."""
        lives = self._process.poll() is None
        if lives:
            self._process.kill()
        return lives

    def printed(self) -> str:
        """The end of what the child and the library printed."""
        size = self._printed.seek(0, os.SEEK_END)
        self._printed.seek(max(0, size - TAIL))
        return self._printed.read().decode("utf-8", "replace").strip()

    def close(self) -> None:
        """Brake, end the program on the controller, end the process, within seconds. Idempotent."""
        if not self._closing:
            self._closing = True
            self._patience = self._silent_after = ENDS
            self.send(Message("close"))
        self._thread.join(2 * ENDS)
        self._kill()
        self._process.wait()
        self._printed.close()
