"""The contract of a cell: two arms with grippers, a camera, a clock, a stop.

Skills see this and nothing else; MuJoCo, Isaac Gym and the real robots are written behind it.
Frames: `world` lies on the table top with z up; SI units.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Protocol, runtime_checkable

import numpy as np
from numpy.typing import NDArray

from pg4da.hardware.frames import Array
from pg4da.hardware.trajectory import Trajectory


class Progress(Enum):
    """Where a command stands."""

    RUNNING = "running"
    DONE = "done"
    CANCELLED = "cancelled"
    FAULT = "fault"


@runtime_checkable
class Handle(Protocol):
    """An accepted command. Polled, never waited for."""

    @property
    def progress(self) -> Progress: ...

    @property
    def message(self) -> str:
        """Why it ended in FAULT; empty otherwise."""
        ...

    def cancel(self) -> None:
        """Ask the device to stop this command; returns at once, `progress` tells when it has stopped."""
        ...


class Kinematics(Protocol):
    """Geometry of one arm in `world`. `q` is a configuration, shape (dof,)."""

    @property
    def dof(self) -> int: ...

    @property
    def lower(self) -> Array:
        """Shape (dof,)."""
        ...

    @property
    def upper(self) -> Array: ...

    @property
    def max_velocity(self) -> Array:
        """Shape (dof,), rad/s."""
        ...

    @property
    def max_acceleration(self) -> Array:
        """Shape (dof,), rad/s²."""
        ...

    def forward(self, q: Array) -> Array:
        """T_world_tool, shape (4, 4)."""
        ...

    def inverse(self, T_world_tool: Array) -> Array:
        """All configurations inside the limits that reach the pose, shape (n, dof); n = 0 out of reach."""
        ...


@dataclass(frozen=True)
class ArmState:
    """What the arm measured: configuration (dof,), velocity (dof,), and when [s on the cell's clock]."""

    q: Array
    dq: Array
    stamp: float


@dataclass(frozen=True)
class GripperState:
    """width [m] between the pads; object_detected while the fingers are held open by something."""

    width: float
    moving: bool
    object_detected: bool
    stamp: float


class Gripper(Protocol):
    """A parallel gripper. Widths in metres between the pads."""

    @property
    def max_width(self) -> float: ...

    @property
    def state(self) -> GripperState: ...

    def move(self, width: float, speed: float = 0.1, force: float = 40.0) -> Handle:
        """Go to a width [m] at speed [m/s]; stop and hold with force [N] when something is in between."""
        ...

    def tip_retreat(self, width: float) -> float:
        """How far [m] the fingertips lie behind the tool frame's origin at this width (the linkage is an arc)."""
        ...


class Arm(Protocol):
    """One arm with its gripper. An arm without joints has the tool pose as its configuration."""

    @property
    def name(self) -> str: ...

    @property
    def kinematics(self) -> Kinematics: ...

    @property
    def gripper(self) -> Gripper: ...

    @property
    def base(self) -> Array | None:
        """T_world_base (4, 4); None for an arm that does not stand on the table. What is seen there is the robot."""
        ...

    @property
    def home(self) -> Array:
        """Configuration outside the camera's view, shape (dof,)."""
        ...

    @property
    def state(self) -> ArmState: ...

    def follow(self, trajectory: Trajectory) -> Handle:
        """Start following; the first configuration must be the present one within 0.05 rad.

        Raises ValueError when the trajectory leaves the limits or starts elsewhere.
        """
        ...

    def stop(self) -> None:
        """Decelerate to rest within the arm's limits; the gripper keeps its grip."""
        ...


@dataclass(frozen=True)
class CameraFrame:
    """One RGB-D picture.

    rgb: (H, W, 3) uint8. depth: (H, W) float32, metres along the optical axis, aligned to rgb, 0 where invalid.
    K: (3, 3). T_world_camera: (4, 4), optical frame (x right, y down, z forward).
    """

    rgb: NDArray[np.uint8]
    depth: NDArray[np.float32]
    K: Array
    T_world_camera: Array
    stamp: float
    sequence: int
    serial: str = ""


class Camera(Protocol):
    """An RGB-D camera fixed above the table."""

    def capture(self, timeout: float = 1.0) -> CameraFrame:
        """A frame taken after the call. Raises TimeoutError."""
        ...


class Clock(Protocol):
    """The only source of time: simulated or wall."""

    def now(self) -> float:
        """Seconds since the cell started."""
        ...


@dataclass(frozen=True)
class Workspace:
    """Where objects may be, in `world` [m]; an object outside is out of bounds (the paper's first failure case)."""

    x_min: float = -0.5
    x_max: float = 0.5
    y_min: float = 0.0
    y_max: float = 1.0

    @property
    def centre(self) -> tuple[float, float]:
        return (self.x_min + self.x_max) / 2, (self.y_min + self.y_max) / 2

    def contains(self, x: float, y: float, margin: float = 0.0) -> bool:
        """Whether a point lies inside, at least `margin` from every edge."""
        inside_x = self.x_min + margin <= x <= self.x_max - margin
        return inside_x and self.y_min + margin <= y <= self.y_max - margin


class Cell(Protocol):
    """The whole robot cell."""

    @property
    def name(self) -> str: ...

    @property
    def arms(self) -> Mapping[str, Arm]:
        """Two arms: "left" (negative x) and "right"."""
        ...

    @property
    def camera(self) -> Camera: ...

    @property
    def clock(self) -> Clock: ...

    @property
    def workspace(self) -> Workspace: ...

    @property
    def bin_position(self) -> Array:
        """Middle of the bin's opening in `world`, shape (3,)."""
        ...

    def advance(self, dt: float) -> None:
        """Let dt [s] pass: physics in simulation, the wait for the next period on a robot."""
        ...

    @property
    def pace(self) -> float:
        """Share of the planned speed at which motions run now: 1, or less while they are held, 0 at rest."""
        ...

    def hold(self) -> None:
        """Slow every arm down along its path, within its limits and all together; grippers keep their grip.

        Commands stay RUNNING and new ones wait. Returns at once, `pace` tells when everything rests. Idempotent;
        does not keep `stop` from stopping.
        """
        ...

    def resume(self) -> None:
        """Go on after `hold`, gathering speed within the limits. Idempotent."""
        ...

    def stop(self) -> None:
        """Stop every arm; idempotent, callable in any state and from any thread."""
        ...

    def close(self) -> None:
        """Stop, then release every device; idempotent."""
        ...


@runtime_checkable
class Feeling(Protocol):
    """An arm that estimates what pushes back on its tool."""

    @property
    def tool_force(self) -> float:
        """[N], as the controller estimated it when `state` was measured."""
        ...


@runtime_checkable
class Tracking(Protocol):
    """An arm that knows where it was to be when its state was measured, whatever delays lie between."""

    @property
    def planned(self) -> Array:
        """Shape (dof,)."""
        ...
