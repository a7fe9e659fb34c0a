"""What a cell file says of the software's own limits: not safety-rated, as the controllers' safety settings are."""

from __future__ import annotations

from pydantic import Field, model_validator

from pg4da.hardware.config import Part


class SafetyConfig(Part):
    """Where fingertips, elbows and wrists may be, in `world` [m], and how near one arm may come to the other.

    In simulated missions they stay within x ±0.75, y -0.16 to 0.78, z 0.00 to 0.86 m, and the arms 55 mm apart.
    """

    x_min: float = Field(default=-1.1, description="least x of a tool, elbow or wrist [m]")
    x_max: float = Field(default=1.1, description="greatest x [m]")
    y_min: float = Field(default=-0.6, description="least y [m]")
    y_max: float = Field(default=1.4, description="greatest y [m]")
    z_min: float = Field(default=-0.005, description="least height of a tool, elbow or wrist above the table [m]")
    z_max: float = Field(default=1.1, description="greatest height [m]")
    arm_distance: float = Field(default=0.005, ge=0.0, le=0.2, description="least gap between the two arms [m]")

    @model_validator(mode="after")
    def _room(self) -> SafetyConfig:
        for axis in "xyz":
            least, greatest = getattr(self, f"{axis}_min"), getattr(self, f"{axis}_max")
            if least >= greatest:
                raise ValueError(f"{axis}_min ({least:g} m) must lie below {axis}_max ({greatest:g} m)")
        return self
