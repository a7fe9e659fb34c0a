"""What a cell file says of one UR5e."""

from __future__ import annotations

from typing import Annotated, Literal

import numpy as np
from pydantic import Field, model_validator

from pg4da.hardware.config import ArmConfig, Payload, Pose
from pg4da.hardware.frames import Array
from pg4da.hardware.robotiq_2f140.parameters import MASS, T_FLANGE_TOOL
from pg4da.hardware.ur5e.parameters import HOME, JOINTS, LOWER, UPPER

Share = Annotated[float, Field(gt=0.0, le=1.0)]
Seconds = Annotated[float, Field(gt=0.0, le=120.0)]
TOOL = Pose(xyz=(0.0, 0.0, float(T_FLANGE_TOOL[2, 3])))
EMPTY = Payload(mass=MASS, centre=(0.0, 0.0, 0.066))
LOADED = Payload(mass=round(MASS + 0.2, 3), centre=(0.0, 0.0, 0.092))
LIFTS = 5.0  # kg, data sheet


class Ur5eConfig(ArmConfig):
    """One UR5e. What is left out has the value that fits a 2F-140 on an e-Series flange."""

    kind: Literal["ur5e"] = "ur5e"
    address: str = Field(min_length=1, description="IP address or host name of the controller")
    tcp: Pose = Field(
        default=TOOL, description="T_flange_tool: z approaches, x closes, origin between the closed fingertips"
    )
    payload: Payload = Field(default=EMPTY, description="the gripper, holding nothing")
    payload_with_object: Payload = Field(default=LOADED, description="the gripper with what it usually holds")
    speed_scale: Share = Field(
        default=1.0, description="share of the maker's joint speeds (π rad/s) that plans may use"
    )
    acceleration_scale: Share = Field(default=1.0, description="share of 5 rad/s² that plans may use")
    stop_deceleration: float = Field(default=12.0, ge=1.0, le=20.0, description="of a stop [rad/s²]")
    rate: float = Field(default=125.0, ge=50.0, le=500.0, description="set points and measurements a second [Hz]")
    lookahead: float = Field(default=0.03, ge=0.03, le=0.2, description="smoothing of servoj [s]")
    gain: float = Field(default=300.0, ge=100.0, le=2000.0, description="stiffness of servoj")
    lead: float | None = Field(
        default=None,
        ge=0.0,
        le=0.3,
        description="how far set points run ahead of servoj's lag [s]; found from `lookahead` and `rate` if absent",
    )
    start_delay: float = Field(
        default=0.05, ge=0.02, le=0.5, description="from a command to its start, common to all arms [s]"
    )
    connect_timeout: Seconds = Field(default=20.0, description="for the controller to accept the driver [s]")
    stale_after: float = Field(
        default=0.2, ge=0.02, le=2.0, description="without a new measurement the connection counts as lost [s]"
    )
    silent_after: float = Field(
        default=0.4, ge=0.05, le=2.0, description="without a sign of life between the driver's two processes [s]"
    )
    watchdog: float = Field(
        default=10.0, ge=2.0, le=100.0, description="set points a second below which the controller stops [Hz]"
    )
    allow_newer_firmware: bool = Field(
        default=False, description="also PolyScope 5.23 and newer, on which this driver was never tried"
    )

    @property
    def limits(self) -> tuple[Array, Array]:
        """Least and greatest joint angles [rad], each shape (6,)."""
        return np.array(self.lower or LOWER, float), np.array(self.upper or UPPER, float)

    @property
    def home_configuration(self) -> Array:
        """Shape (6,) [rad]."""
        return np.array(self.home or HOME, float)

    @property
    def servo_lead(self) -> float:
        """How far set points run ahead [s]: by servoj's smoothing and the half period for which each one stands."""
        return self.lookahead + 0.5 / self.rate if self.lead is None else self.lead

    @model_validator(mode="after")
    def _fits(self) -> Ur5eConfig:
        for key in ("home", "lower", "upper"):
            given = getattr(self, key)
            if given is not None and len(given) != len(JOINTS):
                raise ValueError(f"{key}: a UR5e has {len(JOINTS)} joints, not {len(given)}")
        for key in ("payload", "payload_with_object"):
            if getattr(self, key).mass > LIFTS:
                raise ValueError(f"{key}: {getattr(self, key).mass:g} kg; a UR5e carries {LIFTS:g} kg")
        self._check_limits()
        return self

    def _check_limits(self) -> None:
        (lower, upper), home = self.limits, self.home_configuration
        for i, joint in enumerate(JOINTS):
            given = f"{lower[i]:.4f}..{upper[i]:.4f} rad"
            if lower[i] < LOWER[i] - 1e-6 or upper[i] > UPPER[i] + 1e-6:
                raise ValueError(
                    f"limits of {joint} ({given}) may only narrow the maker's {LOWER[i]:.4f}..{UPPER[i]:.4f} rad"
                )
            if lower[i] >= upper[i]:
                raise ValueError(f"limits of {joint} leave nothing: {given}")
            if not lower[i] <= home[i] <= upper[i]:
                raise ValueError(f"home of {joint} ({home[i]:g} rad) lies outside its limits, {given}")
