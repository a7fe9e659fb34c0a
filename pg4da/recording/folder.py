"""The folder that a run writes to: checked before anything starts, every file written whole or not at all."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable
from pathlib import Path

from pg4da.errors import BadInput

RECORD_BEGINS = b'{"k":'
OWN_FILES = ("before.png", "after.png", "decision_*.png", "film.gif", "run.pg4da.jsonl", "result.json")


def check_writable(folder: Path) -> None:
    """Raises BadInput when `folder` can't be made or written, without touching anything."""
    existing = folder.absolute()
    while not existing.exists():
        existing = existing.parent
    if not existing.is_dir():
        raise BadInput(f"--out {folder}: {existing} is a file, not a folder")
    if not os.access(existing, os.W_OK | os.X_OK):
        raise BadInput(f"--out {folder}: no permission to write in {existing}")


def check_file(path: Path, option: str) -> None:
    """Raises BadInput when no file can be written at `path`, without touching anything."""
    if path.is_dir():
        raise BadInput(f"{option} {path}: is a folder, not a file")
    folder = path.absolute().parent
    if not folder.is_dir():
        raise BadInput(f"{option} {path}: the folder {path.parent} does not exist")
    if not os.access(path if path.exists() else folder, os.W_OK):
        raise BadInput(f"{option} {path}: no permission to write it")


def check_record(path: Path, option: str) -> None:
    """As `check_file`; a file that is there already must be an older record, so that no other is lost."""
    check_file(path, option)
    if path.is_file() and path.stat().st_size > 0:
        with path.open("rb") as file:
            if file.read(len(RECORD_BEGINS)) != RECORD_BEGINS:
                raise BadInput(f"{option} {path}: is there already, and is no record")


def make_folder(folder: Path) -> None:
    """Make it and take away what an earlier run left there. Raises BadInput."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for pattern in OWN_FILES:
            for old in folder.glob(pattern):
                old.unlink()
        write_whole(folder / "result.json", lambda path: path.write_text('{"outcome": "running"}\n'))
    except OSError as error:
        raise BadInput(f"--out {folder}: cannot be written: {error.strerror or error}") from error


def write_whole(path: Path, write: Callable[[Path], object]) -> None:
    """Let `write` fill a temporary file beside `path`, then put it in place in one step."""
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=".", suffix=path.suffix)
    os.close(handle)
    temporary = Path(name)
    try:
        write(temporary)
        temporary.chmod(0o644)
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)
