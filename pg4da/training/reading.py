"""Training files: YAML, read like a mission's, with line and column for what is wrong."""

from __future__ import annotations

from dataclasses import fields, is_dataclass
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from pg4da.cells.sections import Sections, without
from pg4da.errors import BadInput
from pg4da.mission.files import read_text, shown_path
from pg4da.mission.problems import MissionError
from pg4da.mission.source import Fields, Source, read_source
from pg4da.training.config import TrainingConfig

BEFORE = {"gain": 1.0, "turning": 1.0, "trust": 0.0}  # of the network


def read_config(path: Path) -> TrainingConfig:
    """A training file. Raises MissionError, which is BadInput, with every problem."""
    shown = shown_path(path)
    source = read_source(read_text(path, shown), shown)
    reading = _TrainingFile()
    config = reading.config(source)
    if reading.problems or config is None:
        raise MissionError(reading.problems)
    return config


def stored_config(told: dict[str, Any], where: Path) -> TrainingConfig:
    """The settings in a checkpoint. Raises BadInput where they are of another version."""
    try:
        return TrainingConfig.model_validate(_as_it_was(told.get("config")))
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        place = ".".join(str(part) for part in first["loc"])
        raise BadInput(f"{where}: its settings can't be used here: {place}: {first['msg']}") from None


def _as_it_was(config: Any) -> Any:
    """Stored settings; a training from before there were some of them was as if they stood at BEFORE."""
    if not isinstance(config, dict) or not isinstance(config.get("network"), dict):
        return config
    return {**config, "network": {**BEFORE, **config["network"]}}


class _TrainingFile(Sections):
    def config(self, source: Source) -> TrainingConfig | None:
        top = self._fields(source, "a training file")
        if top is None:
            return None
        entries = {key: self._checked(key, value) for key, value in top.entries.items()}
        return self.fill(TrainingConfig, Fields(top.mark, entries, top.keys), "training")

    def _checked(self, key: str, section: Source) -> Source:
        """A section of plain settings without the keys that it does not have, which are told."""
        field = TrainingConfig.model_fields.get(key)
        if field is None or not is_dataclass(field.annotation) or not isinstance(section, Fields):
            return section
        names = [f.name for f in fields(field.annotation)]
        self._known(section, names, f"key of {key}")
        return without(section, tuple(k for k in section.entries if k not in names))
