"""What a cell file says about a cell in Isaac Gym."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from pg4da.hardware.config import Part


class IsaacGymConfig(Part):
    """The sidecar: which interpreter runs it, on which devices, and how long it may take."""

    interpreter: str | None = Field(
        default=None,
        description="Python 3.6 to 3.8 with isaacgym, torch and numpy; left out: the environment variable "
        "PG4DA_ISAACGYM_PYTHON",
    )
    program: str | None = Field(
        default=None, description="another program that speaks the sidecar's protocol, in place of the project's own"
    )
    physics: Literal["gpu", "cpu"] = Field(default="gpu", description="where PhysX runs")
    compute_device: int = Field(default=0, ge=0, description="number of the GPU for physics")
    graphics_device: int = Field(default=0, ge=0, description="number of the GPU that renders the camera")
    timestep: float = Field(default=0.004, ge=0.001, le=0.01, description="of the physics [s]")
    substeps: int = Field(default=2, ge=1, le=16, description="of PhysX in one step")
    camera_noise: bool = Field(default=False, description="noise and dropouts in the camera's depth")
    start_timeout: float = Field(default=120.0, gt=0.0, le=900.0, description="s until it has built its world")
    timeout: float = Field(default=4.0, gt=0.0, le=600.0, description="s for any later answer")
