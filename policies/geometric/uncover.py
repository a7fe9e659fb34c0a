"""Sweeps above the first layer that take things off the target, or off the place where it may hide."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from pg4da.policies.geometric.cloud import Cloud
from pg4da.policies.geometric.lookahead import Prediction, Stroke, Table, stroke_along
from pg4da.policies.geometric.outlines import Array, direction, moved
from pg4da.policies.geometric.pushes import FreeSpace, may_begin
from pg4da.policies.geometric.segmentation import Segments, Thing
from pg4da.policies.geometric.settings import Bounds, Settings
from pg4da.policies.geometric.worth import leaves, room_for
from pg4da.policies.types import GripperShape, MapGrid, Observation

DIRECTIONS = 16
AROUND = 0.05
LAYER = 0.045  # m; what a thing on top is taken to be tall, where nothing tells


@dataclass(frozen=True)
class Sweep:
    """A sweep at fingertip height `height` [m] and the share of the covered weight that it is predicted to lay open."""

    strokes: tuple[Stroke, ...]
    height: float
    gain: float


def interest(observation: Observation, segments: Segments) -> NDArray[np.float32]:
    """How much laying open each cell of the grid is worth, (n, n): round the target when it is seen, else `hiding`."""
    target = segments.target
    if target is None:
        return observation.hiding
    rows, cols = np.meshgrid(*(np.arange(n) for n in observation.height.shape), indexing="ij")
    distance = np.linalg.norm(observation.grid.to_world(rows, cols) - target.centre, axis=-1)
    return np.asarray(np.clip(1.5 - distance / AROUND, 0, 1), np.float32)


def covering(things: Sequence[Thing], weight: NDArray[np.float32], grid: MapGrid, above: float) -> list[int]:
    """Things higher than `above` [m] that lie on weighted cells, those on the most weight first."""
    loads = [(load(weight, painted([t.parts], grid)), i) for i, t in enumerate(things) if t.top > above]
    return [i for load, i in sorted(loads, key=lambda p: (-p[0], p[1])) if load > 1e-3]


def painted(groups: Sequence[Sequence[Array]], grid: MapGrid) -> NDArray[np.uint8]:
    """Cells of the grid under any of the polygons, (n, n), 0 or 1."""
    polygons = [part for parts in groups for part in parts]
    mask = np.zeros((grid.cells, grid.cells), np.uint8)
    if not polygons:
        return mask
    x, y = np.concatenate(polygons).T
    cols = (x - grid.x_min) / grid.resolution - 0.5
    rows = (grid.y_min + grid.size - y) / grid.resolution - 0.5
    cells = np.stack([cols, rows], axis=1).round().astype(np.int32)
    ends = np.cumsum([len(p) for p in polygons]).tolist()
    for start, end in zip([0, *ends], ends, strict=False):
        cv2.fillConvexPoly(mask, cells[start:end], 1)
    return mask


def laid_open(
    things: list[Thing], prediction: Prediction, weight: NDArray[np.float32], grid: MapGrid, before: float
) -> float:
    """Share of the weight `before` under things that is free after a push; `before`: see load."""
    return (before - load(weight, painted(_placed(things, prediction), grid))) / max(before, 1e-6)


def load(weight: NDArray[np.float32], mask: NDArray[np.uint8]) -> float:
    """Weight under a mask."""
    return cv2.sumElems(cv2.copyTo(weight, mask))[0]


def sweeps(
    observation: Observation,
    cloud: Cloud,
    segments: Segments,
    bounds: Bounds,
    gripper: GripperShape,
    settings: Settings,
) -> list[Sweep]:
    """Sweeps that lay open the target or its hiding place, best first; empty when nothing lies on it."""
    weight = interest(observation, segments)
    target = segments.target
    above = target.top + settings.over_layer if target is not None else settings.second_layer
    covers = covering(segments.others, weight, observation.grid, above)
    if not covers:
        return []
    bottom = target.top if target is not None else segments.others[covers[0]].top - LAYER
    height = max(settings.push_height, bottom + settings.over_layer)
    high = [t for t in segments.others if t.top > height + 0.008]
    space = FreeSpace(cloud, bounds, height - 0.004)
    found: list[Sweep] = []
    for index in covers[:3]:
        table = Table(high, gripper, 0.006)
        for stroke in strokes_through(segments.others[index], space, bounds, gripper, settings):
            gain = _best_stop(stroke, table, high, weight, observation.grid, bounds)
            if gain is not None:
                found.append(Sweep((gain[0],), height, gain[1]))
        if found and max(s.gain for s in found) > 0.6:
            break
    return sorted(found, key=lambda s: -s.gain)


def strokes_through(
    thing: Thing, space: FreeSpace, bounds: Bounds, gripper: GripperShape, settings: Settings
) -> list[Stroke]:
    """Straight strokes through a thing's middle that start in free air beside it and stay in the workspace."""
    radius = round(0.5 * settings.broom_width + gripper.finger_thickness + 0.006, 4)
    strokes = []
    for k in range(DIRECTIONS):
        angle = 2 * np.pi * k / DIRECTIONS
        d = direction(angle)
        backs = np.arange(0.03, 0.30, 0.006)
        points = thing.centre - backs[:, None] * d
        free = may_begin(points, d, radius, space, bounds, settings.workspace_margin)
        if free.any():
            back = float(backs[int(np.argmax(free))])
            length = back + 0.16
            while length > 0.06 and not bounds.contain((points[np.argmax(free)] + length * d)[None], 0.05)[0]:
                length -= 0.02
            strokes.append(stroke_along(points[int(np.argmax(free))], angle, length, settings.broom_width))
    return strokes


def _best_stop(
    stroke: Stroke, table: Table, high: list[Thing], weight: NDArray[np.float32], grid: MapGrid, bounds: Bounds
) -> tuple[Stroke, float] | None:
    """The stroke cut at its best stop, and its gain; None when something would leave the workspace."""
    before = load(weight, painted([t.parts for t in high], grid))
    best: tuple[Stroke, float] | None = None
    centres, room = np.array([t.centre for t in high], float).reshape(-1, 2), room_for(high)
    stops = list(np.arange(0.06, stroke.length + 1e-6, 0.03))
    for prediction in table.plough((stroke,), stops):
        if leaves(centres, prediction, bounds, room):
            break
        gain = laid_open(high, prediction, weight, grid, before) - 0.4 * prediction.travel
        if best is None or gain > best[1] + 0.02:
            best = Stroke(stroke.start, stroke.at(prediction.travel), stroke.yaw, stroke.width), gain
    return best


def _placed(things: list[Thing], prediction: Prediction) -> list[list[Array]]:
    stays = (np.abs(prediction.shift).max(axis=1, initial=0.0) < 1e-9) & (prediction.turn == 0)
    return [
        list(t.parts) if still else [moved(p, t.centre, shift, float(turn)) for p in t.parts]
        for t, shift, turn, still in zip(things, prediction.shift, prediction.turn, stays, strict=True)
    ]
