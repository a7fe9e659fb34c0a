"""Candidate pushes past the target: single strokes along its sides, an open jaw raked over it, and two arms at once."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
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
LEAST = 0.03  # m that a push travels
OUTSIDE = 0.08  # m beyond the workspace's edge where a stroke may begin that leads inwards
FINGERS = 0.015  # m round the fingertips that a stroke begins away from the bin
INWARDS = 0.5  # of its travel, at least, takes such a stroke away from the edge
AROUND = 0.009  # m round the fingers where a stroke begins: the planner, which looks at coarser maps, asks for as much
STRADDLING = 0.04  # m that an object inside may stick out over the edge, where nobody looks


@dataclass(frozen=True)
class Plan:
    """A push to look ahead on: strokes made at once, and the travels [m] at which it might stop."""

    family: str
    strokes: tuple[Stroke, ...]
    stops: tuple[float, ...]


@dataclass(frozen=True)
class Stops:
    """Where pushes past the target may stop: `past` its far side by these [m], rising; those of two arms, which begin
    staggered, `short` of the whole stroke by these [m], falling."""

    past: tuple[float, ...] = (0.02, 0.06)
    short: tuple[float, ...] = (0.03, 0.0)


NEAR = Stops()


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

    def free(self, points: Array, radius: float | Array) -> NDArray[np.bool_]:
        """Which points (..., 2) have nothing within `radius` [m]."""
        index = self._cells(points)
        return np.asarray(self._distance[index[..., 0], index[..., 1]] > radius)

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


@dataclass(frozen=True)
class _Lane:
    """A gripper's way past the target: through `beside` (2,) along `d` (2,), which points at `angle` [rad].

    reach [m]: from there to the target's far side; width [m]: opening of the gripper.
    """

    family: str
    beside: Array
    d: Array
    angle: float
    reach: float
    width: float


def may_begin(
    points: Array, d: Array, radius: Array | float, space: FreeSpace, bounds: Bounds, margin: float
) -> NDArray[np.bool_]:
    """Which points (..., 2) a stroke along the unit vectors d (..., 2) may begin at: free, and inside by `margin` [m].

    A stroke that leads inwards may begin beyond the margin, so that what lies at the edge can be fetched from there, if
    the bin does not stand there.
    """
    edge = bounds.to_edge(points)
    short = np.clip(margin - edge, 0.0, STRADDLING)
    inwards = bounds.to_edge(points + 0.04 * d) - edge > 0.04 * INWARDS
    allowed = (edge >= margin) | (inwards & (edge > -OUTSIDE))
    return np.asarray(allowed & ~bounds.over_bin(points, FINGERS) & space.free(points, radius + short))


def isolating_plans(
    outline: Array,
    centre: Array,
    space: FreeSpace,
    bounds: Bounds,
    gripper: GripperShape,
    settings: Settings,
    stops: Stops = NEAR,
) -> Iterator[Plan]:
    """Straight pushes that clear lanes beside the target's outline (n, 2), all that start in free space in bounds."""
    lanes: list[list[_Lane]] = []
    spans: list[tuple[float, float]] = []
    for k in range(settings.push_angles):
        angle = 2 * np.pi * k / settings.push_angles
        d = direction(angle)
        across = np.array([-d[1], d[0]])
        v, reach = (outline - centre) @ across, float(((outline - centre) @ d).max())
        spans.append((float(v.min()), float(v.max())))
        ways = _lanes(spans[-1], gripper)
        lanes.append([_Lane(family, centre + at * across, d, angle, reach, width) for at, width, family in ways])
    starts = iter(_starts([lane for group in lanes for lane in group], space, bounds, gripper, settings))
    for group, sides in zip(lanes, spans, strict=True):
        beside: list[Stroke | None] = []
        for lane in group:
            stroke = _from(next(starts), lane, bounds, settings, stops)
            if stroke is not None:
                yield Plan(lane.family, (stroke,), _stops(stroke, centre, lane, stops))
            if lane.family == "single":
                beside.append(stroke)
        if beside[0] is not None and beside[1] is not None:
            yield from _pair(beside[0], beside[1], sides, group[0].angle, space, bounds, gripper, settings, stops)


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
    stops: Stops,
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
        yield Plan("dual", pair, tuple(length - short for short in stops.short if length - short > LEAST))


@lru_cache(maxsize=64)
def _clear_radius(gripper: GripperShape, width: float) -> float:
    boxes = np.concatenate(finger_boxes(gripper, width))
    return round(float(np.linalg.norm(boxes, axis=1).max()) + AROUND, 4)


def _starts(
    lanes: Sequence[_Lane], space: FreeSpace, bounds: Bounds, gripper: GripperShape, settings: Settings
) -> list[Array | None]:
    """Where each lane's stroke may begin, (2,): the nearest free place before the target; None where there is none."""
    nearest = np.array([lane.reach for lane in lanes]) + 0.02
    steps = np.arange(int(np.ceil((0.45 - nearest.min()) / 0.006)))  # 6 mm each, spaced as np.arange would
    backs = nearest[:, None] + steps * ((nearest + 0.006) - nearest)[:, None]
    beside, d = np.array([lane.beside for lane in lanes]), np.array([lane.d for lane in lanes])
    points = beside[:, None] - backs[..., None] * d[:, None]
    radius = np.array([_clear_radius(gripper, lane.width) for lane in lanes])
    free = may_begin(points, d[:, None], radius[:, None], space, bounds, settings.workspace_margin) & (backs < 0.45)
    first = free.argmax(axis=1)
    return [p[i] if ok[i] else None for p, i, ok in zip(points, first.tolist(), free, strict=True)]


def _from(start: Array | None, lane: _Lane, bounds: Bounds, settings: Settings, stops: Stops) -> Stroke | None:
    """The stroke from `start` to the last of the stops past the target, or as far as the workspace goes; or None."""
    if start is None:
        return None
    length = float((lane.beside - start) @ lane.d) + lane.reach + stops.past[-1]
    if not bounds.contain((start + length * lane.d)[None], settings.workspace_margin)[0]:
        lengths = np.arange(length - 0.01, 0.05, -0.01)
        inside = bounds.contain(start + lengths[:, None] * lane.d, settings.workspace_margin)
        if not inside.any():
            return None
        length = float(lengths[np.argmax(inside)])
    return stroke_along(start, lane.angle, length, lane.width)


def _stops(stroke: Stroke, centre: Array, lane: _Lane, stops: Stops) -> tuple[float, ...]:
    """Travels at which the fingers have passed the target's far side by the stops, within the stroke."""
    passing = float((centre - stroke.start) @ lane.d + lane.reach)
    travels = sorted({round(min(passing + past, stroke.length), 4) for past in stops.past})
    return tuple(t for t in travels if t > LEAST)
