"""What a training file says. It is stored in every checkpoint, so a training that is resumed needs no file."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from pydantic import Field

from pg4da.hardware.config import Part
from pg4da.policies.avn.settings import AvnSettings
from pg4da.policies.ppo.settings import PpoSettings
from pg4da.sim.training.ranking import RankingSettings

Scenes = Literal["strewn", "simple-clutter", "all-cases"]
MOTIONS = "motions of all environments together, rounded up"


class BankConfig(Part):
    """Labelled pictures that the angle-view network is trained on."""

    samples: int = Field(default=2000, ge=2, le=1_000_000, description="pictures")
    workers: int = Field(default=1, ge=1, le=64, description="processes that make them")
    held_out: float = Field(default=0.1, gt=0.0, lt=1.0, description="share that is only measured on")


class PushesConfig(Part):
    """Scenes that pushes are tried on, for the ranking."""

    scenes: int = Field(default=360, ge=1, le=100_000, description="scenes of cases 2 to 5, in all rounds together")
    rounds: int = Field(default=3, ge=1, le=20, description="from the second on, half are the ranking's own choices")
    workers: int = Field(default=1, ge=1, le=64, description="processes that try them")
    device: str | None = Field(
        default=None, description="cuda:0, say: pushes from one state all at once, by mujoco-warp; else one by one"
    )


class NetworkConfig(Part):
    """The actor-critic's size."""

    maps: int = Field(default=2, ge=0, le=2, description="0 as in the paper; 1 sees the height too, 2 the target too")
    middle: int = Field(default=180, ge=6, le=1440, multiple_of=6, description="channels of the trunk's middle")
    sharpness: float = Field(default=10.0, gt=0.0, le=1000.0, description="of the softmax over the heat at a cell, 1/τ")
    gain: float = Field(default=10.0, gt=0.0, le=1000.0, description="of the map's last layer: how fast it learns")
    turning: float = Field(default=0.1, gt=0.0, le=1000.0, description="of the orientation's last layer, the same")
    trust: float = Field(default=10.0, ge=0.0, le=1000.0, description="in the AVN's best grasp there; 0: the paper's")


class StageConfig(Part):
    """One stage of practice."""

    decisions: int = Field(ge=1, le=100_000_000, description=MOTIONS)
    scenes: Scenes = Field(description="what it practises on")


class GraspConfig(StageConfig):
    """The first stage."""

    decisions: int = Field(default=4_000, ge=1, le=100_000_000, description=MOTIONS)
    scenes: Scenes = Field(default="strewn", description="what it practises on")


class PushGraspConfig(StageConfig):
    """The second stage, or the only one."""

    decisions: int = Field(default=12_000, ge=1, le=100_000_000, description=MOTIONS)
    scenes: Scenes = Field(default="simple-clutter", description="what it practises on")
    start: Literal["grasp", "nothing"] = Field(default="grasp", description="grasp: with the grasp stage's weights")


class TrainingConfig(Part):
    """A whole training, stage by stage."""

    training: str = Field(default="pg4da", min_length=1, max_length=60, description="its name")
    seed: int = Field(default=0, ge=0, le=2**31 - 1, description="of everything")
    weights: Path | None = Field(default=None, description="of the angle-view network, if it is not trained here")
    backbone: Literal["frozen", "fine-tuned"] = Field(
        default="frozen", description="the angle-view network while PPO runs"
    )
    environments: int = Field(default=4, ge=1, le=256, description="simulations of each process, a process each")
    arms: Literal[1, 2] = Field(default=2, description="1: single pushes only")
    camera_noise: bool = Field(default=False, description="noise and dropouts in the camera's depth")
    save_every: int = Field(default=1, ge=1, le=10_000, description="updates from one checkpoint to the next")
    bank: BankConfig = BankConfig()
    avn: AvnSettings = AvnSettings()
    pushes: PushesConfig = PushesConfig()
    ranking: RankingSettings = RankingSettings()
    network: NetworkConfig = NetworkConfig()
    ppo: PpoSettings = PpoSettings()
    grasp: GraspConfig = GraspConfig()
    push_grasp: PushGraspConfig = PushGraspConfig()
