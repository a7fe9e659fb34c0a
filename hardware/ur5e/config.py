"""What a cell file says of one UR5e. Metres, radians, kilograms, seconds."""

from __future__ import annotations

from typing import Annotated, Literal

import numpy as np
from pydantic import BaseModel, ConfigDict, Field, model_validator
from scipy.spatial.transform import Rotation

from pg4da.hardware.frames import Array, transform
from pg4da.hardware.robotiq_2f140.parameters import MASS, T_FLANGE_TOOL
from pg4da.hardware.ur5e.parameters import JOINTS, LOWER, UPPER

Finite = Annotated[float, Field(allow_inf_nan=False)]
Vector = tuple[Finite, Finite, Finite]
Joints = tuple[Finite, Finite, Finite, Finite, Finite, Finite]
Share = Annotated[float, Field(gt=0.0, le=1.0)]
Seconds = Annotated[float, Field(gt=0.0, le=120.0)]


class Strict(BaseModel):
    """Unknown keys are refused; nothing changes after it was read."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class PoseConfig(Strict):
    """A frame in another one: `xyz` [m], `rpy` [rad] about the fixed x, y, z axes in that order, as URDF has them."""

    xyz: Vector = Field(description="position [m]")
    rpy: Vector = Field((0.0, 0.0, 0.0), description="turns [rad] about the fixed x, then y, then z axis")

    @property
    def matrix(self) -> Array:
        """Shape (4, 4)."""
        return transform(Rotation.from_euler("xyz", self.rpy), self.xyz)


class PayloadConfig(Strict):
    """What hangs on the flange."""

    mass: float = Field(ge=0.0, le=5.0, description="[kg]; a UR5e carries 5")
    centre: Vector = Field((0.0, 0.0, 0.0), description="centre of mass in the flange's frame [m]")


class Ur5eConfig(Strict):
    """One UR5e. What is left out has the value that fits a 2F-140 on a bare e-Series flange."""

    kind: Literal["ur5e"] = "ur5e"
    address: str = Field(min_length=1, description="IP address or host name of the controller")
    base: PoseConfig = Field(description="T_world_base: the robot's base frame on the table")
    home: Joints = Field(description="configuration outside the camera's view [rad], shoulder pan first")
    tcp: PoseConfig = Field(
        PoseConfig(xyz=(0.0, 0.0, float(T_FLANGE_TOOL[2, 3]))),
        description="T_flange_tool: z approaches, x closes, origin between the closed fingertips",
    )
    payload: PayloadConfig = Field(
        PayloadConfig(mass=MASS, centre=(0.0, 0.0, 0.066)), description="the gripper, holding nothing"
    )
    payload_with_object: PayloadConfig = Field(
        PayloadConfig(mass=MASS + 0.2, centre=(0.0, 0.0, 0.092)), description="the gripper with what it usually holds"
    )
    lower: Joints | None = Field(None, description="least joint angles [rad]; inside the maker's")
    upper: Joints | None = Field(None, description="greatest joint angles [rad]; inside the maker's")
    speed_scale: Share = Field(1.0, description="share of the maker's joint speeds (π rad/s) that plans may use")
    acceleration_scale: Share = Field(1.0, description="share of 5 rad/s² that plans may use")
    stop_deceleration: float = Field(8.0, ge=1.0, le=20.0, description="of a stop [rad/s²]")
    rate: float = Field(125.0, ge=50.0, le=500.0, description="set points and measurements a second [Hz]")
    lookahead: float = Field(0.03, ge=0.03, le=0.2, description="smoothing of servoj [s]")
    gain: float = Field(300.0, ge=100.0, le=2000.0, description="stiffness of servoj")
    lead: float | None = Field(
        None,
        ge=0.0,
        le=0.3,
        description="how far set points run ahead [s] to make up for servoj's lag; lookahead if left out",
    )
    start_delay: float = Field(
        0.05, ge=0.02, le=0.5, description="between a command and its start, common to all arms [s]"
    )
    connect_timeout: Seconds = Field(20.0, description="for the controller to accept the driver [s]")
    stale_after: float = Field(
        0.2, ge=0.02, le=2.0, description="without a new measurement: the connection is lost [s]"
    )
    silent_after: float = Field(
        0.4, ge=0.05, le=2.0, description="without a sign of life between the driver's processes [s]"
    )
    watchdog: float = Field(
        10.0, ge=2.0, le=100.0, description="set points a second below which the controller stops [Hz]"
    )
    allow_newer_firmware: bool = Field(
        False, description="also PolyScope 5.23 and newer, on which nobody tried this driver"
    )

    @property
    def limits(self) -> tuple[Array, Array]:
        """Least and greatest joint angles [rad], each shape (6,)."""
        return np.array(self.lower or LOWER, float), np.array(self.upper or UPPER, float)

    @model_validator(mode="after")
    def _narrow(self) -> Ur5eConfig:
        lower, upper = self.limits
        for i, joint in enumerate(JOINTS):
            if lower[i] < LOWER[i] - 1e-6 or upper[i] > UPPER[i] + 1e-6:
                raise ValueError(
                    f"limits of {joint} ({lower[i]:.4f}..{upper[i]:.4f} rad) may only narrow the maker's "
                    f"{LOWER[i]:.4f}..{UPPER[i]:.4f} rad"
                )
            if lower[i] >= upper[i]:
                raise ValueError(f"limits of {joint} leave nothing: {lower[i]:g}..{upper[i]:g} rad")
            if not lower[i] <= self.home[i] <= upper[i]:
                raise ValueError(f"home of {joint} ({self.home[i]:g} rad) lies outside {lower[i]:g}..{upper[i]:g} rad")
        return self
