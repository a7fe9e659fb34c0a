"""The record of a run: every message a line, written at once, so that a killed process loses nothing."""

from __future__ import annotations

import os
from pathlib import Path

from pg4da.errors import BadInput
from pg4da.stream.messages import Message
from pg4da.stream.sink import Sink

NAME = "run.pg4da.jsonl"


class Record(Sink):
    """Hands each line to the system as it comes: what `send` returned from survives the end of the process."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._file: int | None = None

    def open(self) -> None:
        """Raises BadInput when the file can't be made."""
        if self._file is not None:
            return
        try:
            self._file = os.open(self.path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o644)
        except OSError as error:
            raise BadInput(f"{self.path}: the record cannot be written: {error.strerror}") from error

    def send(self, message: Message, line: bytes) -> None:
        """Raises OSError, such as for a full disk; the file then ends in a torn line at worst."""
        if self._file is None:
            raise OSError(f"{self.path} is not open")
        try:
            written = os.write(self._file, line)
            while written < len(line):
                written += os.write(self._file, line[written:])
        except OSError as error:
            raise OSError(f"{self.path}: {error.strerror}") from error

    def close(self) -> None:
        if self._file is not None:
            os.close(self._file)
            self._file = None
