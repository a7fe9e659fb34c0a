"""A record read back: every line checked, the state of the run at any time."""

from __future__ import annotations

from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from pg4da.errors import BadInput
from pg4da.stream.messages import Message, decode
from pg4da.stream.shape import check
from pg4da.stream.state import RunState

STEP = 2000  # lines between two kept states
MAX_LINE = 64_000_000  # bytes
LONGEST = 1e9  # s


@dataclass
class Log:
    """Keeps an index, not the messages: a record may be larger than the memory.

    torn: the last line is not whole, as after a kill or on a full disk. times [s], one a line, never falling: a picture
    counts from when it came.
    """

    path: Path
    torn: bool = False
    times: array[float] = field(default_factory=lambda: array("d"))
    last: RunState = field(default_factory=RunState)
    _offsets: array[int] = field(default_factory=lambda: array("Q"))
    _kept: list[tuple[int, Message]] = field(default_factory=list)
    _pictures: list[tuple[int, str]] = field(default_factory=list)

    @classmethod
    def open(cls, path: Path) -> Log:
        """Read a record, or the one in a run's folder. Raises BadInput with the line that is wrong."""
        log = cls(record_in(path))
        try:
            log._read()
        except OSError as error:
            raise BadInput(f"{log.path}: cannot be read: {error.strerror or error}") from error
        return log

    def __len__(self) -> int:
        """Lines that can be read."""
        return len(self._offsets)

    @property
    def start(self) -> float:
        return self.times[0]

    @property
    def end(self) -> float:
        return self.times[-1]

    @property
    def finished(self) -> bool:
        """Whether the run came to its end; otherwise it was cut off, or still goes on."""
        return self.last.end is not None

    def state_at(self, time: float) -> RunState:
        """What was known at a time [s], its own included; before the start: at the start."""
        return self._state(max(1, bisect_right(self.times, time)))

    def between(self, after: float, until: float) -> Iterator[Message]:
        """Messages of (after, until] in order."""
        return self._messages(bisect_right(self.times, after), bisect_right(self.times, until))

    def messages(self) -> Iterator[Message]:
        """All of them."""
        return self._messages(0, len(self))

    def lines(self) -> Iterator[bytes]:
        """All of them as they were written, each with its newline."""
        with self.path.open("rb") as file:
            for _ in range(len(self)):
                yield file.readline().rstrip(b"\r\n") + b"\n"

    def _read(self) -> None:
        offset, broken = 0, ""
        with self.path.open("rb") as file:
            while line := file.readline(MAX_LINE):
                if broken:
                    raise BadInput(broken)
                number = len(self) + 1
                try:
                    self._take(_understood(line, first=number == 1), offset)
                except ValueError as error:
                    broken = f"{self.path}:{number}: {error}"
                    self.torn = number > 1 and not line.endswith(b"\n")
                offset += len(line)
        if broken and not self.torn:
            raise BadInput(broken)
        if not len(self):
            raise BadInput(f"{self.path}: is empty")

    def _take(self, message: Message, offset: int) -> None:
        number = len(self)
        if message["k"] == "picture":
            self._pictures.append((number, message["name"]))
            time = max(self.end, message["t"])
        else:
            self.last.apply(message)
            time = message["t"] if not number else max(self.end, message["t"])
        self.times.append(time)
        self._offsets.append(offset)
        if (number + 1) % STEP == 0:
            self._kept.append((number + 1, self.last.keyframe()))

    def _state(self, count: int) -> RunState:
        """After the first `count` lines."""
        state = RunState()
        nearest = bisect_right(self._kept, count, key=lambda kept: kept[0])
        start, key = self._kept[nearest - 1] if nearest else (0, None)
        if key is not None:
            state.apply(key)
        for message in self._messages(start, count):
            state.apply(message)
        for number in self._last_pictures(count):
            state.apply(next(self._messages(number, number + 1)))
        return state

    def _last_pictures(self, count: int) -> list[int]:
        """Lines of the last picture of each name among the first `count`."""
        found = {name: number for number, name in self._pictures[: bisect_left(self._pictures, (count, ""))]}
        return sorted(found.values())

    def _messages(self, start: int, stop: int) -> Iterator[Message]:
        if start >= stop:
            return
        with self.path.open("rb") as file:
            file.seek(self._offsets[start])
            for _ in range(start, stop):
                yield decode(file.readline())


def record_in(path: Path) -> Path:
    """The record at a path; a folder stands for the one that a run left in it. Raises BadInput."""
    from pg4da.recording.record import NAME

    found = path / NAME if path.is_dir() else path
    if not found.is_file():
        raise BadInput(f"{path}: {'there is no ' + NAME + ' in it' if path.is_dir() else 'no such file'}")
    return found


def _understood(line: bytes, first: bool) -> Message:
    """Raises ValueError for a line that is no message, or that no record starts with."""
    try:
        message = decode(line)
    except ValueError as error:
        text = f"not a record of a run: {error}" if first else f"not a message of a run: {error}"
        raise ValueError(text) from None
    if first and message["k"] != "run":
        raise ValueError("not a record of a run: it does not start with a 'run' message")
    if not isinstance(message.get("t"), (int, float)) or not abs(message["t"]) <= LONGEST:
        raise ValueError(f"'{message['k']}' message without a time")
    check(message)
    return message
