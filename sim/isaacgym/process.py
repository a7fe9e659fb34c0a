"""The sidecar as a child process: started, greeted, asked, ended."""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import tempfile
import threading
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pg4da.hardware.errors import DeviceError
from pg4da.sim.isaacgym import sidecar
from pg4da.sim.isaacgym.config import IsaacGymConfig

DEVICE = "Isaac Gym"
VARIABLE = "PG4DA_ISAACGYM_PYTHON"
LOOK = 0.1  # s between looks at whether it still lives
PARTING = 3.0  # s for it to end by itself
LAST_LINES = 12  # of what it printed, in messages
OURS = ("PYTHONPATH", "PYTHONHOME", "VIRTUAL_ENV", "__PYVENV_LAUNCHER__")  # not for another interpreter

Arrays = dict[str, NDArray[Any]]
Reply = tuple[dict[str, Any], Arrays]


class SidecarLost(DeviceError):
    """It ended, hung or talked nonsense; its world is gone. A new one can be started."""


class SidecarProcess:
    """One sidecar. `folder` is for files that it reads; gone after `close`. Used by one thread at a time."""

    def __init__(self, config: IsaacGymConfig) -> None:
        """Start it and shake hands. Raises DeviceError with what it printed."""
        self._config = config
        self._lock = threading.Lock()
        self._conn: socket.socket | None = None
        self._process: subprocess.Popen[bytes] | None = None
        interpreter, program = find_interpreter(config), find_program(config)
        self.folder = Path(tempfile.mkdtemp(prefix="pg4da-isaacgym-"))
        self._log = self.folder / "sidecar.log"
        try:
            self._conn = self._launch(interpreter, program)
            self.hello = self._greet()
        except BaseException:
            self.close()
            raise

    def ask(self, op: str, arrays: Mapping[str, NDArray[Any]] | None = None, **fields: object) -> Reply:
        """One request. Raises SidecarLost when no answer comes in time, DeviceError when it is refused."""
        timeout = self._config.start_timeout if op == "build" else self._config.timeout
        with self._lock:
            if self._conn is None:
                raise SidecarLost(DEVICE, "the sidecar is not running", "start it again")
            try:
                self._conn.settimeout(timeout)
                sidecar.send(self._conn, {"op": op, **fields}, dict(arrays or {}))
                header, found = sidecar.receive(self._conn)
            except (OSError, ValueError, KeyError, sidecar.Closed) as problem:
                raise self._lost(op, problem, timeout) from None
        if "error" in header:
            told = f"the sidecar refused {op}: {header['error']}{self._printed()}"
            raise DeviceError(DEVICE, told, "start the mission again")
        return header, found

    @property
    def pid(self) -> int:
        """0 when it has ended."""
        return self._process.pid if self._process is not None and self._process.poll() is None else 0

    def close(self) -> None:
        """Ask it to end, make it end, tidy up. Idempotent."""
        conn, self._conn = self._conn, None
        if conn is not None:
            with conn, suppress(OSError, ValueError, sidecar.Closed):
                conn.settimeout(PARTING)
                sidecar.send(conn, {"op": "close"})
                sidecar.receive(conn)
        self._end()
        shutil.rmtree(self.folder, ignore_errors=True)

    def _launch(self, interpreter: str, program: str) -> socket.socket:
        path = self.folder / "socket"
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as listener, self._log.open("wb") as log:
            listener.bind(str(path))
            listener.listen(1)
            listener.settimeout(LOOK)
            try:
                self._process = subprocess.Popen(
                    [interpreter, program, str(path)],
                    stdin=subprocess.DEVNULL,
                    stdout=log,
                    stderr=subprocess.STDOUT,
                    env=_environment(interpreter),
                    start_new_session=True,  # a Ctrl-C is ours to answer
                )
            except OSError as problem:
                raise DeviceError(DEVICE, f"can't start {interpreter}: {problem}", _POINT) from None
            for _ in range(max(1, round(self._config.start_timeout / LOOK))):
                with suppress(TimeoutError):
                    return listener.accept()[0]
                if self._process.poll() is not None:
                    raise DeviceError(DEVICE, f"the sidecar ended before it connected{self._printed()}", _POINT)
        raise DeviceError(DEVICE, f"the sidecar did not connect in {self._config.start_timeout:g} s{self._printed()}")

    def _greet(self) -> dict[str, Any]:
        assert self._conn is not None
        self._conn.settimeout(self._config.start_timeout)
        try:
            hello, _ = sidecar.receive(self._conn)
            sidecar.send(self._conn, {"op": "hello", "protocol": sidecar.PROTOCOL})
        except (OSError, ValueError, KeyError, json.JSONDecodeError, sidecar.Closed) as problem:
            raise DeviceError(DEVICE, f"the sidecar did not say hello: {problem}{self._printed()}", _POINT) from None
        theirs = hello.get("protocol")
        if theirs != sidecar.PROTOCOL:
            raise DeviceError(
                DEVICE,
                f"the sidecar speaks protocol {theirs}, this is {sidecar.PROTOCOL}",
                "use the sidecar.py of this version of pg4da",
            )
        return hello

    def _lost(self, op: str, problem: Exception, timeout: float) -> SidecarLost:
        """Whatever state it is in, it is of no use any more."""
        conn, self._conn = self._conn, None
        if conn is not None:
            conn.close()
        if isinstance(problem, TimeoutError):
            why = f"the sidecar did not answer {op} in {timeout:g} s"
        else:
            with suppress(subprocess.TimeoutExpired):  # one that crashed is gone in a moment
                assert self._process is not None
                self._process.wait(LOOK)
            code = self._process.poll() if self._process is not None else None
            ended = "" if code is None else f", it ended with {code}"
            why = f"the sidecar was lost at {op} ({problem}{ended})"
        lost = SidecarLost(DEVICE, why + self._printed(), "start the mission again")
        self._end()
        return lost

    def _end(self) -> None:
        process = self._process
        if process is None:
            return
        for stop, patience in ((None, LOOK), (process.terminate, PARTING), (process.kill, PARTING)):
            if stop is not None:
                stop()
            with suppress(subprocess.TimeoutExpired):
                process.wait(patience)
                return

    def _printed(self) -> str:
        if not self._log.exists():
            return ""
        lines = self._log.read_text(errors="replace").strip().splitlines()[-LAST_LINES:]
        return "; it printed:\n  " + "\n  ".join(lines) if lines else ""


