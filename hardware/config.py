"""What a cell file says of a real cell: the parts that every device shares. Units stand in each field's description.

A driver's own model derives from `ArmConfig`, `GripperConfig` or `CameraConfig` and adds what it needs (an address, a
serial number). Nothing is accepted that no field names.
"""

from __future__ import annotations

import math
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field
from scipy.spatial.transform import Rotation

from pg4da.hardware.cell import Workspace
from pg4da.hardware.frames import Array, transform


def _no_degrees(angles: tuple[float, ...]) -> tuple[float, ...]:
    if any(abs(angle) > 2 * math.pi + 1e-6 for angle in angles):
        raise ValueError("angles are in radians, within ±2π (these look like degrees)")
    return angles


Vector = tuple[float, float, float]
Angles = Annotated[Vector, AfterValidator(_no_degrees)]
Joints = Annotated[tuple[float, ...], AfterValidator(_no_degrees), Field(min_length=1)]


class Part(BaseModel):
    """A section of a cell file: fixed once read, no unknown keys, no infinities."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)


class Pose(Part):
    """A frame in another: `matrix` maps its coordinates there. Turned about fixed x, then y, then z, as in URDF."""

    xyz: Vector = Field(description="origin [m]")
    rpy: Angles = Field(default=(0.0, 0.0, 0.0), description="roll, pitch, yaw [rad]")

    @property
    def matrix(self) -> Array:
        """T, shape (4, 4)."""
        return transform(Rotation.from_euler("xyz", self.rpy), self.xyz)

    @staticmethod
    def of(T: Array) -> Pose:
        """The section that says T, shape (4, 4)."""
        x, y, z = (float(v) for v in T[:3, 3])
        roll, pitch, yaw = (float(v) for v in Rotation.from_matrix(T[:3, :3]).as_euler("xyz"))
        return Pose(xyz=(x, y, z), rpy=(roll, pitch, yaw))


class Payload(Part):
    """What hangs on a flange."""

    mass: float = Field(ge=0, le=50, description="[kg]")
    centre: Vector = Field(default=(0.0, 0.0, 0.0), description="centre of mass in the flange frame [m]")


class GripperConfig(Part):
    """A gripper. `kind` says which; others come by the entry points `pg4da.grippers`."""

    kind: str = Field(description="which kind of gripper")


class ArmConfig(Part):
    """An arm. `kind` says which; others come by the entry points `pg4da.arms`.

    The gripper's section stands inside the arm's in the file and is handed to the driver as a connected gripper.
    """

    kind: str = Field(description="which kind of arm")
    base: Pose = Field(description="where the arm's base frame stands in `world` (T_world_base)")
    home: Joints | None = Field(default=None, description="configuration outside the camera's view [rad]")
    lower: Joints | None = Field(default=None, description="joint limits, never wider than the arm's own [rad]")
    upper: Joints | None = Field(default=None, description="joint limits, never wider than the arm's own [rad]")


class CameraConfig(Part):
    """A camera. `kind` says which; others come by the entry points `pg4da.cameras`."""

    kind: str = Field(description="which kind of camera")
    pose: Pose | None = Field(
        default=None, description="optical frame (x right, y down, z forward) in `world`; `pg4da calibrate camera`"
    )


class WorkspaceConfig(Part):
    """Where objects may be, in `world` [m]."""

    x_min: float = -0.5
    x_max: float = 0.5
    y_min: float = 0.0
    y_max: float = 1.0

    def workspace(self) -> Workspace:
        """As the contract has it."""
        return Workspace(self.x_min, self.x_max, self.y_min, self.y_max)


ArmName = Literal["left", "right"]
ARM_NAMES: tuple[ArmName, ArmName] = ("left", "right")
