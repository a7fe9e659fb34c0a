"""A cell around another: everything is passed on, and what it was asked to do is counted."""

from __future__ import annotations

import sys
from dataclasses import replace
from typing import Any

from pg4da.hardware.cell import Cell
from pg4da.run import RunRequest, find_scene, make_cell


class CountedCell:
    """The contract of a cell is that of the one inside; only `advance` and `close` are looked at."""

    def __init__(self, inside: Cell) -> None:
        self._inside = inside
        self._periods = 0
        self._closed = False

    @property
    def name(self) -> str:
        return f"counted {self._inside.name}"

    def advance(self, dt: float) -> None:
        """One period."""
        self._periods += 1
        self._inside.advance(dt)

    def close(self) -> None:
        """Tells the count, once."""
        if not self._closed:
            print(f"the cell went through {self._periods} periods", file=sys.stderr)
        self._closed = True
        self._inside.close()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._inside, name)


def make(request: RunRequest) -> CountedCell:
    """What `--cell counted` means: the simulated cell, counted. Raises BadInput for an unknown scene."""
    inner = replace(request, cell="sim")
    return CountedCell(make_cell(inner, find_scene(inner)))
