"""Where the emulated devices listen."""

from __future__ import annotations

from dataclasses import dataclass

CAMERA_PORT, CONTROL_PORT = 5600, 5601


@dataclass(frozen=True)
class Addresses:
    """arms: a loopback address each, since a UR's ports are fixed; the grippers' ports are at their arm's address.

    host: of the camera and control ports.
    """

    left: str = "127.0.0.2"
    right: str = "127.0.0.3"
    host: str = "127.0.0.1"
    camera_port: int = CAMERA_PORT
    control_port: int = CONTROL_PORT

    @property
    def arms(self) -> dict[str, str]:
        """By arm."""
        return {"left": self.left, "right": self.right}


class PortTaken(Exception):
    """Something else listens where an emulated device should."""

    def __init__(self, what: str, host: str, port: int | str, reason: str) -> None:
        super().__init__(f"{what} can't listen at {host}:{port}: {reason}")
