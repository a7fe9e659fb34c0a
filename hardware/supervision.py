"""What stops a real cell: troubles of its devices, and how a mission comes to know of them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol, runtime_checkable


@dataclass(frozen=True)
class Trouble:
    """Why a device stands, by itself or because it was lost.

    code: `protective_stop`, `emergency_stop` or `safety_stop`; device: its name, such as "left arm"; message: for
    people; stamp [s]: when it was seen, on the cell's clock.
    """

    code: str
    device: str
    message: str
    stamp: float

    def __str__(self) -> str:
        return f"{self.device}: {self.message}"


@runtime_checkable
class Supervised(Protocol):
    """An arm that tells of its troubles at once, and can be brought back."""

    @property
    def trouble(self) -> Trouble | None: ...

    def on_trouble(self, tell: Callable[[Trouble], None]) -> None:
        """From now on `tell` is called in any thread as soon as there is a trouble."""
        ...

    def recover(self, unlock: bool) -> None:
        """Connect again, from what is measured then; nothing to do while there is no trouble.

        unlock: an operator has looked and wants the stop released and the power on. Raises DeviceError while
        something still stands in the way.
        """
        ...


@runtime_checkable
class Faulty(Protocol):
    """A gripper or camera that knows what keeps it from working."""

    @property
    def problem(self) -> str:
        """With the remedy; empty when nothing does."""
        ...


@runtime_checkable
class Safe(Protocol):
    """A cell whose troubles end a mission: it is asked after every tick, and before a mission starts."""

    @property
    def trouble(self) -> Trouble | None:
        """The first since the cell was ready; every arm was told to stop because of it."""
        ...

    def prepare(self) -> None:
        """Connect again what was lost. Raises DeviceError while a stop stands; never releases one."""
        ...
