"""A camera behind a server of pg4da's camera protocol (`hardware.cameras.wire`), such as the emulator's."""

from __future__ import annotations

import contextlib
import socket
import threading
from collections.abc import Mapping
from typing import Any

import numpy as np

from pg4da.hardware.cameras.config import SocketConfig
from pg4da.hardware.cameras.examining import examine_live
from pg4da.hardware.cameras.pulse import Pulse
from pg4da.hardware.cameras.source import CameraLost
from pg4da.hardware.cameras.wire import Message, VersionError, WireError, encode, receive
from pg4da.hardware.cell import CameraFrame, Clock
from pg4da.hardware.drivers import CameraDriver, Finding
from pg4da.hardware.errors import DeviceError
from pg4da.hardware.frames import Array
from pg4da.hardware.wall_clock import monotonic

PATIENCE = 3.0  # s for a connection and the server's first words
START = "start it (`pg4da emulate`), or correct `host` and `port` in the camera's section"


class SocketCamera:
    """hardware.cell.Camera. A connection that broke is made again at the next capture."""

    def __init__(self, config: SocketConfig, clock: Clock) -> None:
        self._config, self._clock = config, clock
        self.name = f"camera {config.host}:{config.port}"
        self._pose: Array = np.eye(4) if config.pose is None else config.pose.matrix
        self._lock = threading.Lock()  # one question at a time
        self._connection: socket.socket | None = None
        self._gone = ""
        self._asked, self._serial, self._closed = 0, "", False
        self._pulse = Pulse(config.silent_after)
        self._last: tuple[int, float] | None = None

    def open(self, patience: float = PATIENCE) -> None:
        """Raises DeviceError."""
        try:
            connection = socket.create_connection((self._config.host, self._config.port), timeout=max(patience, 0.01))
        except (OSError, UnicodeError) as error:
            raise DeviceError(self.name, f"no connection ({_told(error)})", START) from error
        try:
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            hello = receive(connection, monotonic() + max(patience, 0.01))
        except VersionError as error:
            connection.close()
            raise DeviceError(self.name, str(error), "use the same version of pg4da on both sides") from error
        except (OSError, EOFError, WireError) as error:
            connection.close()
            raise DeviceError(self.name, f"no camera server answers ({_told(error)})", START) from error
        self._connection, self._serial, self._last = connection, str(hello.header.get("camera", "")), None
        self._gone = ""
        self._pulse.rest()

    @property
    def problem(self) -> str:
        """That the server has gone, is silent or shows a frozen stream, though no picture is wanted now; until it is
        connected again.

        Asks the server without waiting: call it often.
        """
        if self._lock.acquire(blocking=False):  # else a capture is under way, which tells by itself
            try:
                if self._connection is not None and not self._closed:
                    self._feel(self._connection)
            finally:
                self._lock.release()
        return self._gone

    def _feel(self, connection: socket.socket) -> None:
        try:
            wrong = self._pulse.look(connection)
        except (OSError, EOFError, WireError):
            wrong = "the connection broke"
        if wrong:
            self._hang_up()
            self._gone = f"{self.name}: {wrong}; {START}"

    def capture(self, timeout: float = 1.0) -> CameraFrame:
        """A frame taken after the call. Raises TimeoutError; its kind CameraLost when the server is gone or frozen."""
        asked, deadline = self._clock.now(), monotonic() + timeout
        if not self._lock.acquire(timeout=timeout):
            raise TimeoutError(f"{self.name}: busy for {timeout:g} s")
        try:
            return self._capture(asked, deadline, timeout)
        finally:
            self._pulse.rest()
            self._lock.release()

    def close(self) -> None:
        """Idempotent; a capture that waits ends with CameraLost."""
        self._closed = True
        connection = self._connection
        if connection is not None:
            with contextlib.suppress(OSError):  # it may have gone by itself
                connection.shutdown(socket.SHUT_RDWR)
            connection.close()

    def _capture(self, asked: float, deadline: float, timeout: float) -> CameraFrame:
        if self._closed:
            raise CameraLost(self.name, "it is closed", "open the cell again")
        try:
            if self._connection is None:
                self.open(min(PATIENCE, deadline - monotonic()))
            answer = self._ask(deadline)
        except TimeoutError as error:
            self._hang_up()  # the answer may come half, or late
            raise TimeoutError(f"{self.name}: no picture within {timeout:g} s") from error
        except WireError as error:
            self._hang_up()
            raise CameraLost(self.name, str(error), START) from error
        except (OSError, EOFError) as error:
            self._hang_up()
            raise CameraLost(self.name, f"the connection broke ({_told(error)})", START) from error
        except DeviceError as error:
            raise CameraLost(self.name, error.problem, error.remedy) from error
        return self._frame(answer, asked)

    def _ask(self, deadline: float) -> Message:
        connection = self._connection
        assert connection is not None
        self._asked += 1
        connection.settimeout(max(0.001, deadline - monotonic()))
        connection.sendall(encode({"ask": "frame", "id": self._asked}))
        while True:
            answer = receive(connection, deadline)
            if answer.header.get("id") == self._asked:
                return answer

    def _frame(self, answer: Message, asked: float) -> CameraFrame:
        head = answer.header
        if "error" in head:
            raise CameraLost(self.name, str(head["error"])[:200], "look at the camera server")
        rgb, depth, K = _picture(self.name, answer)
        moment = (int(_number(self.name, head, "sequence")), _number(self.name, head, "stamp"))
        if self._last is not None and (moment[0] <= self._last[0] or moment[1] <= self._last[1]):
            raise CameraLost(self.name, "it shows the same picture again: its stream is frozen", "restart the camera")
        self._last = moment
        taken = max(asked, self._clock.now() - max(0.0, _number(self.name, head, "age")))
        return CameraFrame(rgb, depth, K, self._pose, taken, moment[0], self._serial)

    def _hang_up(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.close()


def _picture(name: str, answer: Message) -> tuple[Any, Any, Array]:
    rgb, depth = answer.arrays.get("rgb"), answer.arrays.get("depth")
    sound = rgb is not None and depth is not None and rgb.ndim == 3 and rgb.shape == (*depth.shape, 3)
    if not sound or rgb is None or depth is None or rgb.dtype != np.uint8 or depth.dtype != np.float32:
        raise CameraLost(name, "its picture has no colour, or no depth of the same size", "look at the camera server")
    if not np.isfinite(depth).all() or (depth < 0).any():
        raise CameraLost(name, "its depth has values that are none", "look at the camera server")
    try:
        K = np.array(answer.header["K"], float)
    except (KeyError, TypeError, ValueError):
        K = np.zeros(0)
    if K.shape != (3, 3) or not np.isfinite(K).all() or K[0, 0] <= 0 or K[1, 1] <= 0:
        raise CameraLost(name, "its K is no camera matrix", "look at the camera server")
    return rgb, depth, K


def _number(name: str, header: Mapping[str, Any], key: str) -> float:
    value = header.get(key)
    if not isinstance(value, int | float) or isinstance(value, bool) or not np.isfinite(value):
        raise CameraLost(name, f"its answer has no number '{key}'", "look at the camera server")
    return float(value)


def _told(error: BaseException) -> str:
    strerror = error.strerror if isinstance(error, OSError) else None
    return strerror or str(error) or type(error).__name__


def open_socket(config: SocketConfig, clock: Clock) -> SocketCamera:
    """Raises DeviceError."""
    camera = SocketCamera(config, clock)
    camera.open()
    return camera


def examine_socket(config: SocketConfig) -> list[Finding]:
    """Opens it, takes one picture, closes it."""
    return examine_live(lambda clock: open_socket(config, clock))


DRIVER = CameraDriver(SocketConfig, open_socket, examine_socket)
