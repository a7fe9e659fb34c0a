"""Cells, policies, skills and drivers of other packages, by entry point. Each is loaded when it is used, not before.

An entry point's name is the word that people write. What it names:
- `pg4da.skills`: a subclass of `pg4da.skills.skill.Skill` whose `name` is the entry point's;
- `pg4da.policies`: something to call without arguments for a `pg4da.policies.types.Policy`;
- `pg4da.cells`: something to call with the `pg4da.request.RunRequest` for a `pg4da.hardware.cell.Cell`;
- `pg4da.arms`, `pg4da.grippers`, `pg4da.cameras`: an `ArmDriver`, `GripperDriver` or `CameraDriver` of
  `pg4da.hardware.drivers`, for the `kind` of a device in cell files.
A plug-in never replaces what comes with pg4da, and of two with the same name neither is taken.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from pg4da.books import Book, Plugin, callable_of

if TYPE_CHECKING:
    from pg4da.policies.types import Policy
    from pg4da.skills.skill import Skill


def skills() -> Book[type[Skill]]:
    """Skills by the word that mission files use."""
    from pg4da.skills import registry

    return Book("pg4da.skills", registry.SKILLS, _check_skill)


def policies() -> Book[Callable[[], Policy]]:
    """Makers of policies by name."""
    from pg4da.policies.registry import BUILT_IN

    return Book("pg4da.policies", BUILT_IN, callable_of)


def _check_skill(plugin: Plugin, found: Any) -> type[Skill]:
    from pg4da.skills.skill import Skill

    if not (isinstance(found, type) and issubclass(found, Skill)):
        raise plugin.refuse("is not a subclass of pg4da.skills.skill.Skill")
    if getattr(found, "name", None) != plugin.name:
        raise plugin.refuse(f"has the name '{getattr(found, 'name', '')}'")
    if found.codes is not None and not isinstance(found.codes, Mapping):
        raise plugin.refuse("has `codes` that are no mapping from codes to lines for people")
    return found
