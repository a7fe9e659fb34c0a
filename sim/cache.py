"""Results of slow, repeatable work kept on disk, keyed by what went in."""

from __future__ import annotations

import contextlib
import hashlib
import os
import tempfile
import zipfile
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

Arrays = Mapping[str, NDArray[Any]]


def cache_folder() -> Path:
    """`$PG4DA_CACHE`, or `~/.cache/pg4da`."""
    chosen = os.environ.get("PG4DA_CACHE")
    return Path(chosen) if chosen else Path.home() / ".cache" / "pg4da"


def cached(kind: str, key: Iterable[NDArray[Any] | str], compute: Callable[[], Arrays]) -> Arrays:
    """The arrays stored for this kind and key, or else computed and stored.

    A cache that can't be read or written costs time, never the result.
    """
    path = cache_folder() / kind / f"{_digest(key)}.npz"
    stored = _load(path)
    if stored is not None:
        return stored
    arrays = compute()
    with contextlib.suppress(OSError):
        _store(path, arrays)
    return arrays


def _digest(key: Iterable[NDArray[Any] | str]) -> str:
    digest = hashlib.sha256()
    for item in key:
        if isinstance(item, str):
            digest.update(f"text {len(item)} {item}".encode())
        else:
            digest.update(f"array {item.dtype.str} {item.shape} ".encode())
            digest.update(np.ascontiguousarray(item).tobytes())
    return digest.hexdigest()[:32]


def _load(path: Path) -> dict[str, NDArray[Any]] | None:
    try:
        with np.load(path, allow_pickle=False) as stored:
            return {name: stored[name] for name in stored.files}
    except (OSError, ValueError, EOFError, KeyError, zipfile.BadZipFile):
        return None


def _store(path: Path, arrays: Arrays) -> None:
    """Write beside, then rename: a reader never sees half a file."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, temporary = tempfile.mkstemp(dir=path.parent, suffix=".tmp")
    try:
        with os.fdopen(handle, "wb") as file:
            np.savez(file, **{name: np.asarray(array) for name, array in arrays.items()})  # type: ignore[arg-type]
        os.replace(temporary, path)
    except BaseException:
        with contextlib.suppress(OSError):
            os.unlink(temporary)
        raise
