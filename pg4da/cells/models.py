"""What a cell file says at its top, by its `kind`. The sections of devices are their drivers' matter."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from pg4da.hardware.config import Part, Vector, WorkspaceConfig
from pg4da.hardware.safety.config import SafetyConfig
from pg4da.sim.isaacgym.config import IsaacGymConfig

Kind = Literal["simulation", "robots", "isaacgym"]


class Top(Part):
    """What every cell file says."""

    cell: str = Field(min_length=1, max_length=60, description="its name")
    kind: Kind = Field(description="what the cell is: simulation, robots (or their emulators), isaacgym")
    description: str = Field(default="", description="for people")


class Simulation(Top):
    """The cell in MuJoCo, in lockstep: a run is a function of its seed."""

    kind: Literal["simulation"] = Field(description="the cell in MuJoCo")
    grippers_only: bool = Field(default=False, description="two floating grippers without arms, as in training")
    camera_noise: bool = Field(default=False, description="noise and dropouts in the camera's depth")
    timestep: float | None = Field(default=None, ge=0.0001, le=0.01, description="of the physics [s]")


class Robots(Top):
    """Two arms with their grippers and a camera, real or emulated."""

    kind: Literal["robots"] = Field(description="two arms with their grippers and a camera, real or emulated")
    emulator: Literal["own", "running"] | None = Field(
        default=None,
        description="own: each run starts an emulator of its own, and its addresses replace those of this file; "
        "running: `pg4da emulate` was started before; left out: these are real devices",
    )
    speed_scale: float = Field(default=1.0, gt=0.0, le=1.0, description="share of every arm's speed that plans may use")
    safety: SafetyConfig = Field(default=SafetyConfig(), description="the software's own limits, not safety-rated")
    workspace: WorkspaceConfig = Field(default=WorkspaceConfig(), description="where objects may be, in `world` [m]")
    bin: Vector = Field(default=(0.0, -0.16, 0.06), description="middle of the bin's opening, in `world` [m]")


class IsaacGym(Top, IsaacGymConfig):
    """The cell in Isaac Gym, in a process with an interpreter of its own."""

    kind: Literal["isaacgym"] = Field(description="the cell in Isaac Gym")


DEVICES = ("arms", "camera")
