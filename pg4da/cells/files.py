"""Finding cell files: by path, by the name of one that comes with pg4da, or in an installed package."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from pathlib import Path

from pg4da.errors import BadInput, suggest
from pg4da.mission.files import in_package, is_file
from pg4da.mission.source import shorten

ENDINGS = (".yaml", ".yml")


@cache
def packaged() -> Mapping[str, Path]:
    """Cell files that come with pg4da, by name."""
    folder = Path(str(files("pg4da.cells")))
    return {path.stem: path for path in sorted(folder.glob("*.yaml"))}


def find_cell(name: str, others: tuple[str, ...] = ()) -> Path:
    """A file's path, the name of a packaged cell, or `package:path/in/it.yaml`. Raises BadInput with the nearest name.

    others: names that are no files, for the message.
    """
    if name in packaged():
        return packaged()[name]
    path = Path(name)
    if is_file(path):
        return path
    if (inside := in_package(name)) is not None:
        return inside
    if path.suffix in ENDINGS or "/" in name:
        what = "is a folder" if _is_folder(path) else "no such file"
        raise BadInput(f"--cell {shorten(name)}: {what}; a template to begin with: pg4da check --cell-template")
    known = {*packaged(), *others}
    raise BadInput(f"--cell: unknown cell '{shorten(name)}'{suggest(name, known)}, or a file")


def _is_folder(path: Path) -> bool:
    try:
        return path.is_dir()
    except (OSError, ValueError):
        return False
