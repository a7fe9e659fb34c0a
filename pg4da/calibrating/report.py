"""What a calibration tells: a table for people, one object for programs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from pg4da.hardware.calibration.calibrate import Quality, Result, difference
from pg4da.hardware.calibration.coverage import Coverage
from pg4da.hardware.config import Pose
from pg4da.hardware.frames import Array


@dataclass(frozen=True)
class Report:
    """before: the pose (4, 4) in the cell file, if any. truth: where it is simulated."""

    result: Result
    coverage: Coverage
    before: Array | None = None
    truth: Array | None = None

    @property
    def pose(self) -> dict[str, list[float]]:
        """As the cell file has it."""
        found = Pose.of(self.result.estimate.T_world_camera)
        return {"xyz": list(found.xyz), "rpy": list(found.rpy)}

    def lines(self) -> list[str]:
        """For the terminal and the page."""
        r, T = self.result, self.result.estimate.T_world_camera
        x, y, z = 1000 * T[:3, 3]
        told = [
            f"camera at x {x:.1f}, y {y:.1f}, z {z:.1f} mm, ± {1000 * r.position_error:.2f} mm, "
            f"± {np.rad2deg(r.turn_error):.3f}°",
            f"{'method':12}{'in pictures':>13}{'held out':>12}",
            *(_row(name, quality) for name, quality in r.methods.items()),
            _row("refined", r.quality) + "   taken",
        ]
        if r.outliers:
            told.append(f"left aside, since they don't fit: views {', '.join(map(str, r.outliers))}")
        told += [f"better still: {wish}" for wish in self.coverage.wishes()]
        for name, other in (("the cell file", self.before), ("the truth", self.truth)):
            if other is not None:
                far, turned = difference(T, other)
                told.append(f"differs from {name} by {1000 * far:.2f} mm and {np.rad2deg(turned):.3f}°")
        return told

    def as_json(self) -> dict[str, Any]:
        """Metres, radians, pixels."""
        r = self.result
        methods = {name: _quality(each) for name, each in r.methods.items()} | {"refined": _quality(r.quality)}
        found: dict[str, Any] = {
            "pose": self.pose,
            "position_error_m": r.position_error,
            "turn_error_rad": r.turn_error,
            "methods": methods,
            "views": len(r.view_errors),
            "outliers": list(r.outliers),
            "view_errors_px": {str(number): error for number, error in r.view_errors.items()},
            "wishes": self.coverage.wishes(),
        }
        for name, other in (("off_cell_file", self.before), ("off_truth", self.truth)):
            if other is not None:
                far, turned = difference(r.estimate.T_world_camera, other)
                found[name] = {"m": far, "rad": turned}
        return found


def _row(name: str, quality: Quality) -> str:
    return f"{name:12}{quality.reprojection:10.2f} px{1000 * quality.held_out:9.2f} mm"


def _quality(quality: Quality) -> dict[str, float]:
    return {"reprojection_px": quality.reprojection, "held_out_m": quality.held_out}


def view_line(number: int, corners: int, error: float, why: Sequence[str] = ()) -> str:
    """One view, while they are collected."""
    return f"view {number}: {corners} corners, {error:.2f} px" + "".join(f"; {each}" for each in why)
