"""What to do when nothing better is known: a broom stroke through the likeliest place, so that the scene changes."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import islice

import numpy as np

from pg4da.policies.geometric.cloud import Cloud
from pg4da.policies.geometric.lookahead import Prediction, Stroke, Table, stroke_along
from pg4da.policies.geometric.outlines import Array, direction
from pg4da.policies.geometric.paths import push_paths
from pg4da.policies.geometric.pushes import FreeSpace, may_begin
from pg4da.policies.geometric.segmentation import Segments, Thing
from pg4da.policies.geometric.settings import Bounds, Settings
from pg4da.policies.geometric.worth import EDGE as NEAR_EDGE
from pg4da.policies.geometric.worth import leaves, lost, room_for
from pg4da.policies.types import GripperShape, Observation, Push

DIRECTIONS = 16
CLEAR = 0.034  # m free round the start
PAST = (0.04, 0.01)  # m that a stroke goes on past the place, less where more does harm
EDGE = 0.03  # m from the edge that a stroke ends at least
ENOUGH = 5
STEP = 0.008  # m of the look ahead
REASON = "nothing better is known: stirs the target, or the likeliest place"


def fallback_pushes(
    observation: Observation,
    cloud: Cloud,
    segments: Segments,
    bounds: Bounds,
    gripper: GripperShape,
    settings: Settings,
    arm_bases: Mapping[str, tuple[float, float]],
) -> list[Push]:
    """Up to ENOUGH short strokes through the target or its likeliest hiding place, those towards the middle first.

    None of them is predicted to push anything over the edge, or the target out of reach.
    """
    place, top = _place(observation, cloud, segments)
    height = max(settings.push_height, top - 0.033)
    space = FreeSpace(cloud, bounds, height - 0.003)
    watch = _Watch([t for t in segments.things if t.top > height], gripper, bounds, np.array([*arm_bases.values()]))
    strokes = _strokes(place, space, bounds, settings)
    return [
        Push(
            push_paths((kept,), height, settings.path_spacing, arm_bases, bounds),
            settings.broom_width,
            0.10 + 0.05 * inward,
            "uncover",
            REASON,
        )
        for inward, kept in watch.kept_of(strokes)
    ]


def _strokes(place: Array, space: FreeSpace, bounds: Bounds, settings: Settings) -> list[tuple[float, Stroke]]:
    """Strokes that end just past a place, and how much (-1..1) each leads towards the middle, most first."""
    middle = np.array([0.5 * (bounds.x_min + bounds.x_max), 0.5 * (bounds.y_min + bounds.y_max)])
    found: list[tuple[float, Stroke]] = []
    for k in range(DIRECTIONS):
        angle = 2 * np.pi * k / DIRECTIONS
        d = direction(angle)
        points = place - np.arange(0.04, 0.45, 0.01)[:, None] * d
        free = may_begin(points, d, CLEAR, space, bounds, settings.workspace_margin)
        end = place + PAST[0] * d
        inward = float(np.clip(d @ (middle - place) / 0.3, -1, 1))
        if free.any() and bounds.inside(float(end[0]), float(end[1]), EDGE):
            start = points[int(np.argmax(free))]
            found.append((inward, stroke_along(start, angle, float((end - start) @ d), settings.broom_width)))
    return sorted(found, key=lambda f: -f[0])


class _Watch:
    """Looks ahead for harm only: over the edge, or the target out of reach."""

    def __init__(self, things: list[Thing], gripper: GripperShape, bounds: Bounds, bases: Array) -> None:
        self._centres = np.array([t.centre for t in things]).reshape(-1, 2)
        self._target = next((i for i, t in enumerate(things) if t.is_target), None)
        self._table = Table(things, gripper, STEP)
        self._bounds, self._bases = bounds, bases
        self._room: Array | float = room_for(things)

    def kept_of(self, strokes: list[tuple[float, Stroke]]) -> list[tuple[float, Stroke]]:
        """The first ENOUGH strokes as far as they do no harm; what may topple keeps its room unless none does then."""
        for room in (self._room, NEAR_EDGE):
            self._room = room
            tried = ((inward, self.kept(stroke)) for inward, stroke in strokes)
            found = list(islice(((inward, kept) for inward, kept in tried if kept is not None), ENOUGH))
            if found:
                return found
        return []

    def kept(self, stroke: Stroke) -> Stroke | None:
        """The stroke as far as it leaves everything where it can be reached; None when it never does."""
        stops = sorted(stroke.length - PAST[0] + past for past in PAST)
        kept: Stroke | None = None
        for prediction in self._table.plough((stroke,), stops):
            if self._harms(prediction):
                break
            kept = stroke.cut(prediction.travel)
        return kept

    def _harms(self, prediction: Prediction) -> bool:
        if len(self._centres) == 0:
            return False
        if leaves(self._centres, prediction, self._bounds, self._room):
            return True
        k = self._target
        return k is not None and lost(self._centres[k], prediction.shift[k], self._bases)


def _place(observation: Observation, cloud: Cloud, segments: Segments) -> tuple[Array, float]:
    """Middle of the target, else of the likeliest hiding cell, else of the highest thing; and the height there [m]."""
    if segments.target is not None:
        return segments.target.centre, segments.target.top
    if float(observation.hiding.max()) > 0:
        row, col = np.unravel_index(int(np.argmax(observation.hiding)), observation.hiding.shape)
        return observation.grid.to_world(np.asarray(row), np.asarray(col)), float(observation.height[row, col])
    high = np.where(cloud.above, cloud.xyz[..., 2], 0)
    row, col = np.unravel_index(int(np.argmax(high)), high.shape)
    return cloud.xyz[row, col, :2].astype(float), float(high[row, col])
