"""Real drivers against an emulator that belongs to the cell."""

from __future__ import annotations

from contextlib import ExitStack
from typing import TYPE_CHECKING, Any

import numpy as np

from pg4da.hardware.frames import Array
from pg4da.hardware.robot_cell import RobotCell

if TYPE_CHECKING:
    from pg4da.emulating.process import RunningEmulator
    from pg4da.hardware.emulator.client import EmulatorClient


class EmulatedRobots(RobotCell):
    """A RobotCell whose emulator ends with it. `truth` is for evaluation only; `emulator` for tests of faults."""

    def __init__(self, emulator: RunningEmulator, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.emulator = emulator
        self.truth = RemoteTruth(emulator.control)
        self._after = ExitStack()

    def then_end(self, stack: ExitStack) -> None:
        """What is let go once every device is."""
        self._after = stack

    def close(self) -> None:
        """Let go of every device, then end the emulator; idempotent."""
        with self._after:
            super().close()


class RemoteTruth:
    """`sim.truth.GroundTruth` of the emulator's world, asked for each time; as it was last once the emulator has gone.

    Objects are in the emulator's order.
    """

    def __init__(self, control: EmulatorClient) -> None:
        self._control = control

    def _ask(self, name: str) -> Any:
        return self._control.truth()[name]

    @property
    def retrieved(self) -> bool:
        return bool(self._ask("retrieved"))

    @property
    def target_in_bin(self) -> bool:
        return bool(self._ask("target_in_bin"))

    @property
    def target_lifted(self) -> bool:
        return bool(self._ask("target_lifted"))

    @property
    def target_position(self) -> Array:
        """Shape (3,), m."""
        return np.array(self._ask("target_position"), float)

    @property
    def positions(self) -> Array:
        """Shape (n, 3), m."""
        return np.array(self._ask("positions"), float)

    @property
    def outside(self) -> tuple[int, ...]:
        """Indices of objects outside the workspace."""
        return tuple(self._ask("outside"))

    @property
    def max_object_speed(self) -> float:
        """m/s."""
        return float(self._ask("max_object_speed"))

    @property
    def max_launch_speed(self) -> float:
        """m/s."""
        return float(self._ask("max_launch_speed"))

    @property
    def max_overlap(self) -> float:
        """m."""
        return float(self._ask("max_overlap"))
