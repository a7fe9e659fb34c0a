"""A JSON Schema (draft 2020-12) of cell files, for completion and checks in an editor.

It knows every driver's section; what makes no sense as a whole is for `pg4da check`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from pg4da.cells import drivers
from pg4da.cells.models import IsaacGym, Robots, Simulation
from pg4da.hardware.config import ARM_NAMES

Schema = dict[str, Any]
TOPS: tuple[type[BaseModel], ...] = (Simulation, Robots, IsaacGym)


def cell_schema() -> Schema:
    """The schema with everything that the drivers of installed packages bring."""
    arms, grippers, cameras = (
        {word: driver.config for word, driver in book.working().items()}
        for book in (drivers.arms(), drivers.grippers(), drivers.cameras())
    )
    models = [*TOPS, *arms.values(), *grippers.values(), *cameras.values()]
    refs, shared = models_json_schema([(model, "validation") for model in dict.fromkeys(models)])
    made = {model: refs[model, "validation"] for model in models}
    defs: Schema = dict(shared["$defs"])
    _add_devices(defs[_name(made[Robots])], _any(made, arms), _any(made, cameras))
    for config in dict.fromkeys(arms.values()):
        body = defs[_name(made[config])]
        body["properties"]["gripper"] = _any(made, grippers)
        body["required"] = [*body.get("required", ()), "gripper"]
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "A cell of pg4da",
        "anyOf": [made[top] for top in TOPS],
        "$defs": defs,
    }


def _add_devices(body: Schema, arms: Schema, cameras: Schema) -> None:
    both = dict.fromkeys(ARM_NAMES, arms)
    body["properties"] |= {
        "arms": {"type": "object", "properties": both, "required": list(ARM_NAMES), "additionalProperties": False},
        "camera": cameras,
    }
    body["required"] = [*body.get("required", ()), "arms", "camera"]


def _any(made: Mapping[type[BaseModel], Schema], configs: Mapping[str, type[BaseModel]]) -> Schema:
    """One of several drivers' sections, told apart by `kind`, which may not be left out."""
    choices = [made[config] for config in configs.values()]
    kinds = {"kind": {"enum": list(configs)}}
    return {"type": "object", "required": ["kind"], "properties": kinds, "anyOf": choices} if choices else {}


def _name(ref: Schema) -> str:
    return str(ref["$ref"]).rpartition("/")[2]
