"""`pg4da calibrate check`: is the camera where the cell file says? A board on the table tells, a fingertip over it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from pg4da.calibrating.camera import GivenUp
from pg4da.calibrating.collect import PATIENCE, Collector, MotionFailed, MotionRefused, picture_size
from pg4da.calibrating.subject import ROUGHLY, Chosen, Subject
from pg4da.hardware.calibration.board import Board
from pg4da.hardware.calibration.detection import Sighting, find_board, place_board
from pg4da.hardware.calibration.views import Setup
from pg4da.hardware.cell import CameraFrame
from pg4da.hardware.frames import Array, apply, looking_down
from pg4da.skills.motion.errors import MotionError

HOVER = 0.02  # m of the fingertips above the board
GOOD_HEIGHT, GOOD_TILT = 0.004, np.deg2rad(0.6)


@dataclass(frozen=True)
class Lying:
    """Where the camera says that the board lies: its middle (3,) in `world`.

    lowest, highest [m]: of its corners above the table. tilt [rad] against it. depth_off [m]: the depth picture less
    what the corners say, None where it has none.
    """

    middle: Array
    lowest: float
    highest: float
    tilt: float
    depth_off: float | None

    def lines(self) -> list[str]:
        """For people."""
        x, y, z = 1000 * self.middle
        told = [
            f"the board's middle lies at x {x:.1f}, y {y:.1f}, z {z:.1f} mm; its corners {1000 * self.lowest:.1f} to "
            f"{1000 * self.highest:.1f} mm above the table, tilted by {np.rad2deg(self.tilt):.2f}°"
        ]
        if self.depth_off is not None:
            told.append(f"depth differs from what the corners say by {1000 * self.depth_off:.1f} mm")
        return told

    def faults(self, thickness: float) -> list[str]:
        """What is not as it should be for a board of this thickness [m]."""
        found = []
        if abs(float(self.middle[2]) - thickness) > GOOD_HEIGHT:
            found.append(f"it should lie {1000 * thickness:g} mm above the table: calibrate the camera again")
        if self.tilt > GOOD_TILT:
            found.append("it should lie level: calibrate again, or look at the table")
        return found


def find_lying(frame: CameraFrame, board: Board, T_world_camera: Array) -> Lying:
    """Raises GivenUp where the board is not seen."""
    seen = find_board(frame.rgb, board)
    placed = None if seen is None else place_board(seen, board, frame.K)
    if seen is None or placed is None:
        raise GivenUp("the board is not seen: lay it on the table, face up, in the middle of the picture")
    T = T_world_camera @ placed.T
    heights = apply(T, board.outline)[:, 2]
    tilt = float(np.arccos(np.clip(-T[2, 2], -1, 1)))
    return Lying(T[:3, 3], float(heights.min()), float(heights.max()), tilt, _depth_off(frame, seen, placed.T, board))


def _depth_off(frame: CameraFrame, seen: Sighting, T_camera_board: Array, board: Board) -> float | None:
    u, v = np.round(seen.pixels).astype(int).T
    depth = frame.depth[v, u]
    expected = apply(T_camera_board, board.corners[seen.ids])[:, 2]
    valid = depth > 0
    return float(np.median(depth[valid] - expected[valid])) if valid.any() else None


@dataclass
class Check:
    """say: prints a line. ask: whether the person agrees. thickness [m] of the board."""

    chosen: Chosen
    subject: Subject
    board: Board
    thickness: float
    say: Callable[[str], None]
    ask: Callable[[str], bool]

    def run(self, arm: str | None) -> dict[str, Any]:
        """What was found; with an arm, its fingertips go over the board's middle. Raises GivenUp."""
        cell = self.subject.cell
        pose = ROUGHLY if self.chosen.configured is None else self.chosen.configured
        try:
            frame = cell.camera.capture(PATIENCE)
        except TimeoutError as error:
            raise GivenUp(str(error)) from error
        found = find_lying(frame, self.board, pose)
        for line in (*found.lines(), *found.faults(self.thickness)):
            self.say(line)
        if arm is not None:
            setup = Setup(self.board, frame.K, picture_size(frame.rgb))
            self._touch(Collector(cell, cell.arms[arm], setup), found)
        return {
            "middle": found.middle.tolist(),
            "tilt_rad": found.tilt,
            "depth_off_m": found.depth_off,
            "faults": found.faults(self.thickness),
        }

    def _touch(self, collector: Collector, found: Lying) -> None:
        if not self.ask(f"The {collector.arm.name} fingertips go to {1000 * HOVER:g} mm above its middle. Is it free?"):
            return
        # never lower than the table tells, whatever the camera says
        above = max(float(found.middle[2]), self.thickness) + HOVER
        try:
            collector.go(looking_down((float(found.middle[0]), float(found.middle[1]), above)))
            self.ask("Measure how far beside the board's middle they stand. Go home?")
            collector.home()
        except (MotionError, MotionRefused, MotionFailed) as error:
            raise GivenUp(str(error)) from error
