"""Views of the board: the arm brings it to one place after another, or a person does, and the camera looks."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from pg4da.hardware.calibration.detection import Sighting, find_board
from pg4da.hardware.calibration.views import Setup, View
from pg4da.hardware.cell import Arm, CameraFrame, Cell, Handle, Progress
from pg4da.hardware.frames import Array
from pg4da.skills.motion.errors import MotionError
from pg4da.skills.motion.planner import MotionPlanner
from pg4da.skills.motion.stages import Transit

PERIOD = 0.05  # s
SETTLE = 0.6  # s at rest before a picture: a long board on a long arm swings
STILL = 0.02  # rad/s
SAME_PLACE = 0.005  # rad
PATIENCE = 2.0  # s for a picture
ANOTHER_LOOK = 3  # pictures before a view counts as bad


class MotionFailed(Exception):
    """The arm did not get there; the message is its own."""


class MotionRefused(Exception):
    """A place the cell did not let the arm go to; it stands where it stood, and may go elsewhere."""


@dataclass(frozen=True)
class Looked:
    """view: None when the board was not found, and `why` says so."""

    frame: CameraFrame
    seen: Sighting | None
    view: View | None
    why: str = ""


@dataclass
class Collector:
    """slow: by how much motions take longer than planned. watch: called every period with nothing to do."""

    cell: Cell
    arm: Arm
    setup: Setup
    slow: float = 1.0
    watch: Callable[[], None] = lambda: None
    _planner: MotionPlanner | None = field(default=None, init=False)

    def go(self, T_world_tool: Array) -> None:
        """Plan round everything known and move there. Raises MotionError: no way; MotionRefused; MotionFailed."""
        self._travel(T_world_tool, symmetric=False)

    def home(self) -> None:
        """As `go`, to the arm's home."""
        self._travel(self.arm.home)

    def look(self, number: int) -> Looked:
        """Wait for rest, then picture and measured pose. Raises TimeoutError: no picture; MotionFailed: no rest."""
        self._rest()
        looked: Looked | None = None
        for _ in range(ANOTHER_LOOK):
            before = self.arm.state
            frame = self.cell.camera.capture(PATIENCE)
            looked = self._judge(number, frame, before.q)
            if looked.view is not None:
                break
            self.wait(PERIOD)
        assert looked is not None
        return looked

    def wait(self, seconds: float) -> None:
        """Let time pass."""
        for _ in range(max(1, round(seconds / PERIOD))):
            self.cell.advance(PERIOD)
            self.watch()

    def _travel(self, goal: Array, symmetric: bool = True) -> None:
        self._planner = self._planner or MotionPlanner(self.cell)
        start = {name: arm.state.q for name, arm in self.cell.arms.items()}
        plan = self._planner.plan([Transit({self.arm.name: goal})], start, None, symmetric=symmetric)
        for stage in plan.stages:
            self._run([self.cell.arms[name].follow(stage[name].slower(self.slow)) for name in stage])

    def _judge(self, number: int, frame: CameraFrame, q: Array) -> Looked:
        seen = find_board(frame.rgb, self.setup.board)
        if seen is None:
            return Looked(frame, None, None, "the board is not seen, or too little of it")
        if np.abs(self.arm.state.q - q).max() > STILL * PERIOD:
            return Looked(frame, seen, None, "the arm moved meanwhile")
        view = View.of(number, self.arm.kinematics.forward(q), seen, self.setup.board, self.setup.K)
        return Looked(frame, seen, view, "" if view is not None else "its pose can't be told")

    def _rest(self) -> None:
        self.wait(SETTLE)
        for _ in range(round(PATIENCE / PERIOD)):
            if np.abs(self.arm.state.dq).max() < STILL:
                return
            self.wait(PERIOD)
        raise MotionFailed("the arm does not come to rest")

    def _run(self, handles: Sequence[Handle]) -> None:
        before = self.arm.state.q
        try:
            while any(handle.progress is Progress.RUNNING for handle in handles):
                self.cell.advance(PERIOD)
                self.watch()
        except BaseException:
            self.cell.stop()
            raise
        ended = [handle for handle in handles if handle.progress is not Progress.DONE]
        if not ended:
            return
        why = ended[0].message or f"the motion ended as {ended[0].progress.value}"
        if np.abs(self.arm.state.q - before).max() < SAME_PLACE and getattr(self.cell, "trouble", None) is None:
            raise MotionRefused(why)
        raise MotionFailed(why)


def guided(collector: Collector, poses: Sequence[Array], first: int) -> Iterator[tuple[int, Looked | None, str]]:
    """Each pose in turn: its index, what was seen there, or None and why the arm did not go there."""
    number = first
    for index, pose in enumerate(poses):
        try:
            collector.go(pose)
        except (MotionError, MotionRefused) as error:
            yield index, None, str(error)
            continue
        looked = collector.look(number)
        number += looked.view is not None
        yield index, looked, looked.why


def picture_size(rgb: NDArray[np.uint8]) -> tuple[int, int]:
    """(width, height)."""
    return rgb.shape[1], rgb.shape[0]
