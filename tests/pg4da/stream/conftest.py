"""Runs in the cell in memory, told as messages."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from pg4da.recording.record import Record
from pg4da.stream.messages import Message
from pg4da.stream.narrator import Narrator
from pg4da.stream.sink import Sink

TRIES = """
outputs: {total: {type: int}}
root:
  sequence:
    name: All
    children:
      - say: {name: Greet, text: hello}
      - retry:
          name: Thrice
          attempts: 3
          child: {fail: {name: Slip, times: 2}}
      - move: {name: Both arms, seconds: 1.5}
      - count: {name: Add, start: 4, outputs: {total: total}}
"""
FAILS = """
root:
  sequence:
    name: All
    children:
      - fallback:
          name: Either
          children:
            - fail: {name: First, code: slipped, times: 1}
            - say: {name: Second}
      - retry:
          name: Again
          attempts: 2
          child: {fail: {name: Last, code: stuck}}
"""


class Kept(Sink):
    """Messages in memory."""

    def __init__(self) -> None:
        self.messages: list[Message] = []
        self.lines: list[bytes] = []

    def send(self, message: Message, line: bytes) -> None:
        self.messages.append(message)
        self.lines.append(line)

    def of(self, kind: str) -> list[Message]:
        return [message for message in self.messages if message["k"] == kind]


@dataclass
class Told:
    """A run with everything that was told of it."""

    run: Any
    kept: Kept
    path: Path
    notes: list[str] = field(default_factory=list)


@pytest.fixture
def tell(start: Callable[..., Any], tmp_path: Path) -> Callable[..., Told]:
    """Run a mission written in the test with a narrator; its record is in a file too."""

    def tell_text(text: str, *sinks: Sink, name: str = "record.jsonl") -> Told:
        kept, record = Kept(), Record(tmp_path / name)
        narrator = Narrator(kept, record, *sinks, about={"mission": "test", "seed": 7}, pictures=False)
        run = start(text, (narrator,))
        narrator.close()
        record.close()
        return Told(run, kept, record.path, run.notes)

    return tell_text


@pytest.fixture
def text() -> str:
    """A mission with a failure, a wait and a value."""
    return TRIES


@pytest.fixture
def tries(tell: Callable[..., Told]) -> Told:
    return tell(TRIES)


@pytest.fixture
def fails(tell: Callable[..., Told]) -> Told:
    return tell(FAILS)
