"""Candidate pushes past the target: single strokes along its sides, an open jaw raked over it, and two arms at once."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

import cv2
import numpy as np
from numpy.typing import NDArray

from pg4da.policies.geometric.cloud import Cloud
from pg4da.policies.geometric.lookahead import Stroke, finger_boxes, stroke_along
from pg4da.policies.geometric.outlines import Array, direction
from pg4da.policies.geometric.settings import Bounds, Settings
from pg4da.policies.types import GripperShape

CELL = 0.003
BEYOND = (0.02, 0.06)


@dataclass(frozen=True)
class Plan:
    """A push to look ahead on: strokes made at once, and the travels [m] at which it might stop."""

    family: str
    strokes: tuple[Stroke, ...]
    stops: tuple[float, ...]


class FreeSpace:
    """Where a gripper with its fingers down touches nothing: a 3 mm map of everything above the tips."""

    def __init__(self, cloud: Cloud, bounds: Bounds, height: float) -> None:
        self._origin = np.array([bounds.x_min - 0.1, bounds.y_min - 0.1])
        n = int((max(bounds.x_max - bounds.x_min, bounds.y_max - bounds.y_min) + 0.2) / CELL) + 1
        self._taken = np.zeros((n, n), np.uint8)
        points = cloud.xyz[cloud.above & (cloud.xyz[..., 2] > height)][:, :2]
        index = self._cells(points)
        self._taken[index[:, 0], index[:, 1]] = 1
        self._distance = cv2.distanceTransform(1 - self._taken, cv2.DIST_L2, 3) * CELL

    def _cells(self, points: NDArray[np.floating]) -> NDArray[np.intp]:
        index = ((np.asarray(points) - self._origin) / CELL).astype(np.intp)
        return np.asarray(np.minimum(np.maximum(index, 0), self._taken.shape[0] - 1), np.intp)

    def free(self, points: Array, radius: float) -> NDArray[np.bool_]:
        """Which points (n, 2) have nothing within `radius` [m]."""
        index = self._cells(points)
        return np.asarray(self._distance[index[:, 0], index[:, 1]] > radius)

    def taken_along(self, start: Array, end: Array, half: float) -> Array:
        """Shares (n,) 0..1 of strips of half-width `half` [m] from start to end (n, 2) that something stands on."""
        length = np.linalg.norm(end - start, axis=1)
        d = (end - start) / np.maximum(length, 1e-9)[:, None]
        count = np.ceil((length + 1e-9) / (3 * CELL)).astype(int)
        strip = np.repeat(np.arange(len(count)), count)
        along = (np.arange(len(strip)) - (np.cumsum(count) - count)[strip]) * (3 * CELL)
        middle = start[strip] + along[:, None] * d[strip]
        square = np.stack([-d[:, 1], d[:, 0]], axis=1)[strip]
        across = np.arange(-half, half + 1e-9, 3 * CELL)
        taken = np.zeros(len(strip))
        for offset in across:
            index = self._cells(middle + offset * square)
            taken += self._taken[index[:, 0], index[:, 1]]
        return np.asarray(np.bincount(strip, taken, len(count)) / np.maximum(count * len(across), 1))


def isolating_plans(
    outline: Array, centre: Array, space: FreeSpace, bounds: Bounds, gripper: GripperShape, settings: Settings
) -> Iterator[Plan]:
    """Straight pushes that clear lanes beside the target's outline (n, 2), all that start in free space in bounds."""
    for k in range(settings.push_angles):
        angle = 2 * np.pi * k / settings.push_angles
        d = direction(angle)
        across = np.array([-d[1], d[0]])
        v = (outline - centre) @ across
        u = (outline - centre) @ d
        sides = (float(v.min()), float(v.max()))
        beside: list[Stroke | None] = []
        for offset, width, family in _lanes(sides, gripper):
            stroke = _through(centre + offset * across, angle, float(u.max()), width, space, bounds, gripper, settings)
            if stroke is not None:
                yield Plan(family, (stroke,), _stops(stroke, centre, d, u))
            if family == "single":
                beside.append(stroke)
        if beside[0] is not None and beside[1] is not None:
            yield from _pair(beside[0], beside[1], sides, angle, space, bounds, gripper, settings)


