"""The way to a gripper: one exchange at a time, each bounded in time."""

from __future__ import annotations

from typing import Protocol

from pg4da.hardware.robotiq_2f140.registers import Command, Status


class LinkError(Exception):
    """No answer, a broken one, or no connection; the message says which, the link's address included."""


class Link(Protocol):
    """Used by one thread at a time. Every call returns or raises LinkError within the link's timeout."""

    @property
    def address(self) -> str:
        """For people: where the gripper is looked for."""
        ...

    def open(self) -> None:
        """Connect; without effect when connected."""
        ...

    def write(self, command: Command) -> None: ...

    def read(self) -> Status: ...

    def close(self) -> None:
        """Idempotent; raises nothing."""
        ...
