"""The LA6's driver: its section of a cell file, its line, how doctor looks at it.

The controller speaks a JSON line a cycle: `{"q": [...]}` with a set point, or `{}` to leave the arm alone, is answered
by `{"model": "LA6", "q": [...], "dq": [...]}`.
"""

from __future__ import annotations

import json
import socket
from functools import partial
from typing import Any, Literal

import numpy as np
from pydantic import Field

from lab_arm.geometry import La6Kinematics
from pg4da.hardware.cell import Clock, Gripper
from pg4da.hardware.config import ArmConfig
from pg4da.hardware.drivers import ArmDriver, Finding
from pg4da.hardware.errors import DeviceError
from pg4da.hardware.frames import Array
from pg4da.hardware.streamed_arm import StreamedArm

TIMEOUT = 0.2  # s without an answer: the line is lost
HOME = (0.6, -2.0, 1.5, -1.07, -1.571, -2.54)
SWITCH_ON = "check `address` and `port`, and that its controller is switched on"


class La6Config(ArmConfig):
    """An LA6 with a 2F-140."""

    kind: Literal["la6"] = Field(description="an LA6")
    address: str = Field(min_length=1, description="of its controller")
    port: int = Field(ge=1, le=65535, description="of its controller")


class Line:
    """`hardware.streamed_arm.Joints` over the controller's line."""

    def __init__(self, address: str, port: int) -> None:
        """Raises OSError."""
        self._socket = socket.create_connection((address, port), TIMEOUT)
        self._answers = self._socket.makefile("rb")

    def ask(self, what: dict[str, Any]) -> dict[str, Any]:
        """Raises OSError."""
        self._socket.sendall(json.dumps(what).encode() + b"\n")
        line = self._answers.readline()
        if not line:
            raise ConnectionError("the controller hung up")
        answer: dict[str, Any] = json.loads(line)
        return answer

    def exchange(self, q: Array | None) -> tuple[Array, Array]:
        answer = self.ask({} if q is None else {"q": q.tolist()})
        return np.array(answer["q"], float), np.array(answer["dq"], float)

    def close(self) -> None:
        self._answers.close()
        self._socket.close()


def connect(name: str, config: La6Config, gripper: Gripper, clock: Clock) -> StreamedArm:
    """Nothing moves by it. Raises DeviceError."""
    for found in examine(config):
        if not found.well:
            raise DeviceError(f"{name} arm", found.found, found.remedy)
    home = np.array(config.home or HOME)
    line = partial(Line, config.address, config.port)
    arm = StreamedArm(name, kinematics(config), home, config.base.matrix, gripper, clock, line)
    arm.start()
    return arm


def kinematics(config: La6Config) -> La6Kinematics:
    """Its geometry where it stands."""
    return La6Kinematics(config.base.matrix)


def examine(config: La6Config) -> list[Finding]:
    """For `pg4da doctor`. Moves nothing."""
    try:
        line = Line(config.address, config.port)
        model = line.ask({})["model"]
        line.close()
    except OSError as error:
        return [Finding("controller", f"no answer at {config.address}:{config.port}: {error}", SWITCH_ON)]
    return [Finding("model", model, "" if model == "LA6" else "check `address`: that is another robot")]


DRIVER = ArmDriver(La6Config, connect, kinematics, examine)
