"""From views to the camera's pose: every method, the refinement, views that don't fit, how far it can be trusted."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from scipy.spatial.transform import Rotation

from pg4da.hardware.calibration.detection import rms
from pg4da.hardware.calibration.hand_eye import METHODS, CalibrationError, check_enough, refine, solve
from pg4da.hardware.calibration.views import Corners, Estimate, Setup, View, errors_by_view, miss
from pg4da.hardware.frames import Array, inverse

OUTLYING, LEAST_OUTLYING = 3.0, 0.75  # times the median, and px: a view that is worse than both does not fit
WORST = 3.0  # px, root mean square; an arm that is 2 mm wrong makes about 1.5
MOST_OUTLIERS = 0.25  # share of the views; more is no handful of bad views


@dataclass(frozen=True)
class Quality:
    """reprojection [px] over the views used; held_out [m]: what arm and camera disagree by on views left out."""

    reprojection: float
    held_out: float


@dataclass(frozen=True)
class Result:
    """estimate: the refined one. methods: the closed forms' qualities, those that found a solution.

    outliers: numbers of views left aside. position_sigma [m] and turn_sigma [rad]: standard deviations of the camera's
    pose in `world`, each (3,), from leaving out one view at a time.
    """

    estimate: Estimate
    quality: Quality
    methods: Mapping[str, Quality]
    view_errors: Mapping[int, float]
    outliers: tuple[int, ...]
    position_sigma: Array
    turn_sigma: Array

    @property
    def position_error(self) -> float:
        """One standard deviation [m] of the camera's position, all directions together."""
        return float(np.linalg.norm(self.position_sigma))

    @property
    def turn_error(self) -> float:
        """One standard deviation [rad] of its orientation."""
        return float(np.linalg.norm(self.turn_sigma))


def calibrate(views: Sequence[View], setup: Setup) -> Result:
    """Raises CalibrationError when the views don't determine the pose or contradict each other."""
    check_enough(views)
    used, outliers = _fitting(views, setup)
    check_enough(used)
    estimate = refine(used, setup, _best(used, setup))
    if (left := reprojection(used, setup, estimate)) > WORST:
        raise CalibrationError(
            f"the views contradict each other by {left:.1f} px: has the board moved in the gripper, or the camera? Is "
            "what one square measures right?"
        )
    left_out = [refine([v for v in used if v is not out], setup, estimate) for out in used]
    held_out = _root_mean([miss(v, setup.board, e) for v, e in zip(used, left_out, strict=True)])
    errors = errors_by_view(views, setup, estimate)
    return Result(
        estimate,
        Quality(reprojection(used, setup, estimate), held_out),
        _compare(used, setup),
        {view.number: float(error) for view, error in zip(views, errors, strict=True)},
        outliers,
        *_sigmas(left_out),
    )


def reprojection(views: Sequence[View], setup: Setup, estimate: Estimate) -> float:
    """Root mean square [px]."""
    return rms(Corners(views, setup).residuals(estimate))


def difference(a: Array, b: Array) -> tuple[float, float]:
    """How far apart [m] and turned [rad] two poses (4, 4) are."""
    T = inverse(a) @ b
    return float(np.linalg.norm(T[:3, 3])), float(Rotation.from_matrix(T[:3, :3]).magnitude())


def _best(views: Sequence[View], setup: Setup) -> Estimate:
    found = []
    for method in METHODS:
        try:
            found.append(solve(views, method))
        except CalibrationError:
            continue  # another method may find one
    if not found:
        raise CalibrationError("no method finds a solution: the views contradict each other")
    return min(found, key=lambda each: float(np.median(errors_by_view(views, setup, each))))


def _fitting(views: Sequence[View], setup: Setup) -> tuple[list[View], tuple[int, ...]]:
    used = list(views)
    most = int(MOST_OUTLIERS * len(views))
    while True:
        errors = errors_by_view(used, setup, refine(used, setup, _best(used, setup)))
        worst = int(np.argmax(errors))
        if errors[worst] <= max(LEAST_OUTLYING, OUTLYING * float(np.median(errors))):
            return used, tuple(sorted({v.number for v in views} - {v.number for v in used}))
        if len(views) - len(used) >= most:
            raise CalibrationError(
                f"more than {most} of {len(views)} views don't fit the others (view {used[worst].number} is off by "
                f"{errors[worst]:.1f} px): has the board moved in the gripper, or the camera?"
            )
        del used[worst]


def _compare(views: Sequence[View], setup: Setup) -> dict[str, Quality]:
    """Every closed form, measured as the refined estimate is."""
    found = {}
    for method in METHODS:
        try:
            whole = solve(views, method)
            parts = [solve([v for v in views if v is not out], method) for out in views]
        except CalibrationError:
            continue  # told by its absence
        held_out = _root_mean([miss(v, setup.board, e) for v, e in zip(views, parts, strict=True)])
        found[method] = Quality(reprojection(views, setup, whole), held_out)
    return found


def _sigmas(left_out: Sequence[Estimate]) -> tuple[Array, Array]:
    """The jackknife: Efron and Stein, "The jackknife estimate of variance" (1981)."""
    n = len(left_out)
    places = np.stack([each.T_world_camera[:3, 3] for each in left_out])
    turns = Rotation.from_matrix(np.stack([each.T_world_camera[:3, :3] for each in left_out]))
    vectors = (turns * turns.mean().inv()).as_rotvec()
    spread = np.sqrt((n - 1) / n)
    by_place = spread * np.sqrt(np.sum((places - places.mean(axis=0)) ** 2, axis=0))
    return by_place, spread * np.sqrt(np.sum(vectors**2, axis=0))


def _root_mean(values: Sequence[float]) -> float:
    return float(np.sqrt(np.mean(np.square(values))))
