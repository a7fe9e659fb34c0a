"""A program in a pseudo-terminal: what a person would see of it."""

from __future__ import annotations

import fcntl
import os
import pty
import re
import select
import signal
import struct
import termios
import time
from collections.abc import Callable, Mapping, Sequence

STYLE = re.compile(rb"\x1b\[[0-9;]*m")
OTHER = re.compile(rb"\x1b\[[0-9;?]*[A-Za-z]|\x1b\][^\x07]*\x07|\x1b[=>]")


class Terminal:
    """Close it. `raw`: every byte so far."""

    def __init__(self, command: Sequence[str], rows: int = 24, columns: int = 80, **env: str) -> None:
        self.raw = b""
        self._status: int | None = None
        environment = {**os.environ, "TERM": "xterm-256color", "COLUMNS": "", "LINES": "", **env}
        self._pid, self._fd = pty.fork()
        if self._pid == 0:
            _become(command, {name: value for name, value in environment.items() if value})
        self.resize(rows, columns)

    def resize(self, rows: int, columns: int) -> None:
        fcntl.ioctl(self._fd, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))

    def read(self, wait: float = 0.1) -> None:
        ready, _, _ = select.select([self._fd], [], [], wait)
        if ready:
            try:
                self.raw += os.read(self._fd, 1 << 16)
            except OSError:  # it has ended
                time.sleep(wait)

    def screen(self) -> list[str]:
        """The last whole picture, without colours."""
        frames = self.raw.split(b"\x1b[H")
        whole = frames[-2] if len(frames) > 2 else frames[-1]
        text = OTHER.sub(b"", STYLE.sub(b"", whole)).decode(errors="replace")
        return [line.rstrip() for line in text.replace("\r", "").split("\n")]

    def until(self, seen: Callable[[list[str]], bool], wait: float = 30.0) -> list[str]:
        """The screen as soon as it is as wanted. Raises TimeoutError."""
        deadline = time.monotonic() + wait
        while True:
            self.read()
            screen = self.screen()
            if seen(screen):
                return screen
            if time.monotonic() > deadline:
                raise TimeoutError("\n".join(screen))

    def type(self, text: str) -> None:
        os.write(self._fd, text.encode())

    def echo(self) -> bool:
        """Whether the terminal itself shows what is typed."""
        return bool(termios.tcgetattr(self._fd)[3] & termios.ECHO)

    def interrupt(self) -> int:
        """Ctrl-C; the exit code."""
        os.write(self._fd, b"\x03")
        return self.wait()

    def wait(self, wait: float = 30.0) -> int:
        """Until it has ended; the exit code. Raises TimeoutError."""
        deadline = time.monotonic() + wait
        while self._status is None:
            self.read(0.05)
            pid, status = os.waitpid(self._pid, os.WNOHANG)
            if pid:
                self._status = status
            elif time.monotonic() > deadline:
                raise TimeoutError("it does not end")
        for _ in range(5):
            self.read(0.01)
        return os.waitstatus_to_exitcode(self._status)

    def close(self) -> None:
        if self._status is None:
            os.kill(self._pid, signal.SIGKILL)
            os.waitpid(self._pid, 0)
        os.close(self._fd)


def _become(command: Sequence[str], environment: Mapping[str, str]) -> None:
    """In the child; never returns."""
    try:
        os.execve(command[0], list(command), dict(environment))
    finally:
        os._exit(127)
