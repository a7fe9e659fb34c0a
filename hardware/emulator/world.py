"""What moves behind the emulated controllers: two arms with their grippers, a camera, one clock.

A controller or gripper server talks to this and knows no physics; `sim` puts MuJoCo behind it.
Every call returns at once and may come from any thread.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

from pg4da.hardware.cell import CameraFrame
from pg4da.hardware.frames import Array


class WorldArm(Protocol):
    """Six joints under position servos."""

    @property
    def q(self) -> Array:
        """Measured, shape (6,), rad; a new array in every step, not to be written to."""
        ...

    @property
    def dq(self) -> Array:
        """Measured, shape (6,), rad/s; likewise."""
        ...

    @property
    def force(self) -> float:
        """What pushes back on the tool, as the joints feel it [N]."""
        ...

    def target(self, q: Array) -> None:
        """What the servos go to from now on, shape (6,); the caller bounds its steps."""
        ...


class WorldGripper(Protocol):
    """A parallel gripper; widths in metres between the pads."""

    @property
    def max_width(self) -> float: ...

    @property
    def width(self) -> float: ...

    @property
    def moving(self) -> bool: ...

    @property
    def object_detected(self) -> bool: ...

    def move(self, width: float, speed: float, force: float) -> None:
        """Go to a width at a speed [m/s]; hold with a force [N] when something is in between."""
        ...

    def halt(self) -> None:
        """Stay at the present width."""
        ...


class World(Protocol):
    """One world for all controllers, in real time."""

    @property
    def arms(self) -> Mapping[str, WorldArm]: ...

    @property
    def grippers(self) -> Mapping[str, WorldGripper]: ...

    def now(self) -> float:
        """Seconds of simulated time since the start."""
        ...

    def picture(self) -> CameraFrame:
        """What the camera sees; may take some tens of milliseconds, the world goes on meanwhile."""
        ...


class SteppedWorld(World, Protocol):
    """A world that its owner steps; the emulator does, in real time."""

    @property
    def timestep(self) -> float:
        """Seconds of simulated time in a step."""
        ...

    def step(self) -> None:
        """Let one timestep pass."""
        ...
