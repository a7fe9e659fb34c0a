"""Finding and reading mission files: by path, by the name of one that comes with the package, or in a package.

Nothing is imported or executed; every way in which a file can't be read ends in a message.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from importlib.util import find_spec
from pathlib import Path

from pg4da.errors import BadInput, suggest
from pg4da.mission.problems import Mark, MissionError, Problem
from pg4da.mission.source import MAX_BYTES, shorten

_IN_PACKAGE = re.compile(r"([A-Za-z_]\w*(?:\.[A-Za-z_]\w*)*):(.+)", re.DOTALL)
ENDINGS = (".yaml", ".yml", ".xml")


@cache
def packaged() -> Mapping[str, Path]:
    """Missions that come with pg4da, by name."""
    folder = Path(str(files("pg4da.trees")))
    return {path.stem: path for path in sorted(folder.glob("*.yaml"))}


def find_mission(name: str) -> Path:
    """A file's path, the name of a packaged mission (`retrieve`, `trees/retrieve.yaml`), or `package:path/in/it.yaml`.

    Raises BadInput with the nearest valid name.
    """
    if is_file(Path(name)):
        return Path(name)
    if (inside := in_package(name)) is not None:
        return inside
    known, path = packaged(), Path(name)
    stem = path.name.removesuffix(".yaml")
    if path.parent.as_posix() in (".", "trees") and stem in known:
        return known[stem]
    raise BadInput(f"mission '{shorten(name)}' not found{suggest(stem, known)}, or a path{_what_it_is(path)}")


def find_subtree(use: str, user: Path) -> Path:
    """What a file's `use` means: a name or path beside it, else as `find_mission` does. Raises BadInput."""
    beside = [user.parent / use, *(user.parent / f"{use}{ending}" for ending in ENDINGS)]
    for path in beside:
        if is_file(path):
            return path
    if (inside := in_package(use)) is not None:
        return inside
    if use in packaged():
        return packaged()[use]
    known = {*packaged(), *(path.stem for path in _siblings(user.parent))}
    raise BadInput(f"subtree '{shorten(use)}' not found{suggest(use, known)}{_what_it_is(user.parent / use)}")


def in_package(use: str) -> Path | None:
    """The file that `package.sub:path` names; the package is looked for, not imported. Raises BadInput.

    None when the text has not that form.
    """
    match = _IN_PACKAGE.fullmatch(use)
    if match is None:
        return None
    top, *below = match[1].split(".")
    try:
        spec = find_spec(top)
    except (ImportError, ValueError):
        spec = None
    if spec is None or not spec.submodule_search_locations:
        raise BadInput(f"'{shorten(use)}': no package '{shorten(top)}' is installed")
    for location in spec.submodule_search_locations:
        folder = Path(location, *below)
        path = folder / match[2]
        if is_file(path) and path.resolve().is_relative_to(folder.resolve()):
            return path
    raise BadInput(f"'{shorten(use)}': the package '{match[1]}' has no file '{shorten(match[2])}'")


def is_file(path: Path) -> bool:
    """False for whatever can't be a file's name as well."""
    try:
        return path.is_file()
    except (OSError, ValueError):
        return False


def read_text(path: Path, shown: str) -> str:
    """UTF-8 text. Raises MissionError."""
    try:
        with path.open("rb") as file:
            data = file.read(4 * MAX_BYTES + 1)
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        problem = f"not UTF-8 text: byte {error.start}"
        if len(data) > 4 * MAX_BYTES:
            problem = f"the file is larger than {MAX_BYTES} characters"
    except OSError as error:
        problem = f"cannot be read: {error.strerror}"
    raise MissionError([Problem(Mark(shown, 1, 1), problem)])


def shown_path(path: Path) -> str:
    """As short as a person would write it."""
    try:
        return path.resolve().relative_to(Path.cwd()).as_posix()
    except (ValueError, OSError, RuntimeError):
        return str(path)


def _siblings(folder: Path) -> list[Path]:
    try:
        return [path for path, _ in zip(folder.glob("*.yaml"), range(200), strict=False)]
    except OSError:
        return []


def _what_it_is(path: Path) -> str:
    try:
        return "; it is a folder" if path.is_dir() else ""
    except (OSError, ValueError):
        return ""