_POINT = f"point `interpreter` of the cell file, or {VARIABLE}, at a Python 3.6 to 3.8 that has isaacgym"


def find_interpreter(config: IsaacGymConfig) -> str:
    """Raises DeviceError when none is named or the named one is not there."""
    named = config.interpreter or os.environ.get(VARIABLE, "")
    if not named:
        raise DeviceError(DEVICE, "no interpreter is named", _POINT)
    found = shutil.which(os.path.expanduser(named))
    if found is None:
        raise DeviceError(DEVICE, f"{named} is no program", _POINT)
    return found


def find_program(config: IsaacGymConfig) -> str:
    """The sidecar's file. Raises DeviceError when another is named that does not exist."""
    path = Path(config.program).expanduser() if config.program else Path(str(sidecar.__file__))
    if not path.is_file():
        raise DeviceError(DEVICE, f"there is no sidecar {path}", "look at `program` of the cell file")
    return str(path.resolve())


def _environment(interpreter: str) -> dict[str, str]:
    """Isaac Gym looks for its interpreter's libpython, which loaders don't find in an environment of conda."""
    kept = {name: value for name, value in os.environ.items() if name not in OURS}
    library = str(Path(interpreter).resolve().parent.parent / "lib")
    paths = [library, *filter(None, [kept.get("LD_LIBRARY_PATH")])]
    return kept | {"LD_LIBRARY_PATH": os.pathsep.join(paths), "PYTHONUNBUFFERED": "1"}


def as_float(array: NDArray[Any]) -> NDArray[np.float64]:
    """A copy of one's own, of what was received."""
    return np.array(array, np.float64)
