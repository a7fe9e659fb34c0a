"""A cell in memory behind the contract of a cell: no physics, no time but its own."""

from __future__ import annotations

import numpy as np

from pg4da.hardware.cell import Workspace
from pg4da.hardware.frames import Array
from pg4da.testing.arm import VirtualArm
from pg4da.testing.camera import VirtualCamera
from pg4da.testing.clock import VirtualClock


class VirtualCell:
    """hardware.cell.Cell. Arms follow trajectories, grippers move, the camera sees an empty table; see their classes
    for what a test can set. Nothing can be planned in it.
    """

    name = "virtual"

    def __init__(self) -> None:
        self.clock = VirtualClock()
        self.arms = {name: VirtualArm(name, self.clock) for name in ("left", "right")}
        self.camera = VirtualCamera(self.clock)
        self.workspace = Workspace()
        self.bin_position: Array = np.array([0.0, -0.16, 0.0])
        self.pace = 1.0
        self.stops = 0
        self.closed = False

    def advance(self, dt: float) -> None:
        """dt [s] on the virtual clock; takes no time on the wall."""
        self.clock.advance(dt)
        for arm in self.arms.values():
            arm.advance(dt * self.pace)

    def hold(self) -> None:
        """At rest at once; commands stay RUNNING."""
        self.pace = 0.0

    def resume(self) -> None:
        self.pace = 1.0

    def stop(self) -> None:
        self.stops += 1
        self.pace = 1.0
        for arm in self.arms.values():
            arm.stop()

    def close(self) -> None:
        if not self.closed:
            self.stop()
        self.closed = True
