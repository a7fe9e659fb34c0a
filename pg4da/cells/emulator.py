"""An emulator of a cell's own: started as a child process, its addresses put in the place of the file's."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from pg4da.cells.spec import RobotsSpec

if TYPE_CHECKING:
    from pg4da.run import RunRequest


@contextmanager
def emulated(spec: RobotsSpec, request: RunRequest | None) -> Iterator[RobotsSpec]:
    """The spec with devices that can be reached while the block runs. Raises BadInput."""
    yield spec
