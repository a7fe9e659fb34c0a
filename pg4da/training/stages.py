"""The stages of a training, and where each keeps its files in the run's folder."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from pg4da.errors import BadInput
from pg4da.policies.ppo.group import Group
from pg4da.training.config import TrainingConfig

SETTINGS, CHECKPOINT = "training.json", "checkpoint.safetensors"
POLICY, AVN, RANKING = "policy.safetensors", "avn.safetensors", "ranking.safetensors"


@dataclass(frozen=True)
class Run:
    """out: folder of the whole training, a folder for each stage in it; resume: go on where a stage stopped.

    stop: whether someone asked for it; every stage looks now and then, saves, and returns False.
    """

    config: TrainingConfig
    out: Path
    group: Group
    resume: bool = False
    stop: Callable[[], bool] = lambda: False

    def folder(self, stage: str) -> Path:
        return self.out / stage

    def begun(self, stage: str) -> bool:
        """Whether there is something to go on with."""
        return (self.folder(stage) / CHECKPOINT).is_file()

    def avn_weights(self) -> Path:
        """The angle-view network: the settings' file, else this run's, else the one that comes with pg4da.

        Raises BadInput without any.
        """
        if self.config.weights is not None:
            return self.config.weights
        trained = self.folder("avn") / AVN
        if trained.is_file():
            return trained
        from pg4da.policies.avn.checkpoints import shipped

        if shipped().is_file():
            return shipped()
        raise BadInput(
            f"there is no angle-view network to begin with: run `pg4da train avn --out {self.out}` first, "
            "or name a file as `weights` in the training file"
        )


def check_fresh(run: Run, stage: str) -> None:
    """Raises BadInput where a stage was begun and is not resumed, or the other way round."""
    begun = run.begun(stage)
    if begun and not run.resume:
        raise BadInput(f"{run.folder(stage)} holds a training already; --resume goes on with it, or give another --out")
    if run.resume and not begun:
        raise BadInput(f"--resume: {run.folder(stage)} holds no training to go on with")


def store_settings(run: Run) -> None:
    """Keep the settings in the run's folder; every checkpoint has them too."""
    run.out.mkdir(parents=True, exist_ok=True)
    part = run.out / f".{SETTINGS}.part"
    part.write_text(json.dumps(run.config.model_dump(mode="json"), indent=2) + "\n")
    os.replace(part, run.out / SETTINGS)


def stored_settings(out: Path) -> TrainingConfig | None:
    """The settings of a run's folder, None where it has none. Raises BadInput for a file that can't be used."""
    from pg4da.training.reading import stored_config

    file = out / SETTINGS
    if not file.is_file():
        return None
    try:
        told = json.loads(file.read_text())
    except (ValueError, OSError) as error:
        raise BadInput(f"{file}: can't be read: {error}") from None
    return stored_config({"config": told}, file)
