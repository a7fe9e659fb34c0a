"""What is calibrated: the cell of a file, simulated, emulated or real, opened for its camera's pose to be found."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from pg4da.cells.files import find_cell, packaged
from pg4da.cells.loader import load_cell
from pg4da.cells.spec import CellSpec, RobotsSpec, SimulationSpec
from pg4da.errors import BadInput
from pg4da.hardware.cell import Cell
from pg4da.hardware.frames import Array, transform
from pg4da.run import RunRequest, find_scene

ROUGHLY: Array = transform(np.diag([1.0, -1.0, -1.0]), (0.0, 0.5, 1.25))
"""Where a camera above the middle of the table is, when nothing is known: it looks straight down."""

SLOW = 0.25  # share of the file's own speed at which arms move here
ARMS = ("left", "right")


@dataclass(frozen=True)
class Chosen:
    """A cell file that was read. saved: where results go; None for a file that comes with pg4da."""

    spec: CellSpec
    name: str
    saved: Path | None

    @property
    def real(self) -> bool:
        """Whether people stand beside what it moves."""
        return isinstance(self.spec, RobotsSpec) and self.spec.real

    @property
    def configured(self) -> Array | None:
        """The camera's pose in the file, (4, 4)."""
        pose = self.spec.camera.config.pose if isinstance(self.spec, RobotsSpec) else None
        return None if pose is None else pose.matrix


@dataclass(frozen=True)
class Subject:
    """cell: open. truth: the camera's pose (4, 4) where the cell is simulated; for judging a result only."""

    cell: Cell
    truth: Array | None


def choose(name: str, arm: str) -> Chosen:
    """Raises BadInput."""
    spec = load_cell(name, calibrated=False)
    if arm not in ARMS:
        raise BadInput(f"--arm {arm}: must be left or right")
    if not isinstance(spec, RobotsSpec | SimulationSpec) or (
        isinstance(spec, SimulationSpec) and spec.top.grippers_only
    ):
        raise BadInput(f"--cell {name}: has no arms with a camera that could be calibrated")
    path = find_cell(name)
    kept = path not in packaged().values() and isinstance(spec, RobotsSpec)
    return Chosen(spec, spec.top.cell, path if kept else None)


@contextmanager
def opened(chosen: Chosen, board: str) -> Iterator[Subject]:
    """The cell while the block runs. Raises BadInput.

    board: where it is put in a simulated cell, into an arm's gripper or on the "table".
    """
    spec = chosen.spec
    with ExitStack() as stack:
        if isinstance(spec, SimulationSpec):
            cell, truth = _simulated(board), True
        else:
            assert isinstance(spec, RobotsSpec)
            cell, truth = _robots(spec, board, stack), spec.top.emulator == "own"
        stack.enter_context(closing(cell))
        yield Subject(cell, ROUGHLY if truth else None)


def _simulated(board: str) -> Cell:
    from pg4da.sim.board import HeldBoard
    from pg4da.sim.cell import MujocoCell

    return MujocoCell(find_scene(RunRequest()), board=HeldBoard.by_hand(board))


def _robots(spec: RobotsSpec, board: str, stack: ExitStack) -> Cell:
    from pg4da.cells.connect import connect

    if spec.top.emulator == "own":
        from pg4da.cells.emulator import at_addresses
        from pg4da.emulating.process import running_emulator

        emulator = stack.enter_context(running_emulator(options=["--board", board]))
        return connect(at_addresses(spec, emulator), SLOW)
    return connect(spec, SLOW)
