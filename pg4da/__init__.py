"""A behaviour-tree task executive for two arms. What embedders need is here and is imported when it is asked for."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pg4da.errors import BadInput
    from pg4da.mission.control import Control
    from pg4da.mission.events import Listener
    from pg4da.mission.executive import Executive, MissionResult
    from pg4da.mission.failure import Failure
    from pg4da.mission.tree import MissionTree, load_mission
    from pg4da.skills.skill import Context

__all__ = [
    "BadInput",
    "Context",
    "Control",
    "Executive",
    "Failure",
    "Listener",
    "MissionResult",
    "MissionTree",
    "load_mission",
]
_HOMES = {
    "BadInput": "pg4da.errors",
    "Context": "pg4da.skills.skill",
    "Control": "pg4da.mission.control",
    "Executive": "pg4da.mission.executive",
    "Failure": "pg4da.mission.failure",
    "Listener": "pg4da.mission.events",
    "MissionResult": "pg4da.mission.executive",
    "MissionTree": "pg4da.mission.tree",
    "load_mission": "pg4da.mission.tree",
}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module 'pg4da' has no attribute '{name}'")
    return getattr(import_module(_HOMES[name]), name)


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
