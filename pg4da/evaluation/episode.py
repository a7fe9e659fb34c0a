"""One trial of one scene: what is run, and what came of it."""

from __future__ import annotations

import hashlib
from dataclasses import asdict, dataclass, fields
from typing import Any


@dataclass(frozen=True)
class Episode:
    """scene: "case/name", unique in an evaluation. path: its file. seed: of the jittered start and of the mission."""

    scene: str
    case: str
    path: str
    trial: int
    seed: int

    @property
    def key(self) -> str:
        """How people and the journal name it, as in "case1-clutter/scene07#3"."""
        return f"{self.scene}#{self.trial}"


def episode_seed(seed: int, scene: str, trial: int) -> int:
    """Seed of a trial, 31 bits. Made of these three alone, so it is the same for every policy and machine."""
    digest = hashlib.sha256(f"{seed}/{scene}/{trial}".encode()).digest()
    return int.from_bytes(digest[:4], "big") >> 1


@dataclass(frozen=True)
class EpisodeResult:
    """What came of an episode.

    cause is empty when it completed, else a short word; picture is relative to the output folder.
    motions counts every push and grasp; arm_motions counts a push with two arms twice. max_speed [m/s] is the fastest
    that any object ever was, max_launch_speed what no fall explains; peak_memory [MiB] that of the worker so far.
    """

    scene: str
    case: str
    path: str
    trial: int
    seed: int
    policy: str
    version: str
    completed: bool
    motions: int = 0
    pushes: int = 0
    grasp_attempts: int = 0
    grasp_successes: int = 0
    arm_motions: int = 0
    sim_time_s: float = 0.0
    wall_time_s: float = 0.0
    max_speed: float | None = None
    max_launch_speed: float | None = None
    peak_memory: float = 0.0
    cause: str = ""
    phase: str = ""
    message: str = ""
    picture: str = ""

    @property
    def key(self) -> str:
        return f"{self.scene}#{self.trial}"

    def to_json(self) -> dict[str, Any]:
        return asdict(self)

    @staticmethod
    def from_json(data: dict[str, Any]) -> EpisodeResult:
        """Raises ValueError when keys are missing or unknown."""
        known = {field.name for field in fields(EpisodeResult)}
        if set(data) != known:
            raise ValueError(f"not an episode: keys {sorted(set(data) ^ known)} are missing or unknown")
        return EpisodeResult(**data)


def result_of(episode: Episode, policy: str, version: str, **found: Any) -> EpisodeResult:
    """The result of an episode; `found`: the other fields of EpisodeResult."""
    return EpisodeResult(**asdict(episode), policy=policy, version=version, **found)


def broken(episode: Episode, policy: str, version: str, cause: str, message: str) -> EpisodeResult:
    """The failed result of an episode that gave none itself."""
    return result_of(episode, policy, version, completed=False, cause=cause, message=message)
