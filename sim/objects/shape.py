"""Shapes by name: the seven blocks, things of a household, or a URDF with its mesh."""

from __future__ import annotations

import difflib
from functools import cache, lru_cache
from pathlib import Path

from pg4da.sim.objects.blocks import BLOCK_NAMES, block
from pg4da.sim.objects.household import HOUSEHOLD_NAMES, household
from pg4da.sim.objects.shape_types import Box, Shape
from pg4da.sim.objects.urdf import MeshError, load_urdf

__all__ = ["BLOCK_NAMES", "NAMES", "Box", "MeshError", "Shape", "UnknownShape", "find_urdf", "load_shape"]

NAMES = (*BLOCK_NAMES, *HOUSEHOLD_NAMES)


class UnknownShape(ValueError):
    """No block and no URDF file has this name; the message lists the valid ones and the nearest."""


def load_shape(name: str, objects_dir: Path | None = None) -> Shape:
    """A block or a thing by its name ("cube", "mug"), or a URDF by its path.

    The path is absolute, or below objects_dir or one of its parents.
    Raises UnknownShape; MeshError when the URDF or its mesh can't be read.
    """
    if name in NAMES:
        return _built_in(name)
    path = find_urdf(name, (objects_dir,) if objects_dir else ())
    if path is None:
        raise UnknownShape(unknown_shape_message(name))
    return _urdf(path)


def find_urdf(name: str, folders: tuple[Path, ...]) -> Path | None:
    """The URDF file that `name` means: absolute, or below one of the folders or their parents; None if nowhere."""
    if not name.endswith(".urdf"):
        return None
    if Path(name).is_absolute():
        return Path(name) if Path(name).is_file() else None
    for folder in folders or (Path.cwd(),):
        resolved = folder.resolve()
        for base in (resolved, *resolved.parents):
            if (base / name).is_file():
                return base / name
    return None


def unknown_shape_message(name: str) -> str:
    """Says what was asked for, what is near it and what exists."""
    near = difflib.get_close_matches(name.removesuffix(".urdf"), NAMES, n=1)
    hint = f"; did you mean '{near[0]}'?" if near else ""
    return f"unknown shape '{name}'{hint} Valid: {', '.join(NAMES)}, or the path of a URDF file"


@cache
def _built_in(name: str) -> Shape:
    return block(name) if name in BLOCK_NAMES else household(name)


@lru_cache(maxsize=256)
def _urdf(path: Path) -> Shape:
    return load_urdf(path)