def _lanes(sides: tuple[float, float], gripper: GripperShape) -> Iterator[tuple[float, float, str]]:
    """Offset across the travel, opening and family of the single-gripper strokes for one direction."""
    half = gripper.finger_thickness
    yield sides[1] + half + 0.002, 0.0, "single"
    yield sides[0] - half - 0.002, 0.0, "single"
    yield 0.5 * (sides[0] + sides[1]), 0.0, "centre"
    for play in (0.005, 0.012):
        width = sides[1] - sides[0] + 2 * play
        if width <= gripper.max_width:
            yield 0.5 * (sides[0] + sides[1]), width, "rake"


def _pair(
    first: Stroke,
    second: Stroke,
    sides: tuple[float, float],
    angle: float,
    space: FreeSpace,
    bounds: Bounds,
    gripper: GripperShape,
    settings: Settings,
) -> Iterator[Plan]:
    """Both sides at once by two arms, staggered along the travel when the lanes are nearer than the arms may be."""
    d = direction(angle)
    apart = sides[1] - sides[0] + 2 * (gripper.finger_thickness + 0.002)
    need = settings.arm_separation + 0.005
    stagger = float(np.sqrt(max(0.0, need**2 - apart**2)))
    lag = float((first.start - second.start) @ d)
    ahead = first if lag > 0 else second
    behind = second if lag > 0 else first
    back = max(0.0, stagger - abs(lag))
    start = behind.start - back * d
    length = max(ahead.length, float((behind.end - start) @ d))
    pair = (stroke_along(ahead.start, angle, length), stroke_along(start, angle, length))
    ends_inside = bounds.contain(np.array([p for s in pair for p in (s.start, s.end)]), settings.workspace_margin).all()
    if ends_inside and float(space.free(start[None], _clear_radius(gripper, 0.0))[0]):
        yield Plan("dual", pair, (length - 0.03, length))


@lru_cache(maxsize=64)
def _clear_radius(gripper: GripperShape, width: float) -> float:
    boxes = np.concatenate(finger_boxes(gripper, width))
    return round(float(np.linalg.norm(boxes, axis=1).max()) + 0.004, 4)


def _through(
    beside: Array,
    angle: float,
    reach: float,
    width: float,
    space: FreeSpace,
    bounds: Bounds,
    gripper: GripperShape,
    settings: Settings,
) -> Stroke | None:
    """The stroke that passes `beside`, from the nearest free start before the target to `BEYOND` past it; or None."""
    d = direction(angle)
    backs = np.arange(reach + 0.02, 0.45, 0.006)
    points = beside - backs[:, None] * d
    inside = bounds.contain(points, settings.workspace_margin)
    free = space.free(points, _clear_radius(gripper, width)) & inside
    if not free.any():
        return None
    start = points[int(np.argmax(free))]
    far = float((beside - start) @ d) + reach + BEYOND[-1]
    lengths = np.concatenate([[far], np.arange(far - 0.01, 0.05, -0.01)])
    inside = bounds.contain(start + lengths[:, None] * d, settings.workspace_margin)
    if not inside.any():
        return None
    return stroke_along(start, angle, float(lengths[np.argmax(inside)]), width)


def _stops(stroke: Stroke, centre: Array, d: Array, u: Array) -> tuple[float, ...]:
    """Travels at which the fingers have passed the target's far side by BEYOND, within the stroke."""
    passing = float((centre - stroke.start) @ d + u.max())
    stops = sorted({round(min(passing + b, stroke.length), 4) for b in BEYOND})
    return tuple(s for s in stops if s > 0.03)
