"""What a run has told so far, kept so that every viewer reads at its own pace and a late one sees the beginning.

Pictures are kept aside and fetched by those who show them: a stream without them stays small.
"""

from __future__ import annotations

import itertools
import json
from collections import OrderedDict
from collections.abc import Iterable

KEEP = 48 << 20  # bytes of lines
KEEP_PICTURES = 96 << 20  # bytes of base64
CHAPTERS = 8  # parts with a keyframe of their own
STARTS = (b'{"k":"key"', b'{"k":"run"')  # a reader can begin at these


class History:
    """Lines by number. A cursor is the number of the next line; lines before `first` are forgotten.

    What is kept always starts at a keyframe or at the beginning of the run.
    """

    def __init__(self, keep: int = KEEP, keep_pictures: int = KEEP_PICTURES) -> None:
        self._keep, self._keep_pictures = keep, keep_pictures
        self._lines: list[bytes] = []
        self._keys: list[int] = []  # numbers of the keyframes
        self._size = self._size_at_key = 0
        self._pictures: OrderedDict[int, str] = OrderedDict()
        self._pictures_size = 0
        self._numbers = itertools.count(1)
        self.first = 0

    @property
    def end(self) -> int:
        """The cursor of somebody who has seen everything."""
        return self.first + len(self._lines)

    def add(self, lines: Iterable[bytes]) -> None:
        """Take in lines of a run, with or without their newline."""
        for line in lines:
            kept = line.rstrip(b"\n")
            if kept.startswith(b'{"k":"picture"'):
                kept = self._aside(kept)
            elif kept.startswith(STARTS):
                self._keys.append(self.end)
                self._size_at_key = self._size
            self._lines.append(kept)
            self._size += len(kept)
        if self._size > self._keep:
            self._forget()

    @property
    def wants_key(self) -> bool:
        """Whether so much came since the last keyframe that whoever adds lines should add one."""
        return self._size_at_key + self._keep // CHAPTERS < self._size

    def since(self, cursor: int, limit: int) -> tuple[list[bytes], int]:
        """Lines from the cursor on, about `limit` bytes of them, and the new cursor."""
        if cursor < self.first:
            cursor = self.first
        found, size = [], 0
        while cursor < self.end and size < limit:
            line = self._lines[cursor - self.first]
            found.append(line)
            size += len(line)
            cursor += 1
        return found, cursor

    def behind(self, cursor: int) -> int:
        """About how many bytes somebody has not seen yet, counted no further than the newest keyframe."""
        if not self._keys or self._keys[-1] <= cursor:
            return 0
        return sum(map(len, self._lines[max(cursor - self.first, 0) : self._keys[-1] - self.first]))

    def newest_key(self) -> int:
        """Where somebody who has fallen behind goes on."""
        return self._keys[-1] if self._keys else self.first

    def picture(self, reference: int) -> str | None:
        """The base64 of a PNG; None when it is forgotten."""
        return self._pictures.get(reference)

    def _aside(self, line: bytes) -> bytes:
        message = json.loads(line)
        png = message.pop("png", "")
        message["ref"] = next(self._numbers)
        self._pictures[message["ref"]] = png
        self._pictures_size += len(png)
        while self._pictures_size > self._keep_pictures:
            self._pictures_size -= len(self._pictures.popitem(last=False)[1])
        return json.dumps(message, separators=(",", ":")).encode()

    def _forget(self) -> None:
        """Down to half: the lines before the first keyframe that leaves no more than that."""
        for number in self._keys:
            if self._size <= self._keep // 2:
                break
            dropped = self._lines[: number - self.first]
            size = sum(map(len, dropped))
            self._size -= size
            self._size_at_key -= size
            del self._lines[: len(dropped)]
            self.first = number
        self._keys = [number for number in self._keys if number >= self.first]
