"""The output folder: a line an episode, safe on disk before the next one counts; what is done is not done again."""

from __future__ import annotations

import fcntl
import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any

from pg4da.errors import BadInput
from pg4da.evaluation.episode import EpisodeResult


class Journal:
    """Context manager over `out`/episodes.jsonl and `out`/settings.json.

    `header` holds what makes the episodes what they are; it must be the same when an evaluation goes on.
    Raises BadInput when it differs, when the folder cannot be written, or when another evaluation is writing to it.
    """

    def __init__(self, out: Path, header: Mapping[str, Any]) -> None:
        self.out = out
        self.header: dict[str, Any] = json.loads(json.dumps(header))
        self.done: dict[str, EpisodeResult] = {}

    def __enter__(self) -> Journal:
        self._compare()
        try:
            self.out.mkdir(parents=True, exist_ok=True)
            self._file = (self.out / "episodes.jsonl").open("a+b")
        except OSError as error:
            raise BadInput(f"{self.out}: the output folder cannot be written: {error.strerror}") from error
        try:
            self._lock()
            self._read()
            write_atomically(self.out / "settings.json", json.dumps(self.header, indent=2) + "\n")
        except BaseException:
            self._file.close()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._file.close()

    def append(self, result: EpisodeResult) -> None:
        """Returns when the line is on disk."""
        line = json.dumps(result.to_json(), allow_nan=False) + "\n"
        self._file.write(line.encode())
        self._file.flush()
        os.fsync(self._file.fileno())
        self.done[result.key] = result

    def _compare(self) -> None:
        path = self.out / "settings.json"
        if not path.is_file():
            if (self.out / "episodes.jsonl").is_file():
                raise BadInput(f"{self.out}: holds episodes.jsonl but no settings.json; give another --out")
            return
        try:
            before = json.loads(path.read_text())
        except (OSError, ValueError) as error:
            raise BadInput(f"{path}: cannot be read: {error}") from error
        if found := differences(before, self.header):
            raise BadInput(
                f"{self.out}: was begun with other settings; give another --out. Different: {'; '.join(found)}"
            )

    def _lock(self) -> None:
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise BadInput(f"{self.out}: another evaluation is writing to this folder") from error

    def _read(self) -> None:
        self._file.seek(0)
        whole = self._file.read()
        complete = whole[: whole.rfind(b"\n") + 1]
        if len(complete) < len(whole):  # a line cut short by a kill: that episode runs again
            self._file.truncate(len(complete))
        self.done = _episodes(self.out, complete)


@dataclass(frozen=True)
class Finished:
    """What an output folder holds; results by key."""

    settings: dict[str, Any]
    results: dict[str, EpisodeResult]


def read_finished(out: Path) -> Finished:
    """The episodes that are done so far; nothing is written. Raises BadInput for what is no output folder."""
    try:
        settings = json.loads((out / "settings.json").read_text())
        whole = (out / "episodes.jsonl").read_bytes()
    except OSError as error:
        why = f"{Path(str(error.filename)).name}: {error.strerror}"
        raise BadInput(f"{out}: not a folder of `pg4da evaluate`: {why}") from error
    except ValueError as error:
        raise BadInput(f"{out / 'settings.json'}: cannot be read: {error}") from error
    if not isinstance(settings, dict) or not isinstance(settings.get("scenes", {}), dict):
        raise BadInput(f"{out / 'settings.json'}: not the settings of an evaluation")
    return Finished(settings, _episodes(out, whole[: whole.rfind(b"\n") + 1]))


def _episodes(out: Path, complete: bytes) -> dict[str, EpisodeResult]:
    """Of whole lines, by key; the last counts. Raises BadInput."""
    done: dict[str, EpisodeResult] = {}
    for number, line in enumerate(complete.splitlines(), start=1):
        try:
            result = EpisodeResult.from_json(json.loads(line))
        except (ValueError, TypeError) as error:
            raise BadInput(f"{out / 'episodes.jsonl'}:{number}: not an episode: {error}") from error
        done[result.key] = result
    return done


def differences(before: Any, now: Any, name: str = "") -> list[str]:
    """Where two JSON values differ, as "name: old, now new"."""
    if isinstance(before, dict) and isinstance(now, dict):
        keys = sorted(set(before) | set(now))
        return [d for key in keys for d in differences(before.get(key), now.get(key), f"{name}.{key}".lstrip("."))]
    return [] if before == now else [f"{name}: {before!r}, now {now!r}"]


def write_atomically(path: Path, text: str) -> None:
    """Readers see the old file or the new one, never half of it."""
    temporary = path.with_name(path.name + ".part")
    temporary.write_text(text)
    temporary.replace(path)
