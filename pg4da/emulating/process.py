"""An emulator as a child process at addresses of its own, for tests and for `--cell emulated`.

The clients of a UR controller hold Python's lock while they connect, so the controllers can't live in their process.
"""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count
from typing import IO

from pg4da.errors import BadInput
from pg4da.hardware.emulator.addresses import Addresses
from pg4da.hardware.emulator.client import EmulatorClient

STARTS_WITHIN = 60.0  # s, on a busy machine
ENDS_WITHIN = 10.0  # s
UR_PORT = 30004
_RUN = "import sys; from pg4da.commands.main import main; sys.exit(main(sys.argv[1:]))"
_number = count()


@dataclass(frozen=True)
class RunningEmulator:
    """Where everything listens, and a client for its control port."""

    addresses: Addresses
    control: EmulatorClient
    process: subprocess.Popen[bytes]

    @property
    def left(self) -> str:
        """Address of the left arm and its gripper."""
        return self.addresses.left

    @property
    def right(self) -> str:
        """Address of the right arm and its gripper."""
        return self.addresses.right

    @property
    def host(self) -> str:
        """Of the camera and the control port."""
        return self.addresses.host

    @property
    def camera_port(self) -> int:
        return self.addresses.camera_port


@contextmanager
def running_emulator(
    *, scene: str | None = None, seed: int = 0, unlock_delay: float | None = None, options: Sequence[str] = ()
) -> Iterator[RunningEmulator]:
    """`pg4da emulate` as a child, ready when the block begins and gone when it has ended.

    options: further ones of the command line. Raises BadInput with what the child says when it does not start.
    It also ends with this process, however that ends.
    """
    addresses = free_addresses()
    with tempfile.TemporaryFile() as told:
        process = _start(addresses, _options(scene, seed, unlock_delay, options), told)
        try:
            with _control(process, addresses, told) as control:
                yield RunningEmulator(addresses, control, process)
        finally:
            _end(process)


def free_addresses() -> Addresses:
    """Three loopback addresses that no other emulator of this machine uses."""
    for _ in range(200):
        n = (os.getpid() * 61 + next(_number) * 7919) % (250 * 250)
        base = f"127.{10 + n % 240}.{1 + n // 250}"
        found = Addresses(left=f"{base}.2", right=f"{base}.3", host=f"{base}.1")
        if _free(found.left) and _free(found.right):
            return found
    raise OSError("no free loopback addresses for an emulator")


def _free(address: str) -> bool:
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as trial:
        trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            trial.bind((address, UR_PORT))
        except OSError:
            return False
    return True


def _options(scene: str | None, seed: int, unlock_delay: float | None, more: Sequence[str]) -> list[str]:
    options = ["--seed", str(seed), *more]
    if scene is not None:
        options += ["--scene", scene]
    if unlock_delay is not None:
        options += ["--unlock-delay", str(unlock_delay)]
    return options


def _start(a: Addresses, options: Sequence[str], told: IO[bytes]) -> subprocess.Popen[bytes]:
    where = ["--left", a.left, "--right", a.right, "--host", a.host]
    ports = ["--camera-port", str(a.camera_port), "--control-port", str(a.control_port)]
    return subprocess.Popen(
        [sys.executable, "-c", _RUN, "emulate", "--with-parent", *where, *ports, *options],
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=told,
        start_new_session=True,  # Ctrl-C is for the mission; the emulator must outlive its stopping
    )


def _control(process: subprocess.Popen[bytes], addresses: Addresses, told: IO[bytes]) -> EmulatorClient:
    """Raises BadInput when the child ends first or takes too long."""
    end = time.monotonic() + STARTS_WITHIN
    while time.monotonic() < end:
        if process.poll() is not None:
            told.seek(0)
            said = told.read().decode("utf-8", "replace").strip()
            raise BadInput(said.removeprefix("error: ") or f"the emulator ended with code {process.returncode}")
        try:
            return EmulatorClient(addresses.host, addresses.control_port)
        except OSError:
            time.sleep(0.05)
    raise BadInput(f"the emulator was not ready within {STARTS_WITHIN:g} s")


def _end(process: subprocess.Popen[bytes]) -> None:
    """Asks first."""
    assert process.stdin is not None
    process.stdin.close()
    try:
        process.wait(ENDS_WITHIN)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
