"""What a user asks to be run."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pg4da.mission.executive import HANG_BOUND

if TYPE_CHECKING:
    from pg4da.sim.scenes.scene import Scene


@dataclass(frozen=True)
class RunRequest:
    """What to run.

    mission: a path or a packaged name. cell: a cell file, the name of one that comes with pg4da, or a plug-in's name.
    scene: a scene, the name of one, a file, or None for the default.
    settings: mission inputs, as values or as text. out: folder for pictures, film and record; None keeps nothing.
    record: a file for the record, besides the one in `out`.
    weights: a file of weights for the policy, in place of its own.
    timestep [s]: of the physics; None for the cell's own. slow: share of the speed that a cell of robots would have.
    hang_bound [s on the wall]: how long one tick may take.
    settings_from: where the settings come from, for error messages.
    """

    mission: str = "retrieve"
    cell: str = "sim"
    scene: Scene | str | None = None
    policy: str = "pg4da"
    weights: Path | None = None
    seed: int = 0
    settings: Mapping[str, Any] = field(default_factory=dict)
    out: Path | None = None
    record: Path | None = None
    film: bool = True
    objects_dir: Path | None = None
    target_line: int | None = None
    camera_noise: bool = False
    timestep: float | None = None
    slow: float = 1.0
    hang_bound: float | None = HANG_BOUND
    settings_from: str = "--set"
